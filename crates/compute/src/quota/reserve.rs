//! Takes room within the limits and gives it back, in the caller's transaction. Both quota rows are
//! locked first, so that parallel orders cannot pass a limit together.

use kernel::id::Id;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Error, Result, Scope, Tx, setting};
use sea_orm::ConnectionTrait;

use super::model::{Amount, LIMITS, Limits};
use super::store;
use crate::instance::Shape;

/// Takes room for one machine of `shape`.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, shape: &Shape) -> Result<()> {
    take(tx, at, &Amount::of(shape)).await
}

/// Takes the place of one snapshot.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_snapshot<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    take(tx, at, &Amount::snapshot()).await
}

/// Gives back the places of `count` snapshots. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_snapshots<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, count: i64) -> Result<()> {
    if count == 0 { Ok(()) } else { give(tx, at, &Amount { snapshots: count, ..Amount::default() }).await }
}

/// Takes the place of one backup.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_backup<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    take(tx, at, &Amount::backup()).await
}

/// Gives back the places of `count` backups. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_backups<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, count: i64) -> Result<()> {
    give(tx, at, &Amount { backups: count, ..Amount::default() }).await
}

/// Takes the place of one private network.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_network<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    take(tx, at, &Amount::network()).await
}

/// Gives the place of one private network back. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_network<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    give(tx, at, &Amount::network()).await
}

/// Takes the place of one public address.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_address<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    take(tx, at, &Amount::address()).await
}

/// Gives the place of one public address back. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_address<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    give(tx, at, &Amount::address()).await
}

/// Takes the place of one image.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_image<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    take(tx, at, &Amount::image()).await
}

/// Gives the place of one image back. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_image<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    give(tx, at, &Amount::image()).await
}

/// Takes room for an extra disk, or for what one grows by.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn reserve_disk<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, gib: i32) -> Result<()> {
    take(tx, at, &Amount::disk(gib)).await
}

/// Gives the room of an extra disk back. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release_disk<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, gib: i32) -> Result<()> {
    give(tx, at, &Amount::disk(gib)).await
}

/// Exchanges the room of a machine of shape `from` for that of `to`; only what grows is held against the limits.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub(crate) async fn exchange<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, from: &Shape, to: &Shape) -> Result<()> {
    take(tx, at, &Amount::of(to).beyond(&Amount::of(from))).await
}

async fn take<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, more: &Amount) -> Result<()> {
    let (organisation, project) = (at.organisation_id()?, at.project_id()?);
    let limits = setting::read(tx.db(), LIMITS).await?.unwrap_or_default();
    // Always the organisation first, so that two transactions cannot lock crosswise.
    for (owner, per_project) in [(organisation.uuid(), false), (project.uuid(), true)] {
        let (used, limits) = store::locked(tx, owner, organisation, &limits).await?;
        if let Some(why) = used.passes(more, &relevant(limits, per_project)) {
            return Err(Error::exhausted(why));
        }
        store::add(tx, owner, more, 1).await?;
    }
    Ok(())
}

/// Gives it back. The caller makes sure that this happens once per reservation.
///
/// # Errors
/// Database errors.
pub(crate) async fn release<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, shape: &Shape) -> Result<()> {
    give(tx, at, &Amount::of(shape)).await
}

async fn give<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, less: &Amount) -> Result<()> {
    for owner in [at.organisation_id()?.uuid(), at.project_id()?.uuid()] {
        store::add(tx, owner, less, -1).await?;
    }
    Ok(())
}

/// Whether there is room now; for telling people early. Only the reservation itself counts.
///
/// # Errors
/// `Exhausted`, naming the limit; database errors.
pub async fn check<P: AtProject + AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, shape: &Shape) -> Result<()> {
    let limits: Limits = setting::read(db, LIMITS).await?.unwrap_or_default();
    let more = Amount::of(shape);
    for (owner, per_project) in [(at.organisation_id()?.uuid(), false), (at.project_id()?.uuid(), true)] {
        let (used, limits) = store::read(db, owner).await?.unwrap_or((Amount::default(), limits));
        if let Some(why) = used.passes(&more, &relevant(limits, per_project)) {
            return Err(Error::exhausted(why));
        }
    }
    Ok(())
}

/// What is counted in pieces is counted per project, everything else per organisation.
fn relevant(limits: Limits, per_project: bool) -> Limits {
    if per_project {
        Limits { cpus: i64::MAX, memory_mib: i64::MAX, disk_gib: i64::MAX, ..limits }
    } else {
        let many = i64::MAX;
        Limits { machines: many, snapshots: many, backups: many, networks: many, addresses: many, images: many, ..limits }
    }
}
