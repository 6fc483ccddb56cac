//! Which sizes a machine may have at once, without a price to agree on.

use billing::meter::Cycle;
use compute::instance::SizeId;
use compute::{InstanceId, Shape};
use kernel::{ByWorkflow, Cx, Error, Kind, Place, Result, Scope};

use crate::size;

/// The shape of `size`, if the machine's contract lets it have that size now.
///
/// # Errors
/// `Invalid` on `size_id` when it is not on sale; `Conflict` when the machine is paid for by the month.
pub async fn size_for(cx: &Cx, place: Place, instance: InstanceId, size: SizeId) -> Result<Shape> {
    let at = Scope::<ByWorkflow>::acting("catalogue.size_change.size_for", place);
    let unknown = || Error::invalid("size_id", "choose one of the sizes on offer");
    let size = size::by_id(cx.db(), size).await.map_err(|error| if error.kind() == Kind::NotFound { unknown() } else { error })?;
    if !size.visible {
        return Err(unknown());
    }
    match billing::meter::rates_now(cx.db(), &at, &instance.to_string()).await? {
        Some(rates) if rates.cycle == Cycle::Monthly => {
            Err(Error::conflict("This machine is paid for by the month. Ask what another size costs for the rest of it, and change the size at that price."))
        }
        _ => Ok(size.shape()),
    }
}
