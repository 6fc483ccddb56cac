//! Keeps an SSH key.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Blind, Cx, Error, KeyOwner, Kind, Result, Scope, Sealed};

use super::model::{Name, NewSshKey, PublicKey, SshKey, SshKeyId, fingerprint};
use super::store::{self, Row};

/// Keeps the key.
///
/// # Errors
/// `Invalid` with every wrong field; `Conflict` at `ssh_public_key` when it is kept already.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewSshKey) -> Result<SshKey> {
    new.checks().done()?;
    let line = crate::instance::check_ssh_key(&new.ssh_public_key)?;
    let print = fingerprint(&line)?;
    let name = new.name.trim().to_owned();
    cx.write(async |tx| {
        let owner = KeyOwner::Organisation(at.organisation_id()?);
        let (id, now): (SshKeyId, _) = (tx.cx().new_id(), tx.cx().now());
        let row = Row {
            id,
            organisation_id: at.organisation_id()?,
            project_id: at.project_id()?,
            name: Sealed::<Name>::seal(&tx, owner, &name).await?,
            public_key: Sealed::<PublicKey>::seal(&tx, owner, &line).await?,
            // The fingerprint, so that a key with another comment is the same key.
            fingerprint_index: Blind::of::<PublicKey>(tx.cx().keys(), &print)?,
            created_at: now.0,
        };
        let kept = |error: Error| if error.kind() == Kind::Conflict { Error::conflict_at("ssh_public_key", "this key is kept already") } else { error };
        store::insert(&tx, row).await.map_err(kept)?;
        audit::record(&tx, at, id, "Kept an SSH key").await?;
        Ok(SshKey { id, name: name.clone(), ssh_public_key: line.clone(), fingerprint: print.clone(), created_at: now })
    })
    .await
}
