//! What a dearer size costs for the rest of a month that is paid for: the new price of the rest, less the old price of the same rest.
//! Each is rounded once, so steps that follow each other add up to the one step that they make together.

use kernel::{Money, Result};

use super::make::{Price, Quote, QuoteLine};
use crate::invoice::draft::Draft;
use crate::invoice::model::InvoiceLine;
use crate::meter::{CoveredMonth, Cycle};
use crate::rate::{Decimal, Quantity, line_amount};
use crate::tax::Treatment;
use crate::usage::lines::{MONTH, day};

/// Quotes the change of a month's price to `price`. What is not dearer costs nothing now, and nothing goes back: the month stays paid.
///
/// # Errors
/// `Internal` when an amount does not fit.
pub fn difference(month: &CoveredMonth, price: &Price, treatment: &Treatment) -> Result<Quote> {
    let currency = price.rates.currency;
    let mut lines = Vec::new();
    if price.rates.monthly_minor > month.price.minor {
        let days = format!("{} to {}", day(month.now), day(month.period.to));
        lines.push(rest(month, Money::new(price.rates.monthly_minor, currency), 1, format!("{}, {days}", price.description))?);
        lines.push(rest(month, month.price, -1, format!("{}, {days}, paid already", month.description))?);
    }
    let period = crate::rate::Period { from: month.now, to: month.period.to };
    let draft = Draft::of(lines.clone(), treatment, period, currency)?;
    Ok(Quote {
        net: draft.net,
        tax: draft.tax,
        tax_rate_percent: treatment.percent.shown_as_number(),
        gross: draft.gross,
        due_now: draft.gross,
        cycle: Cycle::Monthly,
        lines: lines.iter().map(|line| QuoteLine { description: line.description.clone(), amount: line.amount }).collect(),
        invoiced: lines,
        treatment: treatment.clone(),
        period: Some(period),
    })
}

/// `sign` times what the rest of the month makes of `whole`.
fn rest(month: &CoveredMonth, whole: Money, sign: i64, description: String) -> Result<InvoiceLine> {
    let (left, all) = (month.period.to.0 - month.now.0, month.period.to.0 - month.period.from.0);
    let quantity = Quantity { count: i128::from(sign) * i128::from(left), per: i128::from(all) };
    let unit_price = Decimal::from_minor(whole.minor, whole.currency);
    Ok(InvoiceLine {
        description,
        quantity: quantity.shown(),
        unit: MONTH.to_owned(),
        unit_price: unit_price.to_string(),
        amount: line_amount(unit_price, quantity, whole.currency)?,
    })
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Timestamp};
    use proptest::prelude::*;

    use super::*;
    use crate::meter::Rates;
    use crate::rate::month_boundary;

    fn price(code: &str, monthly_minor: i64) -> Price {
        let rates = Rates {
            currency: Currency::from_code(code).unwrap(),
            cycle: Cycle::Monthly,
            monthly_minor,
            hourly: Decimal::ZERO,
            stopped_disk_gib_hour: Decimal::ZERO,
            traffic_gib: Decimal::ZERO,
            disk_gib: 10,
        };
        Price { description: "Large machine".to_owned(), rates }
    }

    fn month(code: &str, paid: i64, second: i64) -> CoveredMonth {
        let from = Timestamp(1_790_000_000_000_000);
        let period = crate::rate::Period { from, to: month_boundary(from, 1).unwrap() };
        let now = Timestamp((from.0 + second * 1_000_000).min(period.to.0 - 1));
        CoveredMonth { period, now, price: Money::new(paid, Currency::from_code(code).unwrap()), description: "Small machine".to_owned() }
    }

    fn vat(percent: i64) -> Treatment {
        Treatment { percent: Decimal::whole(percent), country: "DE".to_owned(), label: format!("VAT {percent} %"), note: None }
    }

    fn net(code: &str, from: i64, to: i64, second: i64) -> i64 {
        difference(&month(code, from, second), &price(code, to), &vat(0)).unwrap().net.minor
    }

    #[test]
    fn half_a_month_costs_half_the_difference_and_says_what_was_paid() {
        let half = month("EUR", 500, 0).period;
        let middle = (half.to.0 - half.from.0) / 2 / 1_000_000;
        let quote = difference(&month("EUR", 500, middle), &price("EUR", 1_100), &vat(19)).unwrap();
        assert_eq!((quote.net.minor, quote.tax.minor, quote.due_now.minor), (300, 57, 357));
        assert_eq!(quote.lines.iter().map(|line| line.amount.minor).collect::<Vec<_>>(), [550, -250]);
        assert!(quote.lines[1].description.contains("Small machine") && quote.lines[1].description.contains("paid already"));
    }

    #[test]
    fn what_is_cheaper_costs_nothing_and_gives_nothing_back() {
        let quote = difference(&month("EUR", 1_100, 1_000), &price("EUR", 500), &vat(19)).unwrap();
        assert_eq!((quote.due_now.minor, quote.lines.len()), (0, 0));
        assert!(quote.charge(Timestamp(0)).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn steps_at_one_instant_add_up_to_the_whole_and_are_never_negative(
            prices in prop::collection::vec(0_i64..10_000_000, 2..6),
            second in 0_i64..2_678_400,
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let mut rising = prices;
            rising.sort_unstable();
            let steps: Vec<i64> = rising.windows(2).map(|pair| net(code, pair[0], pair[1], second)).collect();
            prop_assert!(steps.iter().all(|step| *step >= 0));
            prop_assert_eq!(steps.iter().sum::<i64>(), net(code, rising[0], rising[rising.len() - 1], second));
        }

        #[test]
        fn what_is_charged_is_what_was_shown_and_at_most_the_whole_difference(
            paid in 0_i64..10_000_000,
            wanted in 0_i64..10_000_000,
            second in 0_i64..2_678_400,
            percent in 0_i64..30,
            code in prop::sample::select(vec!["EUR", "JPY", "KWD"]),
        ) {
            let quote = difference(&month(code, paid, second), &price(code, wanted), &vat(percent)).unwrap();
            prop_assert!(quote.net.minor >= 0 && quote.net.minor <= (wanted - paid).max(0) + 1);
            prop_assert_eq!(quote.net.minor, quote.lines.iter().map(|line| line.amount.minor).sum::<i64>());
            if let Some(charge) = quote.charge(Timestamp(0)).unwrap() {
                prop_assert_eq!((charge.gross, charge.net), (quote.due_now, quote.net));
                prop_assert_eq!(charge.period.to, month(code, paid, second).period.to);
            }
        }

        #[test]
        fn a_whole_month_costs_the_whole_difference(paid in 0_i64..10_000_000, more in 0_i64..10_000_000) {
            prop_assert_eq!(net("EUR", paid, paid + more, 0), more);
        }
    }
}
