//! Working days: weekends and the holidays of a calendar, computed from the table's rules.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use kernel::{Error, Result};

use super::table::table;

fn damaged(rule: &str) -> Error {
    Error::internal(format!("the holiday rule {rule} is not understood"))
}

/// True for a day that is neither weekend nor holiday of `calendar`.
///
/// # Errors
/// `Internal` for an unknown calendar.
pub fn is_working_day(calendar: &str, day: Date) -> Result<bool> {
    if is_weekend(day) {
        return Ok(false);
    }
    // A holiday of the next year can be observed in this one: New Year's Day on a Saturday.
    let near = [day.year(), day.year() + 1];
    let mut free = false;
    for year in near {
        free |= holidays(calendar, year)?.contains(&day);
    }
    Ok(!free)
}

fn is_weekend(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The holidays of `calendar` that belong to `year`.
///
/// # Errors
/// `Internal` for an unknown calendar or rule.
pub fn holidays(calendar: &str, year: i16) -> Result<Vec<Date>> {
    let rules = &table()?.calendars.iter().find(|one| one.key == calendar).ok_or_else(|| Error::internal(format!("no calendar {calendar}")))?.days;
    let mut days = Vec::new();
    let mut moved = Vec::new();
    for rule in rules {
        match rule.split_once(' ') {
            Some((fixed, "substitute")) => {
                let day = month_day(year, fixed)?;
                if is_weekend(day) { moved.push(day) } else { days.push(day) }
            }
            _ => days.push(of_rule(year, rule)?),
        }
    }
    // After the others are known: a substitute does not fall on another holiday.
    for day in moved {
        let mut next = day;
        while is_weekend(next) || days.contains(&next) {
            next = later(next, 1)?;
        }
        days.push(next);
    }
    days.sort_unstable();
    Ok(days)
}

/// The day `by` days later.
pub(super) fn later(day: Date, by: i32) -> Result<Date> {
    day.checked_add(i64::from(by).days()).map_err(|error| Error::internal("a date outside the calendar").caused_by(error))
}

fn month_day(year: i16, text: &str) -> Result<Date> {
    let (month, day) = text.split_once('-').ok_or_else(|| damaged(text))?;
    let number = |part: &str| part.parse::<i8>().map_err(|_| damaged(text));
    Date::new(year, number(month)?, number(day)?).map_err(|error| damaged(text).caused_by(error))
}

fn of_rule(year: i16, rule: &str) -> Result<Date> {
    if let Some(days) = rule.strip_prefix("easter") {
        return later(easter(year), days.parse().map_err(|_| damaged(rule))?);
    }
    match rule.split(' ').collect::<Vec<_>>().as_slice() {
        [fixed] => month_day(year, fixed),
        [fixed, "observed"] => {
            let day = month_day(year, fixed)?;
            later(
                day,
                match day.weekday() {
                    Weekday::Saturday => -1,
                    Weekday::Sunday => 1,
                    _ => 0,
                },
            )
        }
        [nth, weekday, month] => {
            let weekday = match *weekday {
                "mon" => Weekday::Monday,
                "thu" => Weekday::Thursday,
                _ => return Err(damaged(rule)),
            };
            let nth = if *nth == "last" { -1 } else { nth.parse().map_err(|_| damaged(rule))? };
            let first = month_day(year, &format!("{month}-01"))?;
            first.nth_weekday_of_month(nth, weekday).map_err(|error| damaged(rule).caused_by(error))
        }
        _ => Err(damaged(rule)),
    }
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter(year: i16) -> Date {
    let year_ = i32::from(year);
    let (a, b, c) = (year_ % 19, year_ / 100, year_ % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    // The rule gives a day in March or April of every year.
    date(year, i8::try_from(month).unwrap_or(4), i8::try_from(day).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_falls_where_it_fell() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn federal_holidays_of_2026_and_2027_are_the_published_ones() {
        let published = [(1, 1), (1, 19), (2, 16), (5, 25), (6, 19), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (12, 25)];
        assert_eq!(holidays("us", 2026).unwrap(), published.map(|(month, day)| date(2026, month, day)));
        assert!(holidays("us", 2027).unwrap().contains(&date(2027, 7, 5)));
        // New Year's Day of 2028 is a Saturday and observed in the year before.
        assert!(!is_working_day("us", date(2027, 12, 31)).unwrap());
    }

    #[test]
    fn british_substitutes_do_not_fall_on_another_holiday() {
        // Christmas Day of 2022 was a Sunday, of 2021 a Saturday.
        for (year, first, second) in [(2022, 26, 27), (2021, 27, 28)] {
            let days = holidays("gb", year).unwrap();
            assert!(days.ends_with(&[date(year, 12, first), date(year, 12, second)]), "{days:?}");
        }
    }
}
