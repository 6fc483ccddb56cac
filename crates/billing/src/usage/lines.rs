//! From meters and their sums to priced lines. Pure: the same input gives the same lines in "so far
//! this month", in the preview and on the invoice.
//!
//! A monthly meter's months start at its opening. The invoice of [from, to) holds each month that
//! *starts* in it while the meter is open, whole, unless it was paid with the order. Boundaries
//! fall into exactly one invoice period, so months are billed once, without gap or overlap, and a
//! machine that ends is never billed for a month that has not begun. One that is lost is billed for
//! the part of its month before.

use kernel::{Currency, Money, Result, Timestamp};

use crate::meter::model::{Cycle, Meter, MeterId, Used};
use crate::rate::{Decimal, Period, Quantity, line_amount, month_boundary};

/// A priced line before it stands on a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rated {
    pub(crate) meter_id: MeterId,
    pub(crate) resource: String,
    pub(crate) description: String,
    pub(crate) quantity: String,
    pub(crate) unit: &'static str,
    pub(crate) unit_price: String,
    pub(crate) amount: Money,
    pub(crate) period: Period,
}

/// Words for units on documents.
pub(crate) const MONTH: &str = "month";
const HOUR: &str = "hour";
/// What is said of a disk that is there.
pub(crate) const KEPT: &str = "kept";
/// The unit of disk over time.
pub(crate) const GIB_HOUR: &str = "GiB hour";

/// The lines that `meters` owe for `period`.
pub(crate) fn rated(meters: &[(Meter, Used)], period: Period) -> Result<Vec<Rated>> {
    let mut lines = Vec::new();
    for (meter, used) in meters {
        match meter.rates.cycle {
            Cycle::Monthly => months(meter, period, &mut lines)?,
            Cycle::Hourly => hours(meter, *used, period, &mut lines)?,
        }
        let sent = Quantity::gib(used.tx_bytes);
        if !meter.rates.traffic_gib.is_zero() && used.tx_bytes > 0 {
            lines.push(line(meter, "traffic sent", sent, "GiB", meter.rates.traffic_gib, period)?);
        }
    }
    Ok(lines)
}

fn months(meter: &Meter, period: Period, lines: &mut Vec<Rated>) -> Result<()> {
    let end = meter.closed_at.unwrap_or(Timestamp(i64::MAX)).min(period.to);
    let price = Decimal::from_minor(meter.rates.monthly_minor, meter.rates.currency);
    let mut index = meter.prepaid_periods;
    loop {
        let from = month_boundary(meter.opened_at, index)?;
        if from >= end {
            return Ok(());
        }
        if from >= period.from {
            let month = Period { from, to: month_boundary(meter.opened_at, index + 1)? };
            let days = format!("{} to {}", day(month.from), day(month.to));
            lines.push(match meter.lost_at.filter(|lost| month.contains(*lost)) {
                None => line(meter, &days, Quantity::whole(1), MONTH, price, month)?,
                Some(lost) => {
                    let part = Quantity { count: i128::from(lost.0 - month.from.0), per: i128::from(month.to.0 - month.from.0) };
                    line(meter, &format!("{days}, until it was lost on {}", day(lost)), part, MONTH, price, month)?
                }
            });
        }
        index += 1;
    }
}

fn hours(meter: &Meter, used: Used, period: Period, lines: &mut Vec<Rated>) -> Result<()> {
    if used.running_seconds > 0 {
        lines.push(line(meter, "running", Quantity::hours(used.running_seconds), HOUR, meter.rates.hourly, period)?);
    }
    if used.stopped_gib_seconds > 0 && !meter.rates.stopped_disk_gib_hour.is_zero() {
        // What has no disk of its own is a disk.
        let what = if meter.rates.disk_gib == 0 { KEPT } else { "disk while stopped" };
        lines.push(line(meter, what, Quantity::hours(used.stopped_gib_seconds), GIB_HOUR, meter.rates.stopped_disk_gib_hour, period)?);
    }
    Ok(())
}

fn line(meter: &Meter, what: &str, quantity: Quantity, unit: &'static str, price: Decimal, period: Period) -> Result<Rated> {
    Ok(Rated {
        meter_id: meter.id,
        resource: meter.resource.clone(),
        description: format!("{}, {what}", meter.description),
        quantity: quantity.shown(),
        unit,
        unit_price: price.to_string(),
        amount: line_amount(price, quantity, meter.rates.currency)?,
        period,
    })
}

/// The day of an instant in UTC, as documents write it.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
}

/// The sum of the lines.
pub(crate) fn net(lines: &[Rated], currency: Currency) -> Result<Money> {
    lines.iter().try_fold(Money::zero(currency), |sum, line| sum.plus(line.amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::model::Rates;
    use crate::rate::month_of;
    use kernel::OrganisationId;
    use kernel::id::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    fn meter(cycle: Cycle, opened_at: Timestamp, closed_at: Option<Timestamp>) -> Meter {
        let rates = Rates {
            currency: Currency::from_code("EUR").unwrap(),
            cycle,
            monthly_minor: 595,
            hourly: "0.0069".parse().unwrap(),
            stopped_disk_gib_hour: "0.0001".parse().unwrap(),
            traffic_gib: "0.01".parse().unwrap(),
            disk_gib: 10,
        };
        Meter {
            id: MeterId::from_uuid(Uuid::from_u128(7)),
            organisation_id: OrganisationId::from_uuid(Uuid::from_u128(1)),
            resource: "vm_x".to_owned(),
            description: "Small machine".to_owned(),
            rates,
            prepaid_periods: 1,
            opened_at,
            closed_at,
            lost_at: None,
        }
    }

    #[test]
    fn an_hourly_machine_owes_what_it_ran_to_the_second() {
        let used = Used { running_seconds: 3601, stopped_gib_seconds: 3600 * 10_000, rx_bytes: 5, tx_bytes: 3 << 30 };
        let lines = rated(&[(meter(Cycle::Hourly, at("2026-11-03T00:00:00Z"), None), used)], month_of(at("2026-11-22T00:00:00Z")).unwrap()).unwrap();
        let shown: Vec<_> = lines.iter().map(|line| (line.quantity.as_str(), line.unit, line.amount.minor)).collect();
        assert_eq!(shown, [("1.0003", "hour", 1), ("10000", "GiB hour", 100), ("3", "GiB", 3)]);
    }

    #[test]
    fn a_disk_owes_what_it_took_and_nothing_for_running() {
        let disk = Meter { resource: "dsk_x".to_owned(), description: "Extra disk".to_owned(), ..meter(Cycle::Hourly, at("2026-11-03T00:00:00Z"), None) };
        let disk = Meter { rates: Rates { disk_gib: 0, ..disk.rates.clone() }, ..disk };
        let used = Used { stopped_gib_seconds: 20 * 3600 * 24, ..Used::default() };
        let lines = rated(&[(disk, used)], month_of(at("2026-11-22T00:00:00Z")).unwrap()).unwrap();
        let shown: Vec<_> = lines.iter().map(|line| (line.description.as_str(), line.quantity.as_str(), line.amount.minor)).collect();
        assert_eq!(shown, [("Extra disk, kept", "480", 5)]);
    }

    #[test]
    fn the_first_month_was_paid_with_the_order_and_the_next_starts_on_its_day() {
        let machine = meter(Cycle::Monthly, at("2026-11-30T08:00:00Z"), None);
        let of = |day: &str| rated(&[(machine.clone(), Used::default())], month_of(at(day)).unwrap()).unwrap();
        assert!(of("2026-11-05T00:00:00Z").is_empty());
        let december = of("2026-12-05T00:00:00Z");
        assert_eq!(december.len(), 1);
        assert_eq!(december[0].description, "Small machine, 2026-12-30 to 2027-01-30");
        assert_eq!(december[0].amount.minor, 595);
        assert_eq!(of("2027-02-05T00:00:00Z")[0].period.from, at("2027-02-28T08:00:00Z"));
    }

    #[test]
    fn a_month_in_which_a_machine_was_lost_is_billed_for_the_part_before() {
        let (opened, lost) = (at("2026-11-01T00:00:00Z"), at("2026-12-16T12:00:00Z"));
        let machine = Meter { lost_at: Some(lost), ..meter(Cycle::Monthly, opened, Some(lost)) };
        let of = |day: &str| rated(&[(machine.clone(), Used::default())], month_of(at(day)).unwrap()).unwrap();
        let december = of("2026-12-05T00:00:00Z");
        assert_eq!((december.len(), december[0].amount.minor, december[0].quantity.as_str()), (1, 298, "0.5"), "half of 595");
        assert!(december[0].description.ends_with("until it was lost on 2026-12-16"), "{}", december[0].description);
        assert!(of("2027-01-05T00:00:00Z").is_empty());
    }

    proptest! {
        #[test]
        fn months_are_billed_once_without_gap_or_overlap(start in 0_i64..2_000_000_000, open_for in 0_i64..40_000_000, months in 1_usize..20) {
            let opened = Timestamp(start * 1_000_000);
            let closed = Timestamp(opened.0 + open_for * 1_000_000);
            let machine = meter(Cycle::Monthly, opened, Some(closed));
            let mut billed = Vec::new();
            let mut period = month_of(opened).unwrap();
            for _ in 0..months {
                billed.extend(rated(&[(machine.clone(), Used::default())], period).unwrap().into_iter().map(|line| line.period));
                period = month_of(period.to).unwrap();
            }
            let mut edge = month_boundary(opened, 1).unwrap();
            for one in &billed {
                prop_assert_eq!(one.from, edge);
                prop_assert!(one.from < closed);
                edge = one.to;
            }
            prop_assert!(edge >= closed.min(period.from) || billed.is_empty() && edge >= closed);
        }
    }
}
