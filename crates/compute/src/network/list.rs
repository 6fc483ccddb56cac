//! The networks of a project. Four statements, whatever the page.

use kernel::map::{Purpose, purpose};
use kernel::permission::{AtProject, Permission};
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{Network, NetworkId};
use super::store::{self, Row};
use crate::card;
use crate::instance::Part;
use crate::region;

/// The project's networks, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<Network>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows, &purpose::SERVICE).await?, query, |one| one.id))
}

/// One network of the project.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: NetworkId) -> Result<Network> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows, &purpose::SERVICE).await?.pop().ok_or_else(|| kernel::Error::not_found("network"))
}

/// Opens `rows`.
pub(super) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>, purpose: &'static Purpose) -> Result<Vec<Network>> {
    let gate = Gate::new(cx, at, purpose, rows.iter().map(|row| row.name.bytes())).await?;
    let regions = region::all(cx.db()).await?;
    let machines = card::store::count_by_network(cx.db(), rows.iter().map(|row| row.id)).await?;
    let shown = |row: Row| {
        let title = regions.iter().find(|region| region.id == row.region_id).map(|region| region.title.clone());
        Ok(Network {
            id: row.id,
            name: row.name.open(&gate)?,
            state: row.state,
            region: Part { id: row.region_id, name: title.unwrap_or_default() },
            subnet: row.subnet,
            gateway: row.gateway,
            egress: row.egress,
            ipv6: row.ipv6,
            machines: machines.get(&row.id).copied().unwrap_or(0),
            operation_id: row.operation_id,
            created_at: Timestamp(row.created_at),
        })
    };
    rows.into_iter().map(shown).collect()
}
