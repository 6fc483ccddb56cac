//! Asks for another size: one transaction writes the change, its payment and the work to do, or none of them.

use billing::meter::Rates;
use compute::InstanceId;
use compute::instance::Shape;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Result, Scope};
use workflow::Start;

use super::carry_out::{SIZE_CHANGE, SizeChangeInput};
use super::list;
use super::model::{NewSizeChange, SizeChange, SizeChangeId, State};
use super::quote::terms;
use super::store::{self, Column};
use crate::order::verified;

/// Begins the change.
///
/// # Errors
/// `Denied` before the e-mail address is verified; `NotFound`; `Invalid` on `size_id`; `Conflict` when the machine's state does not allow
/// it, when another change is on its way, or when more would be due than the quote said; `Exhausted` when there is no room.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, instance: InstanceId, new: &NewSizeChange) -> Result<SizeChange> {
    verified(cx, at).await?;
    let machine = compute::instance::view(cx, at, instance).await?;
    let terms = terms(cx, at, instance, new.size_id).await?;
    let due = terms.due.as_ref().filter(|due| due.due_now.minor > 0);
    let charged = due.map_or(0, |due| due.due_now.minor);
    if charged > new.due_now.minor || new.due_now.currency != terms.price.currency {
        return Err(Error::conflict("More is due now than the quote said. Ask for the price again."));
    }
    let (from_rates, rates) = (encoded(terms.before.as_ref())?, encoded(terms.after.as_ref())?);
    let shape: Shape = terms.size.shape();
    let id = cx
        .write(async |tx| {
            // Locks the machine, so that two changes do not begin at once.
            compute::instance::may_resize(&tx, at, instance, machine.size.id, &shape).await?;
            if store::newest(tx.db(), at, instance).await?.is_some_and(|newest| newest.state.is_open()) {
                return Err(Error::conflict("Another change of this machine's size is on its way. Wait until it has ended."));
            }
            let id: SizeChangeId = tx.cx().new_id();
            let payment = match due {
                Some(due) => Some(billing::payment::begin_change(&tx, at, &id.to_string(), due, new.payment_method).await?.id),
                None => None,
            };
            let row = store::Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                instance_id: instance,
                state: State::Paying,
                from_size_id: machine.size.id,
                from_size_name: machine.size.name.clone(),
                size_id: terms.size.id,
                size_name: terms.size.name.clone(),
                from_rates: from_rates.clone(),
                rates: rates.clone(),
                charged_minor: charged,
                price_minor: terms.price.minor,
                currency: terms.price.currency.code().to_owned(),
                price_from: terms.price_from.0,
                payment_id: payment,
                operation_id: None,
                resize_id: None,
                problem: None,
                created_at: tx.cx().now().0,
            };
            store::insert(&tx, row).await?;
            let start = Start { place: at.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
            let operation = SIZE_CHANGE.start(&tx, start, &SizeChangeInput { change_id: id }).await?;
            store::set(&tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
            audit::record(&tx, at, id, "Asked for another size for a machine").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

fn encoded(rates: Option<&Rates>) -> Result<Option<String>> {
    rates.map(serde_json::to_string).transpose().map_err(|error| Error::internal("cannot encode prices").caused_by(error))
}
