//! Orders for whoever may see them: at most three statements for a list.

use billing::meter::Rates;
use compute::InstanceId;
use compute::instance::Part;
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope, Sealed, Timestamp};
use sea_orm::ConnectionTrait;

use super::model::{Order, OrderId, OrderedTemplate, State};
use super::store::{self, Row};

/// The orders of a project, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<Order>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(open(cx, at, rows).await?, query, |one| one.id))
}

/// One order of the project.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: OrderId) -> Result<Order> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows).await?.pop().ok_or_else(|| Error::not_found("order"))
}

/// How the order of a machine stands; `None` for a machine that nobody ordered.
///
/// # Errors
/// Database errors.
pub(crate) async fn state_of_machine<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, machine: InstanceId) -> Result<Option<State>> {
    Ok(store::of_machine(db, at, machine).await?.map(|row| row.state))
}

async fn open<P: AtProject>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<Order>> {
    let sealed = rows.iter().flat_map(|row| [row.hostname.bytes()].into_iter().chain(row.disks.as_ref().map(Sealed::bytes)));
    let gate = Gate::new(cx, at, &purpose::SERVICE, sealed).await?;
    rows.into_iter().map(|row| shown(row, &gate)).collect()
}

fn shown(row: Row, gate: &Gate) -> Result<Order> {
    let rates: Rates = row.rates()?;
    Ok(Order {
        charged_now: row.charged_now()?,
        id: row.id,
        state: row.state,
        cycle: rates.cycle,
        hostname: row.hostname.open(gate)?,
        size: Part { id: row.size_id, name: row.size_name },
        template: OrderedTemplate { id: row.template_id, name: row.template_name, source: row.template_source, version: row.template_version },
        region: Part { id: row.region_id, name: row.region_name },
        instance_id: row.instance_id,
        disks: row.disks.map(|disks| disks.open(gate)).transpose()?.unwrap_or_default(),
        payment_id: row.payment_id,
        operation_id: row.operation_id,
        created_at: Timestamp(row.created_at),
        problem: row.problem,
    })
}
