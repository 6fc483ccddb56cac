//! Trusts the certificate that an address presents by now: what a person chose after comparing both fingerprints.

use kernel::egress::Fingerprint;
use kernel::permission::Permission;
use kernel::{Error, Result, Scope, Tx};

use super::store;

/// Puts `presented` in place of `known` at `address` of the cluster `name`; every process opens its lines anew within seconds.
///
/// # Errors
/// `NotFound` for a cluster that is not enrolled; `Conflict` when another certificate is trusted there by now.
pub(crate) async fn accept_certificate<P: Permission>(tx: &Tx, at: &Scope<P>, name: &str, address: &str, (known, presented): (&str, &str)) -> Result<()> {
    let row = store::locked_by_name(tx, at, name).await?;
    let (known, presented) = (Fingerprint::parse(known)?, Fingerprint::parse(presented)?);
    let mut addresses = row.addresses()?;
    let found = addresses.iter_mut().find(|one| one.in_words() == address && one.fingerprint == Some(known));
    let found = found.ok_or_else(|| Error::conflict("Another certificate is trusted at this address by now. Look at the cluster again."))?;
    found.fingerprint = Some(presented);
    store::replace(tx, at, row.at(&addresses)?).await
}
