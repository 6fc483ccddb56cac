//! Changes of size for whoever may see them.

use compute::InstanceId;
use compute::instance::Part;
use kernel::permission::AtProject;
use kernel::{Cx, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{SizeChange, SizeChangeId};
use super::store::{self, Row};

/// The changes of a machine, newest first.
///
/// # Errors
/// `NotFound`; `Invalid` for a foreign cursor; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, instance: InstanceId, query: &PageQuery) -> Result<Page<SizeChange>> {
    compute::instance::state(cx.db(), at, instance).await?;
    let rows = store::page(cx.db(), at, instance, query.after()?, query.limit()).await?;
    let shown = rows.into_iter().map(shown).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(shown, query, |one| one.id))
}

/// One of them.
pub(super) async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SizeChangeId) -> Result<SizeChange> {
    shown(store::by_id(cx.db(), at, id).await?)
}

fn shown(row: Row) -> Result<SizeChange> {
    Ok(SizeChange {
        cycle: row.rates_after()?.map(|rates| rates.cycle),
        charged_now: row.money(row.charged_minor)?,
        price: row.money(row.price_minor)?,
        id: row.id,
        instance_id: row.instance_id,
        state: row.state,
        from: Part { id: row.from_size_id, name: row.from_size_name },
        to: Part { id: row.size_id, name: row.size_name },
        price_from: Timestamp(row.price_from),
        payment_id: row.payment_id,
        operation_id: row.operation_id,
        problem: row.problem,
        created_at: Timestamp(row.created_at),
    })
}
