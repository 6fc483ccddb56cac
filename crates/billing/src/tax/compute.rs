//! Tax amounts. On net prices: once per invoice and rate. In gross prices: what is left after
//! taking the net out, so that net and tax always make up the gross.

use kernel::{Error, Money, Result};

use crate::rate::{Decimal, rounded_division};

/// The tax on `net` at `percent`, rounded half away from zero.
///
/// # Errors
/// `Internal` when the amount does not fit.
pub fn on_net(net: Money, percent: Decimal) -> Result<Money> {
    let above = i128::from(net.minor).checked_mul(percent.0).ok_or_else(too_large)?;
    money(rounded_division(above, Decimal::whole(100).0)?, net)
}

/// The tax inside `gross`: gross − round(gross × 100 / (100 + percent)).
///
/// # Errors
/// `Internal` when the amount does not fit.
pub fn in_gross(gross: Money, percent: Decimal) -> Result<Money> {
    let hundred = Decimal::whole(100).0;
    let above = i128::from(gross.minor).checked_mul(hundred).ok_or_else(too_large)?;
    let net = money(rounded_division(above, hundred + percent.0)?, gross)?;
    gross.minus(net)
}

fn money(minor: i128, like: Money) -> Result<Money> {
    Ok(Money::new(i64::try_from(minor).map_err(|_| too_large())?, like.currency))
}

fn too_large() -> Error {
    Error::internal("a tax amount does not fit")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Currency;
    use proptest::prelude::*;

    fn money_of(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::from_code(code).unwrap())
    }

    #[test]
    fn taxes_round_once() {
        assert_eq!(on_net(money_of(759, "EUR"), Decimal::whole(19)).unwrap().minor, 144); // 1.4421
        assert_eq!(on_net(money_of(50, "EUR"), Decimal::whole(19)).unwrap().minor, 10); // 0.095
        assert_eq!(on_net(money_of(-50, "EUR"), Decimal::whole(19)).unwrap().minor, -10);
        assert_eq!(on_net(money_of(105, "JPY"), Decimal::whole(10)).unwrap().minor, 11); // 10.5
        assert_eq!(on_net(money_of(1005, "KWD"), "8.1".parse().unwrap()).unwrap().minor, 81); // 81.405
        assert_eq!(in_gross(money_of(119, "EUR"), Decimal::whole(19)).unwrap().minor, 19);
        assert_eq!(in_gross(money_of(100, "JPY"), Decimal::whole(10)).unwrap().minor, 9);
    }

    proptest! {
        #[test]
        fn net_and_tax_make_up_the_gross(minor in -1_000_000_000_i64..1_000_000_000, percent in 0_i64..50, code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let gross = money_of(minor, code);
            let tax = in_gross(gross, Decimal::whole(percent)).unwrap();
            let net = gross.minus(tax).unwrap();
            let again = on_net(net, Decimal::whole(percent)).unwrap();
            // Taking tax out and putting it on again may differ by the one rounding, never more.
            prop_assert!((again.minor - tax.minor).abs() <= 1);
        }

        #[test]
        fn a_credit_returns_exactly_the_tax(minor in 0_i64..1_000_000_000_000, percent in 0_i128..50_000_000_000_000) {
            let (debit, credit) = (on_net(money_of(minor, "EUR"), Decimal(percent)).unwrap(), on_net(money_of(-minor, "EUR"), Decimal(percent)).unwrap());
            prop_assert_eq!(debit.minor, -credit.minor);
        }
    }
}
