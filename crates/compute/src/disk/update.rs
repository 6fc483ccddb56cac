//! Changes what a disk is called.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, KeyOwner, Result, Scope, Sealed};

use super::list;
use super::model::{Disk, DiskId, DiskPatch, Name};
use super::store::{self, Column};

/// Changes it.
///
/// # Errors
/// `Invalid` on `name`; `NotFound`; database errors.
pub async fn update<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: DiskId, patch: &DiskPatch) -> Result<Disk> {
    patch.checks().done()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let name = Sealed::<Name>::seal(&tx, KeyOwner::Organisation(row.organisation_id), &patch.name.trim().to_owned()).await?;
        store::set(&tx, id, &[(Column::Name, name.into())]).await?;
        audit::record(&tx, at, id, "Renamed a disk").await
    })
    .await?;
    list::view(cx, at, id).await
}
