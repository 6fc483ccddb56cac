//! Says what another size would cost. Writes nothing.

use billing::meter::{self, Cycle, Rates};
use billing::quote::Quote;
use compute::instance::Part;
use compute::{InstanceId, SizeId};
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Kind, Money, Result, Scope, Timestamp};

use super::model::SizeChangeQuote;
use crate::size::{self, Size};

/// What a change is made of: sizes, prices and what is due.
pub(super) struct Terms {
    pub(super) size: Size,
    pub(super) before: Option<Rates>,
    pub(super) after: Option<Rates>,
    /// What is due now; none where nothing is.
    pub(super) due: Option<Quote>,
    pub(super) price: Money,
    pub(super) price_from: Timestamp,
}

/// Quotes another size for a machine of the project.
///
/// # Errors
/// `NotFound`; `Invalid` on `size_id` for a size that is not on sale.
pub async fn quote<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, instance: InstanceId, wanted: SizeId) -> Result<SizeChangeQuote> {
    compute::instance::state(cx.db(), at, instance).await?;
    let terms = terms(cx, at, instance, wanted).await?;
    let nothing = Money::zero(terms.price.currency);
    let due = terms.due.as_ref();
    Ok(SizeChangeQuote {
        size: Part { id: terms.size.id, name: terms.size.name.clone() },
        cycle: terms.after.as_ref().map(|rates| rates.cycle),
        lines: due.map(|due| due.lines.clone()).unwrap_or_default(),
        net: due.map_or(nothing, |due| due.net),
        tax: due.map_or(nothing, |due| due.tax),
        due_now: due.map_or(nothing, |due| due.due_now),
        price: terms.price,
        price_from: terms.price_from,
    })
}

/// The terms on which the machine gets the size now.
pub(super) async fn terms<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, instance: InstanceId, wanted: SizeId) -> Result<Terms> {
    let unknown = || Error::invalid("size_id", "choose one of the sizes on offer");
    let size = size::by_id(cx.db(), wanted).await.map_err(|error| if error.kind() == Kind::NotFound { unknown() } else { error })?;
    if !size.visible {
        return Err(unknown());
    }
    let resource = instance.to_string();
    // Nothing is charged for a machine without a meter, such as one that was taken over.
    let Some(before) = meter::rates_now(cx.db(), at, &resource).await? else {
        let (price, price_from) = (Money::zero(size.monthly.currency), cx.now());
        return Ok(Terms { size, before: None, after: None, due: None, price, price_from });
    };
    let price = size.price(before.cycle);
    let after = Some(price.rates.clone());
    let (amount, hourly) = (size.monthly, size.hourly);
    match meter::covered_month(cx, at, &resource).await? {
        Some(month) if before.cycle == Cycle::Monthly => {
            let tax = billing::tax_for(cx, at.organisation_id()?).await?;
            let due = billing::quote::difference(&month, &price, &tax)?;
            Ok(Terms { size, before: Some(before), after, due: Some(due), price: amount, price_from: month.period.to })
        }
        _ => Ok(Terms { size, before: Some(before), after, due: None, price: hourly, price_from: cx.now() }),
    }
}
