//! Says what an order would cost. Writes nothing.

use billing::meter::Cycle;
use billing::quote::Quote;
use compute::{RegionId, SizeId, TemplateId};
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Checks, Cx, Error, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::order::Choice;

/// What is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuote {
    /// How large.
    pub size_id: SizeId,
    /// From which template; without one it is not asked whether it fits. The price is the same for all.
    #[serde(default)]
    pub template_id: Option<TemplateId>,
    /// Where.
    pub region_id: RegionId,
    /// How it is billed.
    pub cycle: Cycle,
}

/// Quotes a machine for the scope's organisation.
///
/// # Errors
/// `Invalid` with every field that names nothing on offer.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: NewQuote) -> Result<Quote> {
    let mut checks = Checks::new();
    let size = match new.template_id {
        Some(template) => Choice::of(cx, &new, template, &mut checks).await?.map(|choice| choice.size),
        None => Choice::priced(cx, &new, &mut checks).await?,
    };
    checks.done()?;
    let size = size.ok_or_else(|| Error::internal("a choice without faults is missing"))?;
    let tax = billing::tax_for(cx, at.organisation_id()?).await?;
    billing::quote::quote(&size.price(new.cycle), &tax)
}
