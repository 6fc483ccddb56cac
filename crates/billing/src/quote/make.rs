//! Quotes: a price, a cycle and a tax make amounts.

use kernel::{Currency, Money, Result, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::invoice::draft::Draft;
use crate::invoice::model::InvoiceLine;
use crate::meter::{Cycle, Rates};
use crate::rate::{Decimal, Period, Quantity, line_amount, month_boundary};
use crate::tax::Treatment;
use crate::usage::lines::MONTH;

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
const MONTH_HOURS: i64 = 730;

/// Quotes `price` under the tax `treatment`.
///
/// # Errors
/// `Internal` when an amount does not fit.
pub fn quote(price: &Price, treatment: &Treatment) -> Result<Quote> {
    let (currency, cycle) = (price.rates.currency, price.rates.cycle);
    let line = match cycle {
        Cycle::Monthly => line(price, "first month", Quantity::whole(1), MONTH, Decimal::from_minor(price.rates.monthly_minor, currency))?,
        Cycle::Hourly => line(price, "per month if it runs all the time", Quantity::whole(MONTH_HOURS), "hour", price.rates.hourly)?,
    };
    // The period does not matter for the amounts.
    let nowhere = Period { from: Timestamp(0), to: Timestamp(0) };
    let draft = Draft::of(vec![line.clone()], treatment, nowhere, currency)?;
    let due_now = match cycle {
        Cycle::Monthly => draft.gross,
        Cycle::Hourly => Money::zero(currency),
    };
    Ok(Quote {
        net: draft.net,
        tax: draft.tax,
        tax_rate_percent: treatment.percent.shown_as_number(),
        gross: draft.gross,
        due_now,
        cycle,
        lines: vec![QuoteLine { description: line.description.clone(), amount: line.amount }],
        invoiced: if cycle == Cycle::Monthly { vec![line] } else { Vec::new() },
        treatment: treatment.clone(),
        period: None,
    })
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
