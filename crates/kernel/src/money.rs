//! Money as integer minor units with an ISO 4217 currency. Never a float.
//! Rating, tax and rounding rules belong to billing; here is only what cannot go wrong.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::{Error, Result};

/// An ISO 4217 currency, written as its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// Reads a three-letter code.
    ///
    /// # Errors
    /// `Invalid` on the field `currency` when the code is unknown.
    pub fn from_code(code: &str) -> Result<Self> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| Error::invalid("currency", "use a three-letter ISO 4217 code such as EUR"))
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let code = String::deserialize(from)?;
        Self::from_code(&code).map_err(|_| serde::de::Error::custom("use a three-letter ISO 4217 code such as EUR"))
    }
}

impl utoipa::PartialSchema for Currency {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).pattern(Some("^[A-Z]{3}$")).into()
    }
}

impl ToSchema for Currency {}

/// An amount: `minor` units of `currency` (cents for EUR, yen for JPY, fils for KWD).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
pub struct Money {
    /// Signed count of minor units.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum.
    ///
    /// # Errors
    /// `Internal` when currencies differ or the sum does not fit: both are faults of the caller.
    pub fn plus(self, other: Self) -> Result<Self> {
        self.combined(other, i64::checked_add)
    }

    /// The difference; errors as [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self> {
        self.combined(other, i64::checked_sub)
    }

    /// The same amount with the other sign.
    pub fn negated(self) -> Result<Self> {
        Self::zero(self.currency).minus(self)
    }

    fn combined(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self> {
        if self.currency != other.currency {
            return Err(Error::internal(format!("{} and {} cannot be added", self.currency, other.currency)));
        }
        with(self.minor, other.minor).map(|minor| Self::new(minor, self.currency)).ok_or_else(|| Error::internal("amount does not fit into 64 bits"))
    }

    /// Reads a decimal amount as people type it, `12.34` or `12` for EUR; no more places than the currency has, no sign.
    ///
    /// # Errors
    /// `Invalid` at `amount`, with an example.
    pub fn of_decimal(text: &str, currency: Currency) -> Result<Self> {
        let places = currency.exponent() as usize;
        let (whole, part) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let read = || {
            let fits = !whole.is_empty() && digits(whole) && digits(part) && part.len() <= places && !text.trim().ends_with('.');
            fits.then(|| format!("{whole}{part:0<places$}").parse().ok()).flatten()
        };
        read().map(|minor| Self::new(minor, currency)).ok_or_else(|| {
            let example = Self::new(9 * 10_i64.pow(currency.exponent()), currency);
            Error::invalid("amount", format!("write an amount of {currency} such as {}", example.decimal()))
        })
    }

    /// The exact decimal string without the currency: `12.34`, `-0.05`, `500` for JPY.
    pub fn decimal(self) -> String {
        let places = self.currency.exponent() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).unwrap())
    }

    #[test]
    fn amounts_are_read_as_people_type_them() {
        let read = |text, code| Money::of_decimal(text, Currency::from_code(code).unwrap()).map(|money| money.minor).ok();
        assert_eq!(
            [read("12.34", "EUR"), read(" 12.3 ", "EUR"), read("12", "EUR"), read("500", "JPY"), read("1.234", "KWD")],
            [Some(1234), Some(1230), Some(1200), Some(500), Some(1234)]
        );
        for (wrong, code) in
            [("", "EUR"), ("-1", "EUR"), ("1.", "EUR"), (".5", "EUR"), ("1.234", "EUR"), ("1,5", "EUR"), ("1.5", "JPY"), ("99999999999999999999", "EUR")]
        {
            assert_eq!(read(wrong, code), None, "{wrong} {code}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(minor in 0..i64::MAX, code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let money = money(minor, code);
            prop_assert_eq!(Money::of_decimal(&money.decimal(), money.currency).unwrap(), money);
        }
    }

    #[test]
    fn decimals_follow_the_currency() {
        assert_eq!(money(1234, "EUR").to_string(), "12.34 EUR");
        assert_eq!(money(-5, "EUR").to_string(), "-0.05 EUR");
        assert_eq!(money(500, "JPY").to_string(), "500 JPY");
        assert_eq!(money(1, "KWD").to_string(), "0.001 KWD");
        assert_eq!(money(i64::MIN, "EUR").decimal(), "-92233720368547758.08");
    }

    #[test]
    fn currencies_do_not_mix() {
        assert!(money(1, "EUR").plus(money(1, "USD")).is_err());
        assert!(money(i64::MAX, "EUR").plus(money(1, "EUR")).is_err());
    }

    proptest! {
        #[test]
        fn adding_and_taking_away_is_nothing(a in -1_000_000_000_i64..1_000_000_000, b in -1_000_000_000_i64..1_000_000_000) {
            let sum = money(a, "JPY").plus(money(b, "JPY")).unwrap();
            prop_assert_eq!(sum.minus(money(b, "JPY")).unwrap(), money(a, "JPY"));
        }
    }
}
