//! What another size means for a machine's contract: which sizes it may have, and what it costs from then on.

use billing::meter::{self, Cycle, NewMeter};
use compute::events::Resized;
use compute::instance::SizeId;
use compute::{InstanceId, Shape};
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{ByWorkflow, Cx, Error, Kind, Place, Result, Scope, Tx};

use super::store;
use crate::size::{self, description};

/// The shape of `size`, if the machine's contract lets it have that size now.
///
/// # Errors
/// `Invalid` on `size_id` when it is not on sale; `Conflict` when the machine is paid for by the month.
pub async fn size_for(cx: &Cx, place: Place, instance: InstanceId, size: SizeId) -> Result<Shape> {
    let at = Scope::<ByWorkflow>::acting("catalogue.order.size_for", place);
    let unknown = || Error::invalid("size_id", "choose one of the sizes on offer");
    let size = size::by_id(cx.db(), size).await.map_err(|error| if error.kind() == Kind::NotFound { unknown() } else { error })?;
    if !size.visible {
        return Err(unknown());
    }
    match store::by_instance(cx.db(), &at, instance).await? {
        Some(order) if order.rates()?.cycle == Cycle::Monthly => Err(Error::conflict(
            "This machine is paid for by the month, and a month that is paid for is not split. Machines that are billed by the hour can be resized.",
        )),
        _ => Ok(size.shape()),
    }
}

/// From the instant of the change the machine costs what its new size costs. A second time changes nothing that is billed:
/// the meter in between has no length.
///
/// # Errors
/// Database errors.
pub(crate) async fn reprice<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, fact: &Resized) -> Result<()> {
    if store::by_instance(tx.db(), at, fact.instance_id).await?.is_none() {
        return Ok(());
    }
    let size = size::by_id(tx.db(), fact.size_id).await?;
    let resource = fact.instance_id.to_string();
    meter::close(tx, at, &resource, fact.at).await?;
    let rates = size.price(Cycle::Hourly).rates;
    let new = NewMeter { resource, description: description(&size.name), rates, prepaid_periods: 0, from: fact.at };
    meter::open(tx, at, new).await.map(drop)
}
