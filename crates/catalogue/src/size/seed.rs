//! The sizes that a new installation offers. The operator changes their prices afterwards.

use kernel::{Currency, Money, Result, Tx};

use super::model::Size;
use super::store;

/// Name, processors, MiB, GiB, and prices in hundredths: a month and an hour.
const SIZES: &[(&str, i32, i32, i32, i64, i64)] = &[("Small", 1, 256, 2, 400, 1), ("Medium", 1, 512, 5, 700, 2), ("Large", 2, 1024, 10, 1400, 3)];

/// Offers the sizes in `currency`; those that exist stay as they are.
///
/// # Errors
/// Database errors.
pub async fn seed(tx: &Tx, currency: Currency) -> Result<()> {
    for (name, cpus, memory_mib, disk_gib, monthly, hourly) in SIZES.iter().copied() {
        let size = Size {
            id: tx.cx().new_id(),
            name: name.to_owned(),
            cpus,
            memory_mib,
            disk_gib,
            monthly: Money::new(scaled(monthly, currency), currency),
            hourly: Money::new(scaled(hourly, currency), currency),
            class: None,
            visible: true,
        };
        store::insert(tx, &size).await?;
    }
    Ok(())
}

/// Currencies without a minor unit have small units of their own, so the figure stays as it is.
fn scaled(hundredths: i64, currency: Currency) -> i64 {
    hundredths * 10_i64.pow(currency.exponent().saturating_sub(2).min(4))
}
