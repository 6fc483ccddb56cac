//! The snapshots of a machine. Four statements, whatever the page.

use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope};

use super::model::{Snapshot, SnapshotId};
use super::store::{self, Row};
use crate::instance::{InstanceId, store as instances};

/// The machine's snapshots, newest first; deleted ones are left out.
///
/// # Errors
/// `NotFound`; `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, instance: InstanceId, query: &PageQuery) -> Result<Page<Snapshot>> {
    instances::by_id(cx.db(), at, instance).await?;
    let rows = store::page(cx.db(), at, instance, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows).await?, query, |one: &Snapshot| one.id))
}

/// One of them.
pub(super) async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SnapshotId) -> Result<Snapshot> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows).await?.pop().ok_or_else(|| kernel::Error::not_found("snapshot"))
}

async fn open<P: AtProject>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<Snapshot>> {
    let gate = Gate::new(cx, at, &purpose::SERVICE, rows.iter().map(|row| row.name.bytes())).await?;
    let shown = |row: Row| {
        Ok(Snapshot {
            id: row.id,
            instance_id: row.instance_id,
            name: row.name.open(&gate)?,
            state: row.state,
            created_at: store::created(&row),
            problem: row.problem,
            memory: row.memory,
            disk_gib: row.disk_gib,
            operation_id: row.operation_id,
        })
    };
    rows.into_iter().map(shown).collect()
}
