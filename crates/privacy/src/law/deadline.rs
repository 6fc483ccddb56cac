//! By when a request is answered: the strictest of the laws that apply and our own promise.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use kernel::{Error, Result, Timestamp};

use super::calendar::{is_working_day, later};
use super::model::{Law, Span};
use crate::request::Kind;

/// The terms of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// By when receipt is confirmed, where a law says so.
    pub acknowledge: Option<Timestamp>,
    /// The first instant that is too late for the answer.
    pub due: Timestamp,
    /// Key of the law that is strictest.
    pub law: &'static str,
    /// The first instant that is too late once the term was extended; absent where that is not allowed.
    pub extended: Option<Timestamp>,
}

/// The terms of a request of `kind` that arrived at `received`, under `laws`.
///
/// # Errors
/// `Internal` outside the calendar or without a law; our own promise is always among them.
pub fn terms(laws: &[&'static Law], kind: Kind, received: Timestamp) -> Result<Terms> {
    let mut strictest: Option<(Timestamp, &'static str)> = None;
    let mut acknowledge: Option<Timestamp> = None;
    let mut extended: Option<Timestamp> = None;
    let mut extendable = true;
    for law in laws {
        let Some(clock) = law.clock(kind) else { continue };
        if let Some(span) = clock.acknowledge {
            let at = end(law, received, &[span])?;
            acknowledge = Some(acknowledge.map_or(at, |known| known.min(at)));
        }
        let Some(answer) = clock.answer else { continue };
        let due = end(law, received, &[answer])?;
        if strictest.is_none_or(|(known, _)| due < known) {
            strictest = Some((due, law.key.as_str()));
        }
        match clock.extension {
            Some(more) => {
                let at = end(law, received, &[answer, more])?;
                extended = Some(extended.map_or(at, |known| known.min(at)));
            }
            // The promise gives way where a law allows more time; a law without an extension does not.
            None => extendable &= law.places.iter().any(|place| place == "*"),
        }
    }
    let (due, law) = strictest.ok_or_else(|| Error::internal("no law and no promise gives a term"))?;
    Ok(Terms { acknowledge, due, law, extended: extended.filter(|later| extendable && *later > due) })
}

/// The first instant after the last day of the spans, which follow each other.
fn end(law: &Law, received: Timestamp, spans: &[Span]) -> Result<Timestamp> {
    let outside = |error: jiff::Error| Error::internal("a date outside the calendar").caused_by(error);
    let zone = TimeZone::fixed(Offset::from_hours(law.utc_offset_hours).map_err(outside)?);
    let start = received.to_jiff().to_zoned(zone.clone()).date();
    let months: i32 = spans.iter().map(|span| span.months).sum();
    let days: i32 = spans.iter().map(|span| span.days).sum();
    // Months first, from the day of receipt: the 31st ends on the last day of a shorter month.
    let mut last = later(start.checked_add(months.months()).map_err(outside)?, days)?;
    for _ in 0..spans.iter().map(|span| span.business_days).sum() {
        last = next_working_day(law, later(last, 1)?)?;
    }
    if law.rolls {
        last = next_working_day(law, last)?;
    }
    let midnight = later(last, 1)?.to_zoned(zone).map_err(outside)?;
    Ok(Timestamp::from_jiff(midnight.timestamp()))
}

fn next_working_day(law: &Law, mut day: Date) -> Result<Date> {
    while !is_working_day(&law.calendar, day)? {
        day = later(day, 1)?;
    }
    Ok(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::law::applicable;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    /// Terms under one law alone.
    fn under(key: &str, kind: Kind, received: &str) -> Terms {
        let place = match key {
            "gdpr" => "DE",
            "uk_gdpr" => "GB",
            "fadp" => "CH",
            "ccpa" => "US-CA",
            "app" => "AU",
            "pipeda" => "CA",
            "appi" => "JP",
            _ => "US-TX",
        };
        let laws: Vec<_> = applicable(Some(place), None).unwrap().into_iter().filter(|law| law.key == key).collect();
        assert_eq!(laws.len(), 1, "{key}");
        terms(&laws, kind, at(received)).unwrap()
    }

    #[test]
    fn a_month_of_the_gdpr_ends_with_the_month_and_rolls_over_weekends_and_holidays() {
        testkit::covers!(368);
        // 31 January to the last day of February, a Saturday in 2026: Monday, 2 March; its day ends at 21:00 UTC.
        assert_eq!(under("gdpr", Kind::Access, "2026-01-31T12:00:00Z").due, at("2026-03-02T21:00:00Z"));
        // A leap year.
        assert_eq!(under("gdpr", Kind::Access, "2028-01-31T12:00:00Z").due, at("2028-02-29T21:00:00Z"));
        // An ordinary month.
        assert_eq!(under("gdpr", Kind::Erasure, "2026-06-09T12:00:00Z").due, at("2026-07-09T21:00:00Z"));
        // Good Friday to Easter Monday: Tuesday, 7 April 2026.
        assert_eq!(under("gdpr", Kind::Access, "2026-03-03T12:00:00Z").due, at("2026-04-07T21:00:00Z"));
        // Two more months, from receipt.
        assert_eq!(under("gdpr", Kind::Access, "2026-06-09T12:00:00Z").extended, Some(at("2026-09-09T21:00:00Z")));
        // Late in the evening it is already the next day in the east.
        assert_eq!(under("gdpr", Kind::Access, "2026-06-09T22:00:00Z").due, at("2026-07-10T21:00:00Z"));
    }

    #[test]
    fn california_counts_working_days_over_its_holidays_and_45_days_twice() {
        testkit::covers!(369);
        // Friday, 19 December 2025, 09:00 in California: Christmas and New Year are no working days.
        let terms = under("ccpa", Kind::Access, "2025-12-19T17:00:00Z");
        assert_eq!(terms.acknowledge, Some(at("2026-01-07T07:00:00Z")));
        assert_eq!(terms.due, at("2026-02-03T07:00:00Z"));
        assert_eq!(terms.extended, Some(at("2026-03-20T07:00:00Z")));
        let opt_out = under("ccpa", Kind::Objection, "2025-12-19T17:00:00Z");
        assert_eq!((opt_out.due, opt_out.extended), (at("2026-01-14T07:00:00Z"), None));
    }

    #[test]
    fn thirty_days_in_australia_and_canada_and_no_more_without_a_law() {
        assert_eq!(under("app", Kind::Access, "2026-11-22T00:00:00Z").due, at("2026-12-22T13:00:00Z"));
        assert_eq!(under("app", Kind::Access, "2026-11-22T00:00:00Z").extended, None);
        let canada = under("pipeda", Kind::Access, "2026-11-22T12:00:00Z");
        assert_eq!((canada.due, canada.extended), (at("2026-12-23T02:00:00Z"), Some(at("2027-01-22T02:00:00Z"))));
        assert_eq!(under("appi", Kind::Erasure, "2026-11-22T12:00:00Z").due, at("2026-12-06T15:00:00Z"));
        assert_eq!(under("uk_gdpr", Kind::Access, "2026-11-25T12:00:00Z").due, at("2026-12-29T23:00:00Z"), "Christmas Day, Boxing Day on a Saturday");
    }

    #[test]
    fn the_strictest_of_all_that_apply_counts_and_one_law_without_extension_forbids_it() {
        let of = |place, operator, kind, received| terms(&applicable(Some(place), Some(operator)).unwrap(), kind, at(received)).unwrap();
        // In a month of 31 days our own promise is stricter than the law's month.
        let july = of("DE", "DE", Kind::Access, "2026-07-01T12:00:00Z");
        assert_eq!((july.law, july.due), ("promise", at("2026-08-01T00:00:00Z")));
        assert!(july.extended.is_some(), "the promise gives way to the law's extension");
        // Somebody in Japan with an operator in Germany: two weeks, not a month, and no more.
        let japan = of("JP", "DE", Kind::Erasure, "2026-07-01T12:00:00Z");
        assert_eq!((japan.law, japan.extended), ("appi", None));
        let enquiry = of("DE", "DE", Kind::Enquiry, "2026-07-01T12:00:00Z");
        assert_eq!((enquiry.law, enquiry.extended), ("promise", None));
    }
}
