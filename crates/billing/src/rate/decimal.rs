//! Decimals of twelve places on `i128`: unit prices and tax rates. Never floats.

use std::fmt;
use std::str::FromStr;

use kernel::{Currency, Error, Result};
use serde::{Deserialize, Serialize};

use super::amount::rounded_division;

/// Places behind the point.
const PLACES: usize = 12;
/// One, scaled.
pub(crate) const ONE: i128 = 1_000_000_000_000;

/// A decimal with twelve places, written as a string in JSON: `"0.0069"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(pub(crate) i128);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// A whole number.
    pub const fn whole(value: i64) -> Self {
        Self(value as i128 * ONE)
    }

    /// The amount `minor` of `currency` in its major unit: 595 EUR cents are `5.95`.
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self(i128::from(minor) * ONE / 10_i128.pow(currency.exponent()))
    }

    /// A part of it, rounded half away from zero at the last place.
    ///
    /// # Errors
    /// `Internal` unless `by` is positive.
    pub fn divided(self, by: i64) -> Result<Self> {
        rounded_division(self.0, by.into()).map(Self)
    }

    /// True for zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// For display in numbers only, for example a tax rate: 19 or 8.1.
    pub fn shown_as_number(self) -> f64 {
        self.to_string().parse().unwrap_or(0.0)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / ONE.unsigned_abs(), self.0.unsigned_abs() % ONE.unsigned_abs());
        let part = format!("{part:0>PLACES$}");
        let part = part.trim_end_matches('0');
        if part.is_empty() { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{part}") }
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("price", "use a decimal number with at most 12 places, such as 0.0069");
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let dangling = digits.ends_with('.');
        if whole.is_empty() || whole.len() > 20 || part.len() > PLACES || dangling || !plain(whole) || !plain(part) {
            return Err(wrong());
        }
        let padded = format!("{whole}{part:0<PLACES$}");
        let value: i128 = padded.parse().map_err(|_| wrong())?;
        Ok(Self(if negative { -value } else { value }))
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(|_| serde::de::Error::custom("use a decimal string with at most 12 places, such as \"0.0069\""))
    }
}

impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::schema::Type::String).pattern(Some("^-?[0-9]{1,20}([.][0-9]{1,12})?$")).into()
    }
}

impl utoipa::ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_exact() {
        for text in ["0", "5.95", "0.0069", "-0.000000000001", "12345678901234567890"] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        assert_eq!("5.950".parse::<Decimal>().unwrap().to_string(), "5.95");
        for text in ["", ".", "1.", ".5", "1e3", "+1", "0.0000000000001", "1,5", "--1", " 1"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn minor_units_follow_the_currency() {
        let of = |minor, code| Decimal::from_minor(minor, Currency::from_code(code).unwrap()).to_string();
        assert_eq!((of(595, "EUR"), of(500, "JPY"), of(1, "KWD")), ("5.95".to_owned(), "500".to_owned(), "0.001".to_owned()));
    }

    proptest! {
        #[test]
        fn every_decimal_survives_its_text(raw in -1_000_000_000_000_000_000_000_000_i128..1_000_000_000_000_000_000_000_000) {
            prop_assert_eq!(Decimal(raw).to_string().parse::<Decimal>().unwrap(), Decimal(raw));
        }
    }
}
