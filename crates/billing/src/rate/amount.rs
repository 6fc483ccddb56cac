//! One rounding at the line, half away from zero, so that credits mirror debits.

use kernel::{Currency, Error, Money, Result};

use super::decimal::{Decimal, ONE};

/// How much of a unit, as an exact fraction: 1,234 seconds are 1234/3600 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quantity {
    /// Counted small units.
    pub count: i128,
    /// Small units in one priced unit; positive.
    pub per: i128,
}

impl Quantity {
    /// `count` whole units.
    pub const fn whole(count: i64) -> Self {
        Self { count: count as i128, per: 1 }
    }

    /// Seconds, priced by the hour.
    pub const fn hours(seconds: i64) -> Self {
        Self { count: seconds as i128, per: 3600 }
    }

    /// Bytes, priced by the GiB.
    pub const fn gib(bytes: i64) -> Self {
        Self { count: bytes as i128, per: 1 << 30 }
    }

    /// What people read: four places, while the amount is computed from the fraction itself.
    pub fn shown(self) -> String {
        rounded_division(self.count * 10_000, self.per).map_or_else(|_| String::from("0"), |shown| Decimal(shown * (ONE / 10_000)).to_string())
    }
}

/// `above / below`, rounded half away from zero.
///
/// # Errors
/// `Internal` when `below` is not positive.
pub fn rounded_division(above: i128, below: i128) -> Result<i128> {
    if below <= 0 {
        return Err(Error::internal("a division by nothing"));
    }
    let (whole, rest) = (above / below, (above % below).abs());
    // `rest >= below - rest` is `2 * rest >= below` without overflow.
    Ok(if rest >= below - rest { whole + above.signum() } else { whole })
}

/// `price` (major units of `currency`) times `quantity`, rounded once to minor units.
///
/// # Errors
/// `Internal` when the amount does not fit.
pub fn line_amount(price: Decimal, quantity: Quantity, currency: Currency) -> Result<Money> {
    let too_large = || Error::internal("an amount does not fit");
    let above = price.0.checked_mul(quantity.count).and_then(|value| value.checked_mul(10_i128.pow(currency.exponent()))).ok_or_else(too_large)?;
    let below = ONE.checked_mul(quantity.per).ok_or_else(too_large)?;
    let minor = i64::try_from(rounded_division(above, below)?).map_err(|_| too_large())?;
    Ok(Money::new(minor, currency))
}

/// The part of `whole` that `part` of `of` makes up (in the same unit of time), rounded once.
///
/// # Errors
/// `Internal` when `of` is not positive or the amount does not fit.
pub fn prorated(whole: Money, part: i64, of: i64) -> Result<Money> {
    let minor = rounded_division(i128::from(whole.minor) * i128::from(part), i128::from(of))?;
    Ok(Money::new(i64::try_from(minor).map_err(|_| Error::internal("an amount does not fit"))?, whole.currency))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::from_code(code).unwrap()
    }

    fn amount(price: &str, quantity: Quantity, code: &str) -> i64 {
        line_amount(price.parse().unwrap(), quantity, currency(code)).unwrap().minor
    }

    #[test]
    fn amounts_round_once_half_away_from_zero() {
        assert_eq!(amount("0.0069", Quantity::hours(720 * 3600), "EUR"), 497); // 4.968
        assert_eq!(amount("0.01", Quantity::hours(1800), "EUR"), 1); // 0.005
        assert_eq!(amount("-0.01", Quantity::hours(1800), "EUR"), -1);
        assert_eq!(amount("0.01", Quantity::hours(1799), "EUR"), 0);
        assert_eq!(amount("1.5", Quantity::whole(1), "JPY"), 2);
        assert_eq!(amount("0.0005", Quantity::whole(1), "KWD"), 1);
        assert_eq!(amount("0.0004", Quantity::whole(1), "KWD"), 0);
        assert_eq!(amount("0.01", Quantity::gib(3 << 30), "EUR"), 3);
    }

    #[test]
    fn an_amount_that_does_not_fit_is_an_error() {
        assert!(line_amount(Decimal(i128::MAX), Quantity::whole(2), currency("EUR")).is_err());
        assert!(line_amount(Decimal::whole(i64::MAX), Quantity::whole(1), currency("EUR")).is_err());
        assert!(rounded_division(1, 0).is_err());
    }

    #[test]
    fn quantities_are_shown_short() {
        assert_eq!(Quantity::hours(1).shown(), "0.0003");
        assert_eq!(Quantity::hours(5400).shown(), "1.5");
        assert_eq!(Quantity::whole(1).shown(), "1");
    }

    proptest! {
        #[test]
        fn credits_mirror_debits(price in 0_i128..1_000_000_000_000_000, seconds in 0_i64..10_000_000, code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let debit = line_amount(Decimal(price), Quantity::hours(seconds), currency(code)).unwrap().minor;
            let credit = line_amount(Decimal(-price), Quantity::hours(seconds), currency(code)).unwrap().minor;
            prop_assert_eq!(debit, -credit);
        }

        #[test]
        fn rounding_is_never_off_by_more_than_half(above in -1_000_000_000_000_i128..1_000_000_000_000, below in 1_i128..1_000_000) {
            let rounded = rounded_division(above, below).unwrap();
            prop_assert!((rounded * below - above).abs() * 2 <= below);
        }

        #[test]
        fn the_parts_of_a_whole_differ_from_it_by_rounding_only(minor in 0_i64..1_000_000_000, of in 1_i64..2_678_400, part in 0_i64..2_678_400) {
            let part = part.min(of);
            let whole = Money::new(minor, currency("JPY"));
            let (one, other) = (prorated(whole, part, of).unwrap().minor, prorated(whole, of - part, of).unwrap().minor);
            prop_assert!((one + other - minor).abs() <= 1);
            prop_assert_eq!(prorated(whole, of, of).unwrap(), whole);
        }
    }
}
