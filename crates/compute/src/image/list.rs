//! The images of a project, or the operator's. Four statements, whatever the page.

use std::collections::HashMap;

use kernel::map::{Purpose, purpose};
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, Page, PageQuery, Place, Result, Scope, Timestamp};

use super::model::{Image, ImageId, disk_gib};
use super::store::{self, Row};
use crate::instance::store as instances;
use crate::node::{self, Node};

/// The images of the scope's place, newest first; deleted ones are left out.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: Permission>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<Image>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows, &purpose::SERVICE).await?, query, |one: &Image| one.id))
}

/// One of them.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, id: ImageId) -> Result<Image> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows, &purpose::SERVICE).await?.pop().ok_or_else(|| Error::not_found("image"))
}

/// As people see them.
pub(super) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>, purpose: &'static Purpose) -> Result<Vec<Image>> {
    let machines = instances::made_of(cx.db(), rows.iter().map(|row| row.id.on_nodes())).await?;
    // Which nodes there are is the operator's business.
    let nodes = if at.place() == Place::Platform { node::store::all(cx.db()).await? } else { Vec::new() };
    shown(cx, at, rows, (purpose, &machines, &nodes)).await
}

/// The same, where it is known already how many machines are made of each and which nodes there are.
pub(crate) async fn shown<P: Permission>(
    cx: &Cx,
    at: &Scope<P>,
    rows: Vec<Row>,
    (purpose, machines, nodes): (&'static Purpose, &HashMap<String, i64>, &[Node]),
) -> Result<Vec<Image>> {
    let gate = Gate::new(cx, at, purpose, rows.iter().filter_map(|row| Some(row.name.as_ref()?.bytes()))).await?;
    let view = |row: Row| {
        let known = row.id.on_nodes();
        Ok(Image {
            id: row.id,
            name: row.name.as_ref().map(|name| name.open(&gate)).transpose()?.unwrap_or_default(),
            template_id: row.template_id,
            version: row.version,
            source: row.source,
            url: row.url,
            sha256: row.sha256,
            state: row.state,
            problem: row.problem,
            received_bytes: row.received_bytes,
            total_bytes: row.total_bytes,
            disk_gib: row.virtual_bytes.map(disk_gib),
            machines: machines.get(&known).copied().unwrap_or(0),
            nodes: nodes.iter().filter(|node| node.templates.contains(&known)).map(|node| node.name.clone()).collect(),
            operation_id: row.operation_id,
            created_at: Timestamp(row.created_at),
            ready_at: row.ready_at.map(Timestamp),
        })
    };
    rows.into_iter().map(view).collect()
}
