//! So far this month.

use kernel::{Cx, Money, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lines;
use crate::account;
use crate::meter;
use crate::meter::model::{Cycle, Meter, Used};
use crate::party::Sides;
use crate::permissions::UsageView;
use crate::rate::{Period, Quantity};
use crate::tax;

/// What was used in the open period until now.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// The open period.
    pub period: Period,
    /// ISO 4217 code.
    pub currency: kernel::Currency,
    /// What is billed afterwards, priced. What a month's price covers is not among them.
    pub lines: Vec<UsageLine>,
    /// What the hypervisor measured, billed or not: a machine paid by the month counts too.
    pub metered: Vec<Metered>,
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
    /// The machine, or the extra disk.
    pub resource_id: String,
    /// What it is.
    pub description: String,
    /// How much, as a decimal.
    pub quantity: String,
    /// Of which unit.
    pub unit: String,
    /// What it comes to.
    pub amount: Money,
}

/// What one machine, or one extra disk, used in the open period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Metered {
    /// The machine, or the extra disk.
    pub resource_id: String,
    /// What it is.
    pub description: String,
    /// How it is billed.
    pub cycle: Cycle,
    /// Hours that it ran, as a decimal.
    pub running_hours: String,
    /// GiB times hours of its disk, running or not, or of the extra disk, attached or not, as a decimal.
    pub disk_gib_hours: String,
    /// GiB received, as a decimal.
    pub received_gib: String,
    /// GiB sent, as a decimal.
    pub sent_gib: String,
    /// Until when its months are paid or billed in advance; none when it is billed by the hour or has ended.
    pub covered_until: Option<Timestamp>,
}

impl Metered {
    fn of(meter: &Meter, used: Used, as_of: Timestamp) -> Result<Self> {
        Ok(Self {
            resource_id: meter.resource.clone(),
            description: meter.description.clone(),
            cycle: meter.rates.cycle,
            running_hours: Quantity::hours(used.running_seconds).shown(),
            disk_gib_hours: Quantity::hours(used.disk_gib_seconds(meter.rates.disk_gib)).shown(),
            received_gib: Quantity::gib(used.rx_bytes).shown(),
            sent_gib: Quantity::gib(used.tx_bytes).shown(),
            covered_until: meter.month_around(as_of)?.map(|month| month.to),
        })
    }
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
    let meters = meter::store::in_period(cx.db(), organisation, so_far).await?;
    let rated = lines::rated(&meters, so_far)?;
    let here = meters.iter().filter(|(meter, used)| meter.closed_at.is_none_or(|end| end > so_far.from) || *used != Used::default());
    let metered = here.map(|(meter, used)| Metered::of(meter, *used, as_of)).collect::<Result<_>>()?;
    let net = lines::net(&rated, account.currency)?;
    let treatment = Sides::of(cx, organisation).await?.tax(as_of)?;
    let tax = tax::on_net(net, treatment.percent)?;
    let lines = rated
        .into_iter()
        .map(|line| UsageLine {
            resource_id: line.resource,
            description: line.description,
            quantity: line.quantity,
            unit: line.unit.to_owned(),
            amount: line.amount,
        })
        .collect();
    Ok(Usage { period, currency: account.currency, lines, metered, net, tax, gross: net.plus(tax)?, as_of })
}
