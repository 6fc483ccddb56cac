//! The disks of a project. Two statements, whatever the page.

use compute_driver::disk::serial;
use kernel::map::{Purpose, purpose};
use kernel::permission::{AtProject, Permission};
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope, Timestamp};

use super::change::reference;
use super::model::{Disk, DiskId, DiskQuery};
use super::store::{self, Row};
use crate::instance::Part;
use crate::region;

/// The project's disks, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, which: &DiskQuery, query: &PageQuery) -> Result<Page<Disk>> {
    let rows = store::page(cx.db(), at, which.instance, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows, &purpose::SERVICE).await?, query, |one| one.id))
}

/// One disk of the project.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: DiskId) -> Result<Disk> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows, &purpose::SERVICE).await?.pop().ok_or_else(|| kernel::Error::not_found("disk"))
}

/// Opens `rows`.
pub(super) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>, purpose: &'static Purpose) -> Result<Vec<Disk>> {
    let gate = Gate::new(cx, at, purpose, rows.iter().map(|row| row.name.bytes())).await?;
    let regions = region::all(cx.db()).await?;
    let shown = |row: Row| {
        let title = regions.iter().find(|region| region.id == row.region_id).map(|region| region.title.clone());
        Ok(Disk {
            id: row.id,
            name: row.name.open(&gate)?,
            state: row.state,
            problem: row.problem,
            size_gib: row.size_gib,
            growing_to_gib: row.growing_to_gib,
            region: Part { id: row.region_id, name: title.unwrap_or_default() },
            node_id: row.node_id,
            instance_id: row.instance_id,
            device: format!("/dev/disk/by-id/virtio-{}", serial(&reference(row.id)?)),
            operation_id: row.operation_id,
            created_at: Timestamp(row.created_at),
        })
    };
    rows.into_iter().map(shown).collect()
}
