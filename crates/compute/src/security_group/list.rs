//! The security groups of a project. Three statements, whatever the page.

use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{SecurityGroup, SecurityGroupId, rules_of};
use super::store::{self, Row};
use crate::instance::store as instances;

/// The project's groups, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<SecurityGroup>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows).await?, query, |one| one.id))
}

/// One group of the project.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SecurityGroupId) -> Result<SecurityGroup> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows).await?.pop().ok_or_else(|| kernel::Error::not_found("security group"))
}

async fn open<P: AtProject>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<SecurityGroup>> {
    let gate = Gate::new(cx, at, &purpose::SERVICE, rows.iter().map(|row| row.name.bytes())).await?;
    let machines = instances::count_by_group(cx.db(), rows.iter().map(|row| row.id)).await?;
    let shown = |row: Row| {
        Ok(SecurityGroup {
            id: row.id,
            name: row.name.open(&gate)?,
            rules: rules_of(&row)?,
            machines: machines.get(&row.id).copied().unwrap_or(0),
            operation_id: row.operation_id,
            created_at: Timestamp(row.created_at),
        })
    };
    rows.into_iter().map(shown).collect()
}
