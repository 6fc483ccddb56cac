//! Gives back what a machine took that was never handed over, and takes it again for a new try.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Blind, Gate, Kind, Result, Scope, Tx};

use super::model::{Hostname, InstanceId, State};
use super::store::{self, Column};
use super::{change, create};
use crate::{backup, card, disk, quota, snapshot};

/// Frees room and host name and brings the machine to `to`, which is `Failed` or `Deleted`.
/// Safe to repeat. The guest, if there was one, is gone by now.
///
/// # Errors
/// Database errors.
pub async fn release<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, id: InstanceId, to: State, why: &str) -> Result<()> {
    let row = store::locked(tx, at, id).await?;
    if row.state == State::Deleted {
        return Ok(());
    }
    change(tx, &row, to, why).await?;
    // Disks before the quota, as whoever makes one larger takes them.
    if to == State::Deleted {
        disk::left_by(tx, id).await?;
    }
    if store::let_quota_go(tx, id).await? {
        quota::release(tx, at, &row.shape()).await?;
    }
    snapshot::gone_with_disk(tx, at, id).await?;
    backup::gone_with_machine(tx, at, id).await?;
    // One that failed keeps its place, because its order may try it again.
    if to == State::Deleted {
        card::gone(tx, id).await?;
        store::set_tags(tx, id, Vec::new()).await?;
    }
    let deleted_at = (to == State::Deleted).then_some(tx.cx().now().0);
    let columns = [
        (Column::HostnameIndex, None::<Blind>.into()),
        (Column::NodeId, None::<uuid::Uuid>.into()),
        (Column::NodeName, None::<String>.into()),
        (Column::SshHost, None::<String>.into()),
        (Column::SshPort, None::<i32>.into()),
        (Column::Ipv4, None::<String>.into()),
        (Column::DeleteAt, None::<i64>.into()),
        (Column::DeletedAt, deleted_at.into()),
    ];
    store::set(tx, id, &columns).await
}

/// Takes room and host name again for a machine that was released; nothing happens to any other.
///
/// # Errors
/// `Exhausted`; `Conflict` at `hostname` when another machine has the name by now.
pub async fn revive<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, id: InstanceId) -> Result<()> {
    let row = store::locked(tx, at, id).await?;
    if row.state != State::Failed || row.quota_held {
        return Ok(());
    }
    quota::reserve(tx, at, &row.shape()).await?;
    let gate = Gate::new(tx.cx(), at, &purpose::SERVICE, [row.hostname.bytes()]).await?;
    let index = Blind::of::<Hostname>(tx.cx().keys(), &row.hostname.open(&gate)?)?;
    store::set(tx, id, &[(Column::HostnameIndex, Some(index).into()), (Column::QuotaHeld, true.into())])
        .await
        .map_err(|error| if error.kind() == Kind::Conflict { create::taken() } else { error })?;
    change(tx, &row, State::Ordered, "It is tried again.").await
}
