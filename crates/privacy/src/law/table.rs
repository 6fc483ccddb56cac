//! The table, read once.

use std::sync::LazyLock;

use kernel::{Error, Result};
use serde::Deserialize;

use super::model::{Authority, Holidays, Law};

const TEXT: &str = include_str!("laws.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(rename = "law")]
    pub(super) laws: Vec<Law>,
    #[serde(rename = "authority")]
    pub(super) authorities: Vec<Authority>,
    #[serde(rename = "calendar")]
    pub(super) calendars: Vec<Holidays>,
}

static TABLE: LazyLock<std::result::Result<Table, String>> = LazyLock::new(|| toml::from_str(TEXT).map_err(|error| error.to_string()));

/// The table; it is part of the program, so an error is a fault of ours that the tests find.
pub(super) fn table() -> Result<&'static Table> {
    TABLE.as_ref().map_err(|error| Error::internal(format!("the table of laws is damaged: {error}")))
}

/// `US-CA` lies in `US`; everything lies in `*`.
fn lies_in(place: &str, whole: &str) -> bool {
    whole == "*" || place == whole || place.split_once('-').is_some_and(|(country, _)| country == whole)
}

/// The laws that protect somebody who lives in `place`, with an operator that sits in `operator`;
/// our own promise is always among them.
///
/// # Errors
/// Never for a tested program.
pub fn applicable(place: Option<&str>, operator: Option<&str>) -> Result<Vec<&'static Law>> {
    let covers = |law: &Law, at: Option<&str>| at.is_some_and(|at| law.places.iter().any(|whole| lies_in(at, whole)));
    Ok(table()?.laws.iter().filter(|law| law.places.iter().any(|one| one == "*") || covers(law, place) || (law.established && covers(law, operator))).collect())
}

/// The authority of a place; of its country where the state has none.
///
/// # Errors
/// Never for a tested program.
pub fn authority(place: &str) -> Result<Option<&'static Authority>> {
    let all = &table()?.authorities;
    let country = place.split('-').next().unwrap_or(place);
    Ok(all.iter().find(|one| one.place == place).or_else(|| all.iter().find(|one| one.place == country)))
}

/// Every place that some law names, sorted.
///
/// # Errors
/// Never for a tested program.
pub fn places() -> Result<Vec<&'static str>> {
    let mut all: Vec<&str> = table()?.laws.iter().flat_map(|law| law.places.iter()).map(String::as_str).filter(|place| *place != "*").collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// True for a code in the form of ISO 3166-1 or 3166-2; laws need not know it.
pub fn is_known_place(place: &str) -> bool {
    let (country, state) = place.split_once('-').map_or((place, None), |(country, state)| (country, Some(state)));
    let upper = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase()) && state.is_none_or(|state| (1..=3).contains(&state.len()) && upper(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_every_law_has_an_authority() {
        testkit::covers!(274);
        for place in places().unwrap() {
            let found = authority(place).unwrap();
            assert!(found.is_some_and(|one| one.place == place && one.url.starts_with("https://") && !one.name.is_empty()), "{place}: {found:?}");
        }
    }

    #[test]
    fn every_law_answers_for_every_right_and_cites() {
        let rights: Vec<&String> = table().unwrap().laws[0].rights.keys().collect();
        assert_eq!(rights.len(), 12);
        for law in &table().unwrap().laws {
            assert_eq!(law.rights.keys().collect::<Vec<_>>(), rights, "{}", law.key);
            for text in law.rights.values() {
                let (answer, cite) = text.split_once(": ").unwrap_or_else(|| panic!("{}: {text}", law.key));
                assert!(["yes", "part", "no"].contains(&answer) && !cite.is_empty(), "{}: {text}", law.key);
            }
            assert!(["reviewed", "unreviewed"].contains(&law.status.as_str()));
            assert!(table().unwrap().calendars.iter().any(|one| one.key == law.calendar), "{}", law.key);
        }
    }

    #[test]
    fn a_state_is_under_its_own_law_and_its_countrys() {
        let keys = |place, operator| applicable(place, operator).unwrap().iter().map(|law| law.key.as_str()).collect::<Vec<_>>();
        assert_eq!(keys(Some("CA-QC"), None), ["promise", "pipeda", "quebec"]);
        assert_eq!(keys(Some("CA"), None), ["promise", "pipeda"]);
        assert_eq!(keys(Some("US-CA"), Some("DE")), ["promise", "gdpr", "ccpa"]);
        assert_eq!(keys(Some("US-TX"), Some("US")), ["promise"]);
        assert_eq!(keys(None, None), ["promise"]);
    }

    #[test]
    fn places_have_the_form_of_the_standard() {
        assert!(["DE", "US-CA", "GB-SCT"].iter().all(|place| is_known_place(place)));
        assert!(!["de", "", "D", "DEU", "US-", "US-CALI", "US-ca"].iter().any(|place| is_known_place(place)));
    }
}
