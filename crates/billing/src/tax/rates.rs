//! The table of standard rates, read once from the data file beside this module.

use std::sync::LazyLock;

use kernel::{Error, Result, Timestamp};
use serde::Deserialize;

use crate::rate::Decimal;

static TABLE: LazyLock<std::result::Result<Vec<Rate>, String>> =
    LazyLock::new(|| toml::from_str::<File>(include_str!("tax_rates.toml")).map(|file| file.rate).map_err(|error| error.to_string()));

#[derive(Deserialize)]
struct File {
    rate: Vec<Rate>,
}

/// One country's standard rate from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// ISO 3166 code.
    pub country: String,
    /// What the tax is called there.
    pub name: String,
    /// Percent.
    pub percent: Decimal,
    /// The first day (UTC) on which it applies.
    pub from: jiff::civil::Date,
    /// Member of the European Union's VAT area.
    #[serde(default)]
    pub eu: bool,
}

/// The standard rate of `country` at `at`, if the table knows one.
///
/// # Errors
/// `Internal` when the embedded table is damaged.
pub fn standard_rate(country: &str, at: Timestamp) -> Result<Option<Rate>> {
    let table = TABLE.as_ref().map_err(|error| Error::internal(format!("the tax table is damaged: {error}")))?;
    let day = at.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date();
    Ok(table.iter().filter(|rate| rate.country == country && rate.from <= day).max_by_key(|rate| rate.from).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_jiff(text.parse().unwrap())
    }

    #[test]
    fn every_row_is_readable_and_its_day_counts() {
        let rate = |country, day| standard_rate(country, at(day)).unwrap().map(|rate| rate.percent.to_string());
        assert_eq!(rate("DE", "2026-11-22T00:00:00Z").as_deref(), Some("19"));
        assert_eq!(rate("CH", "2026-11-22T00:00:00Z").as_deref(), Some("8.1"));
        assert_eq!(rate("FI", "2024-08-31T23:59:59Z").as_deref(), Some("24"));
        assert_eq!(rate("FI", "2024-09-01T00:00:00Z").as_deref(), Some("25.5"));
        assert_eq!(rate("US", "2026-11-22T00:00:00Z"), None);
    }

    #[test]
    fn the_union_has_its_27_members() {
        let table = TABLE.as_ref().unwrap();
        let members: std::collections::HashSet<_> = table.iter().filter(|rate| rate.eu).map(|rate| &rate.country).collect();
        assert_eq!(members.len(), 27);
    }
}
