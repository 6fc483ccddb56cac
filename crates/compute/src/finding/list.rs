//! The open findings with their repairs. Three statements, whatever the page; four where certificates are among them.

use std::collections::HashMap;

use kernel::permission::Permission;
use kernel::{Cx, Page, PageQuery, Result, Scope};
use sea_orm::ConnectionTrait;
use workflow::OperationId;
use workflow::operation::{self, State as Work};

use super::model::{Finding, FindingCount, FindingId, FindingKind, explain};
use super::offer::{self, Around};
use super::store::{self, Row};
use crate::cluster;
use crate::instance::{InstanceId, store as instances};

/// What is open, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list<P: Permission>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<Finding>> {
    let rows = store::page(cx.db(), at, cx.now(), query.after()?, query.limit()).await?;
    Ok(Page::from_rows(shown(cx, cx.db(), at, rows).await?, query, |one| one.id))
}

/// How many are open, by kind.
///
/// # Errors
/// Database errors.
pub async fn summary<P: Permission>(cx: &Cx, at: &Scope<P>) -> Result<Vec<FindingCount>> {
    store::counts(cx.db(), at, cx.now()).await
}

/// One of them, open or closed.
pub(super) async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, id: FindingId) -> Result<Finding> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    shown(cx, cx.db(), at, rows).await?.pop().ok_or_else(|| kernel::Error::not_found("finding"))
}

/// The same within a transaction.
pub(super) async fn shown<P: Permission>(cx: &Cx, db: &impl ConnectionTrait, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<Finding>> {
    let machines = instances::among(db, at, rows.iter().filter_map(|row| row.instance_id)).await?;
    let named = rows.iter().filter_map(|row| row.operation_id).chain(machines.values().filter_map(|machine| machine.operation_id));
    let work = operation::states(db, named).await?;
    let certificates = rows.iter().any(|row| row.kind == FindingKind::CertificateChanged);
    let enrolled = if certificates { cluster::store::names(db).await? } else { Vec::new() };
    let known = Known { machines, work, enrolled };
    Ok(rows.into_iter().map(|row| show(cx, row, &known)).collect())
}

/// What was looked up for a page.
struct Known {
    machines: HashMap<InstanceId, instances::Row>,
    work: HashMap<OperationId, Work>,
    enrolled: Vec<String>,
}

fn show(cx: &Cx, row: Row, known: &Known) -> Finding {
    let machine = row.instance_id.and_then(|id| known.machines.get(&id));
    let stands = |id: Option<OperationId>| id.and_then(|id| known.work.get(&id)).copied();
    let around = Around {
        machine,
        work: stands(machine.and_then(|machine| machine.operation_id)),
        repair: stands(row.operation_id),
        now: cx.now(),
        enrolled: row.node_name.as_ref().is_some_and(|node| known.enrolled.contains(node)),
    };
    let repairs = if row.closed_at.is_some() { Vec::new() } else { offer::of(&row, &around) };
    Finding {
        id: row.id,
        kind: row.kind,
        explanation: explain(row.kind, machine.map(|machine| machine.state), row.believed.as_deref(), row.seen.as_deref()),
        node: row.node_name,
        reference: row.reference,
        instance_id: row.instance_id,
        believed: row.believed,
        seen: row.seen,
        since: kernel::Timestamp(row.since),
        repairs,
        operation_id: row.operation_id,
    }
}
