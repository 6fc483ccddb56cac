//! So far this month.

use kernel::{Cx, Money, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lines;
use crate::account;
use crate::meter;
use crate::party::Sides;
use crate::permissions::UsageView;
use crate::rate::Period;
use crate::tax;

/// What was used in the open period until now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The open period.
    pub period: Period,
    /// ISO 4217 code.
    pub currency: kernel::Currency,
    /// What was used.
    pub lines: Vec<UsageLine>,
    /// Sum of the lines.
    pub net: Money,
    /// Tax on it.
    pub tax: Money,
    /// Both together.
    pub gross: Money,
    /// Until when it is counted, in billing time.
    pub as_of: Timestamp,
}

/// One thing that was used.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct UsageLine {
    /// The machine.
    pub instance_id: Option<String>,
    /// What it is.
    pub description: String,
    /// How much, as a decimal.
    pub quantity: String,
    /// Of which unit.
    pub unit: String,
    /// What it comes to.
    pub amount: Money,
}

/// The usage of the open period until now.
///
/// # Errors
/// Database errors.
pub async fn view(cx: &Cx, at: &Scope<UsageView>) -> Result<Usage> {
    let organisation = at.organisation_id()?;
    let account = account::ensured(cx, organisation).await?;
    let (period, as_of) = (account.period()?, account.now(cx));
    let so_far = Period { from: period.from, to: as_of.min(period.to) };
    let rated = lines::rated(&meter::store::in_period(cx.db(), organisation, so_far).await?, so_far)?;
    let net = lines::net(&rated, account.currency)?;
    let treatment = Sides::of(cx, organisation).await?.tax(as_of)?;
    let tax = tax::on_net(net, treatment.percent)?;
    let lines = rated
        .into_iter()
        .map(|line| UsageLine {
            instance_id: Some(line.resource),
            description: line.description,
            quantity: line.quantity,
            unit: line.unit.to_owned(),
            amount: line.amount,
        })
        .collect();
    Ok(Usage { period, currency: account.currency, lines, net, tax, gross: net.plus(tax)?, as_of })
}
