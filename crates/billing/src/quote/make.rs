//! Quotes: a price, a cycle and a tax make amounts.

use kernel::{Currency, Money, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::invoice::draft::Draft;
use crate::invoice::model::InvoiceLine;
use crate::meter::{Cycle, Rates};
use crate::rate::{Decimal, Period, Quantity, line_amount, month_boundary};
use crate::tax::Treatment;
use crate::usage::lines::{GIB_HOUR, KEPT, MONTH};

/// What is offered.
#[derive(Debug, Clone)]
pub struct Price {
    /// What stands on documents: product words, for example `Small machine`.
    pub description: String,
    /// The prices; `rates.cycle` is the chosen cycle.
    pub rates: Rates,
}

/// What an order will cost. Monthly: the first month, charged now. Hourly: a whole month of
/// running (730 hours) as an estimate, nothing charged now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Quote {
    /// Without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// Percent.
    pub tax_rate_percent: f64,
    /// Both together.
    pub gross: Money,
    /// What is charged when the order is placed, tax included.
    pub due_now: Money,
    /// How it is billed.
    pub cycle: Cycle,
    /// What it consists of.
    pub lines: Vec<QuoteLine>,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) invoiced: Vec<InvoiceLine>,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) treatment: Treatment,
    /// What the charge covers; without it the month that begins when it is paid.
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) period: Option<Period>,
}

/// One part of a quote.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct QuoteLine {
    /// What it is.
    pub description: String,
    /// What it comes to, without tax.
    pub amount: Money,
}

/// Hours in a month, for estimates.
pub const MONTH_HOURS: i64 = 730;

/// Quotes what an extra disk of `gib` GiB costs in a month at `price`: nothing is charged now.
///
/// # Errors
/// `Internal` when an amount does not fit.
pub fn quote_disk(price: &Price, gib: i64, treatment: &Treatment) -> Result<Quote> {
    let hours = Quantity::whole(gib.saturating_mul(MONTH_HOURS));
    let line = line(price, &format!("{gib} GiB {KEPT} for a month"), hours, GIB_HOUR, price.rates.stopped_disk_gib_hour)?;
    estimate(line, price, treatment)
}

/// What is billed afterwards: an estimate of a month, and nothing now.
fn estimate(line: InvoiceLine, price: &Price, treatment: &Treatment) -> Result<Quote> {
    let draft = Draft::of(vec![line.clone()], treatment, NOWHERE, price.rates.currency)?;
    Ok(Quote {
        net: draft.net,
        tax: draft.tax,
        tax_rate_percent: treatment.percent.shown_as_number(),
        gross: draft.gross,
        due_now: Money::zero(price.rates.currency),
        cycle: Cycle::Hourly,
        lines: vec![QuoteLine { description: line.description, amount: line.amount }],
        invoiced: Vec::new(),
        treatment: treatment.clone(),
        period: None,
    })
}

/// The period does not matter for the amounts.
const NOWHERE: Period = Period { from: Timestamp(0), to: Timestamp(0) };

/// Quotes `price` under the tax `treatment`.
///
/// # Errors
/// `Internal` when an amount does not fit.
pub fn quote(price: &Price, treatment: &Treatment) -> Result<Quote> {
    let currency = price.rates.currency;
    if price.rates.cycle == Cycle::Hourly {
        let hours = Quantity::whole(MONTH_HOURS);
        return estimate(line(price, "per month if it runs all the time", hours, "hour", price.rates.hourly)?, price, treatment);
    }
    let line = line(price, "first month", Quantity::whole(1), MONTH, Decimal::from_minor(price.rates.monthly_minor, currency))?;
    let due_now = Draft::of(vec![line.clone()], treatment, NOWHERE, currency)?.gross;
    Ok(Quote { due_now, cycle: Cycle::Monthly, invoiced: vec![line.clone()], ..estimate(line, price, treatment)? })
}

impl Quote {
    /// What is invoiced when `due_now` is paid at `now`; nothing for a quote that charges nothing.
    pub(crate) fn charge(&self, now: Timestamp) -> Result<Option<Draft>> {
        if self.invoiced.is_empty() {
            return Ok(None);
        }
        let period = match self.period {
            Some(period) => period,
            None => Period { from: now, to: month_boundary(now, 1)? },
        };
        Draft::of(self.invoiced.clone(), &self.treatment, period, self.currency()).map(Some)
    }

    /// Currency of all amounts.
    pub fn currency(&self) -> Currency {
        self.net.currency
    }
}

fn line(price: &Price, what: &str, quantity: Quantity, unit: &str, unit_price: Decimal) -> Result<InvoiceLine> {
    Ok(InvoiceLine {
        description: format!("{}, {what}", price.description),
        quantity: quantity.shown(),
        unit: unit.to_owned(),
        unit_price: unit_price.to_string(),
        amount: line_amount(unit_price, quantity, price.rates.currency)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn price(code: &str, cycle: Cycle, monthly_minor: i64) -> Price {
        let rates = Rates {
            currency: Currency::from_code(code).unwrap(),
            cycle,
            monthly_minor,
            hourly: "0.0082".parse().unwrap(),
            stopped_disk_gib_hour: Decimal::ZERO,
            traffic_gib: Decimal::ZERO,
            disk_gib: 10,
        };
        Price { description: "Small machine".to_owned(), rates }
    }

    fn vat(percent: i64) -> Treatment {
        Treatment { percent: Decimal::whole(percent), country: "DE".to_owned(), label: format!("VAT {percent} %"), note: None }
    }

    #[test]
    fn a_month_is_charged_now_and_hours_are_not() {
        let monthly = quote(&price("EUR", Cycle::Monthly, 595), &vat(19)).unwrap();
        assert_eq!((monthly.net.minor, monthly.tax.minor, monthly.gross.minor, monthly.due_now.minor), (595, 113, 708, 708));
        let hourly = quote(&price("EUR", Cycle::Hourly, 595), &vat(19)).unwrap();
        assert_eq!((hourly.net.minor, hourly.gross.minor, hourly.due_now.minor), (599, 713, 0));
        assert!(hourly.charge(Timestamp(0)).unwrap().is_none());
    }

    #[test]
    fn a_month_of_a_disk_costs_what_its_hours_are_billed_at() {
        let price = price("EUR", Cycle::Hourly, 0);
        let rates = Rates { stopped_disk_gib_hour: Decimal::from_minor(5, price.rates.currency).divided(MONTH_HOURS).unwrap(), disk_gib: 0, ..price.rates };
        let quote = quote_disk(&Price { description: "Extra disk".to_owned(), rates }, 20, &vat(19)).unwrap();
        assert_eq!((quote.net.minor, quote.gross.minor, quote.due_now.minor), (100, 119, 0));
        assert_eq!(quote.lines[0].description, "Extra disk, 20 GiB kept for a month");
        assert!(quote.charge(Timestamp(0)).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn what_is_charged_is_what_was_quoted(minor in 0_i64..10_000_000, percent in 0_i64..30, code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let quote = quote(&price(code, Cycle::Monthly, minor), &vat(percent)).unwrap();
            let charge = quote.charge(Timestamp(1_790_000_000_000_000)).unwrap().unwrap();
            prop_assert_eq!(charge.gross, quote.due_now);
            prop_assert_eq!(charge.net.minor + charge.tax.minor, charge.gross.minor);
            prop_assert_eq!(charge.net.minor, minor);
        }
    }
}
