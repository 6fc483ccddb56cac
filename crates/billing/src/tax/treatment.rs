//! Which tax a sale carries: seller's country at home, the buyer's in the Union (One Stop Shop),
//! reverse charge between businesses across its borders, none otherwise.

use kernel::{Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::rates::standard_rate;
use crate::rate::Decimal;

/// Where one side of a sale is at home.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seat {
    /// ISO 3166 code; `None` counts as the other side's.
    pub country: Option<String>,
    /// Has a tax registration, so acts as a business.
    pub registered: bool,
}

/// The tax that a sale carries, as it is written on the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treatment {
    /// Percent of the net amount; zero when no tax is charged.
    pub percent: Decimal,
    /// Country whose tax it is; empty when none is charged.
    pub country: String,
    /// `VAT 19 %`, `Reverse charge`, `No tax`.
    pub label: String,
    /// What the law wants to be said about it.
    pub note: Option<String>,
}

impl Treatment {
    /// No tax, for the reason in `note`.
    fn none(label: &str, note: Option<&str>) -> Self {
        Self { percent: Decimal::ZERO, country: String::new(), label: label.to_owned(), note: note.map(str::to_owned) }
    }
}

/// Decides for a service delivered at `at`.
///
/// # Errors
/// `Internal` when the embedded table is damaged.
pub fn treatment(seller: &Seat, buyer: &Seat, at: Timestamp) -> Result<Treatment> {
    let home = seller.country.as_deref().unwrap_or_default();
    if !seller.registered || home.is_empty() {
        return Ok(Treatment::none("No tax", Some("The seller is not registered for tax.")));
    }
    let there = buyer.country.as_deref().unwrap_or(home);
    let (home_rate, there_rate) = (standard_rate(home, at)?, standard_rate(there, at)?);
    let both_in_union = home_rate.as_ref().is_some_and(|rate| rate.eu) && there_rate.as_ref().is_some_and(|rate| rate.eu);
    let applies = if there == home {
        home_rate
    } else if both_in_union && buyer.registered {
        return Ok(Treatment::none("Reverse charge", Some("Reverse charge: the recipient owes the tax (Art. 196, Directive 2006/112/EC).")));
    } else if both_in_union {
        there_rate
    } else {
        return Ok(Treatment::none("No tax", Some("The place of supply is outside the seller's tax area.")));
    };
    Ok(applies.map_or_else(
        || Treatment::none("No tax", None),
        |rate| Treatment { percent: rate.percent, label: format!("{} {} %", rate.name, rate.percent), country: rate.country, note: None },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(seller: (&str, bool), buyer: (Option<&str>, bool)) -> String {
        let seller = Seat { country: Some(seller.0.to_owned()), registered: seller.1 };
        let buyer = Seat { country: buyer.0.map(str::to_owned), registered: buyer.1 };
        treatment(&seller, &buyer, Timestamp::from_jiff("2026-11-22T00:00:00Z".parse().unwrap())).unwrap().label
    }

    #[test]
    fn the_rule_covers_every_pair() {
        assert_eq!(decide(("DE", true), (Some("DE"), false)), "VAT 19 %");
        assert_eq!(decide(("DE", true), (Some("DE"), true)), "VAT 19 %");
        assert_eq!(decide(("DE", true), (None, false)), "VAT 19 %");
        assert_eq!(decide(("DE", true), (Some("FR"), false)), "VAT 20 %");
        assert_eq!(decide(("DE", true), (Some("FR"), true)), "Reverse charge");
        assert_eq!(decide(("DE", true), (Some("CH"), false)), "No tax");
        assert_eq!(decide(("JP", true), (Some("JP"), false)), "Consumption tax 10 %");
        assert_eq!(decide(("US", true), (Some("US"), false)), "No tax");
        assert_eq!(decide(("DE", false), (Some("DE"), false)), "No tax");
    }
}
