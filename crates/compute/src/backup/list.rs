//! The backups of a project or of one machine. Four statements, whatever the page.

use kernel::map::{Purpose, purpose};
use kernel::permission::{AtProject, Permission};
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{Backup, BackupId, BackupQuery, RestoreTest};
use super::store::{self, Row};
use crate::instance::Part;
use crate::template::Template;

/// The project's backups, or those of one machine, newest first; deleted ones are left out.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, which: BackupQuery, query: &PageQuery) -> Result<Page<Backup>> {
    let rows = store::page(cx.db(), at, which.instance, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows, &purpose::SERVICE).await?, query, |one: &Backup| one.id))
}

/// One of them.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<Backup> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows, &purpose::SERVICE).await?.pop().ok_or_else(|| Error::not_found("backup"))
}

/// What counts as the template of a machine that is made from the backup, whether it is still on offer or not.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn template<P: AtProject>(cx: &Cx, at: &Scope<P>, id: BackupId) -> Result<Template> {
    let row = store::by_id(cx.db(), at, id).await?;
    Ok(Template::standing(row.template_id, row.template_name, row.template_title))
}

/// As their owner sees them.
pub(super) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>, purpose: &'static Purpose) -> Result<Vec<Backup>> {
    let gate = Gate::new(cx, at, purpose, rows.iter().flat_map(|row| [row.hostname.bytes(), row.name.bytes()])).await?;
    let shown = |row: Row| {
        Ok(Backup {
            id: row.id,
            instance_id: row.instance_id,
            hostname: row.hostname.open(&gate)?,
            name: row.name.open(&gate)?,
            scheduled: row.scheduled,
            state: row.state,
            problem: row.problem,
            percent: row.percent,
            bytes: row.bytes,
            format: row.format,
            disk_gib: row.disk_gib,
            template: Part { id: row.template_id, name: row.template_title },
            region: Part { id: row.region_id, name: row.region_title },
            restore_test: row.test_outcome.zip(row.test_at).map(|(outcome, at)| RestoreTest { outcome, at: Timestamp(at), problem: row.test_problem }),
            operation_id: row.operation_id,
            taken_at: row.taken_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
        })
    };
    rows.into_iter().map(shown).collect()
}
