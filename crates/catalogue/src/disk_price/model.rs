//! What the price of extra disks is. No IO.

use billing::meter::{Cycle, Rates};
use billing::quote::{MONTH_HOURS, Price};
use billing::rate::Decimal;
use kernel::{Currency, Money, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name of the setting that holds the price.
pub(super) const PRICE: &str = "catalogue.disk_price";

/// What a GiB costs in a month where the operator said nothing, in hundredths of the currency.
const STANDARD: i64 = 5;

/// What stands on documents: product words, never a name that a person chose.
const DESCRIPTION: &str = "Extra disk";

/// What an extra disk costs, without tax, from when it is there until its owner deletes it, whether a machine has it or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiskPrice {
    /// One GiB for a month of 730 hours.
    pub gib_month: Money,
    /// One GiB for an hour, which is what is counted; an exact decimal in the currency's major unit.
    pub gib_hour: Decimal,
}

/// What changes about the price. Disks that exist keep theirs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskPricePatch {
    /// One GiB for a month of 730 hours, without tax.
    pub gib_month: Money,
}

impl DiskPrice {
    /// The price by the month, with what an hour of it is.
    pub(super) fn of(gib_month: Money) -> Result<Self> {
        Ok(Self { gib_month, gib_hour: Decimal::from_minor(gib_month.minor, gib_month.currency).divided(MONTH_HOURS)? })
    }

    /// What it is until the operator says something else. Currencies without a minor unit have small units of their own.
    pub(super) fn standard(currency: Currency) -> Result<Self> {
        Self::of(Money::new(STANDARD * 10_i64.pow(currency.exponent().saturating_sub(2).min(4)), currency))
    }

    /// The same as a contract has it.
    pub(crate) fn price(&self) -> Price {
        let rates = Rates {
            currency: self.gib_month.currency,
            cycle: Cycle::Hourly,
            monthly_minor: 0,
            hourly: Decimal::ZERO,
            stopped_disk_gib_hour: self.gib_hour,
            traffic_gib: Decimal::ZERO,
            disk_gib: 0,
        };
        Price { description: DESCRIPTION.to_owned(), rates }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_is_a_730th_of_a_month() {
        let price = DiskPrice::standard(Currency::from_code("EUR").unwrap()).unwrap();
        assert_eq!((price.gib_month.minor, price.gib_hour.to_string().as_str()), (5, "0.000068493151"));
        assert_eq!(DiskPrice::standard(Currency::from_code("KWD").unwrap()).unwrap().gib_month.minor, 50);
    }
}
