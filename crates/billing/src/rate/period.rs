//! Half-open periods [from, to) whose boundaries are computed from the original anchor, never from
//! the boundary before: a machine ordered on the 31st is billed on the 28th or 30th, then on the 31st again.

use jiff::ToSpan;
use jiff::tz::TimeZone;
use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From an instant until, but without, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Period {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after.
    pub to: Timestamp,
}

impl Period {
    /// True when `at` is inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// Boundary `index` of the months that start at `anchor`, in UTC, clamped to the month's last day.
///
/// # Errors
/// `Internal` outside the calendar.
pub fn month_boundary(anchor: Timestamp, index: i64) -> Result<Timestamp> {
    let start = anchor.to_jiff().to_zoned(TimeZone::UTC);
    let moved = start.checked_add(index.months()).map_err(|error| Error::internal("a date outside the calendar").caused_by(error))?;
    Ok(Timestamp::from_jiff(moved.timestamp()))
}

/// The calendar month (UTC) around `at`.
///
/// # Errors
/// `Internal` outside the calendar.
pub fn month_of(at: Timestamp) -> Result<Period> {
    let first = at.to_jiff().to_zoned(TimeZone::UTC).first_of_month().and_then(|day| day.start_of_day());
    let first = first.map_err(|error| Error::internal("a date outside the calendar").caused_by(error))?;
    let from = Timestamp::from_jiff(first.timestamp());
    Ok(Period { from, to: month_boundary(from, 1)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    #[test]
    fn boundaries_come_from_the_anchor() {
        let anchor = at("2026-01-31T10:30:00Z");
        let expected = ["2026-01-31T10:30:00Z", "2026-02-28T10:30:00Z", "2026-03-31T10:30:00Z", "2026-04-30T10:30:00Z"];
        for (index, text) in (0..).zip(expected) {
            assert_eq!(month_boundary(anchor, index).unwrap(), at(text));
        }
    }

    #[test]
    fn a_calendar_month_holds_its_first_and_not_the_next_first() {
        let month = month_of(at("2026-02-28T23:59:59Z")).unwrap();
        assert_eq!((month.from, month.to), (at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z")));
        assert!(month.contains(month.from) && !month.contains(month.to));
    }

    proptest! {
        #[test]
        fn months_tile_time(seconds in 0_i64..4_000_000_000, index in 0_i64..240) {
            let anchor = Timestamp(seconds * 1_000_000);
            let (one, next) = (month_boundary(anchor, index).unwrap(), month_boundary(anchor, index + 1).unwrap());
            prop_assert!(one < next);
            let days = next.since(one).as_secs() / 86_400;
            prop_assert!((28..=31).contains(&days));
        }
    }
}
