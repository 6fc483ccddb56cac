//! What a meter and a reading are.

use kernel::{Currency, OrganisationId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rate::{Decimal, Period, month_boundary};

kernel::id!(
    /// A meter.
    MeterId, "mtr");

/// How a resource is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cycle {
    /// In advance, by months that start at the meter's opening.
    Monthly,
    /// Afterwards, by the time that it ran.
    Hourly,
}

/// The prices of one meter, frozen when it opens. Decimals are in the currency's major unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Currency of all prices; must be the account's.
    pub currency: Currency,
    /// Which of the prices apply.
    pub cycle: Cycle,
    /// One month, in minor units. Used by the monthly cycle.
    pub monthly_minor: i64,
    /// One hour of running. Used by the hourly cycle.
    pub hourly: Decimal,
    /// One GiB of disk for one hour while the machine does not run, or of an extra disk at any time. Used by the hourly cycle.
    pub stopped_disk_gib_hour: Decimal,
    /// One GiB sent to the network; zero when traffic is not billed.
    pub traffic_gib: Decimal,
    /// Size of the disk: what a running hour includes. Zero for an extra disk, which does not run.
    pub disk_gib: i64,
}

/// What to open.
#[derive(Debug, Clone)]
pub struct NewMeter {
    /// The billed thing's id, for example `vm_…`.
    pub resource: String,
    /// What stands on the invoice: product words, never a name that a person chose.
    pub description: String,
    /// Its prices.
    pub rates: Rates,
    /// From when it is billed, as a real instant.
    pub from: Timestamp,
    /// Months that were paid with the order; 1 after an order's charge, else 0.
    pub prepaid_periods: i64,
}

/// An interval of billing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    /// Its id.
    pub id: MeterId,
    /// Who pays.
    pub organisation_id: OrganisationId,
    /// The billed thing's id.
    pub resource: String,
    /// What stands on the invoice.
    pub description: String,
    /// Its prices.
    pub rates: Rates,
    /// Months that were paid with the order.
    pub prepaid_periods: i64,
    /// Start, in billing time; also the anchor of its months.
    pub opened_at: Timestamp,
    /// End, in billing time; months that start later are not billed.
    pub closed_at: Option<Timestamp>,
    /// When the billed thing was lost by nobody's wish, in billing time; of the month that it was lost in only the part before is billed.
    pub lost_at: Option<Timestamp>,
}

impl Meter {
    /// The month of a monthly meter that holds `at`, while the meter is open.
    ///
    /// # Errors
    /// `Internal` outside the calendar.
    pub fn month_around(&self, at: Timestamp) -> Result<Option<Period>> {
        Ok(self.month_at(at)?.map(|(_, month)| month))
    }

    /// The same with its number, counted from 0.
    ///
    /// # Errors
    /// `Internal` outside the calendar.
    pub fn month_at(&self, at: Timestamp) -> Result<Option<(i64, Period)>> {
        if self.rates.cycle == Cycle::Hourly || self.closed_at.is_some_and(|end| end <= at) || at < self.opened_at {
            return Ok(None);
        }
        let mut index = 0;
        loop {
            let month = Period { from: month_boundary(self.opened_at, index)?, to: month_boundary(self.opened_at, index + 1)? };
            if month.contains(at) {
                return Ok(Some((index, month)));
            }
            index += 1;
        }
    }
}

/// What a driver measured since its reading before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Unique per resource; the same number again is the same reading.
    pub sequence: i64,
    /// Seconds that the machine ran.
    pub running_seconds: i64,
    /// GiB times seconds that its disk existed, running or not.
    pub disk_gib_seconds: i64,
    /// Bytes received.
    pub rx_bytes: i64,
    /// Bytes sent.
    pub tx_bytes: i64,
    /// When it was taken, as a real instant.
    pub at: Timestamp,
}

/// Readings of one meter in one period, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Seconds of running.
    pub running_seconds: i64,
    /// GiB times seconds of disk while not running.
    pub stopped_gib_seconds: i64,
    /// Bytes received.
    pub rx_bytes: i64,
    /// Bytes sent.
    pub tx_bytes: i64,
}

impl Used {
    /// GiB times seconds of the disk, whether the machine ran or not.
    pub fn disk_gib_seconds(&self, disk_gib: i64) -> i64 {
        self.running_seconds.saturating_mul(disk_gib).saturating_add(self.stopped_gib_seconds)
    }

    /// What `reading` adds for a machine whose running includes `disk_gib`.
    pub fn of(reading: &Reading, disk_gib: i64) -> Self {
        let running = reading.running_seconds.max(0);
        Self {
            running_seconds: running,
            stopped_gib_seconds: reading.disk_gib_seconds.saturating_sub(running.saturating_mul(disk_gib)).max(0),
            rx_bytes: reading.rx_bytes.max(0),
            tx_bytes: reading.tx_bytes.max(0),
        }
    }
}

/// Microseconds in an hour.
const HOUR: i64 = 3_600_000_000;

/// The hour that a reading taken at `at` (billing time) counts in: the one that ends there or later,
/// and never one of a period that is invoiced already. A late reading is billed with the next invoice.
pub fn hour_of(at: Timestamp, period_from: Timestamp) -> Timestamp {
    let last = Timestamp(at.0.saturating_sub(1)).max(period_from);
    Timestamp(last.0.div_euclid(HOUR) * HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_includes_the_disk() {
        let reading =
            |running_seconds, disk_gib_seconds| Reading { sequence: 1, running_seconds, disk_gib_seconds, rx_bytes: 1, tx_bytes: 2, at: Timestamp(0) };
        assert_eq!(Used::of(&reading(60, 600), 10).stopped_gib_seconds, 0);
        assert_eq!(Used::of(&reading(20, 600), 10).stopped_gib_seconds, 400);
        assert_eq!(Used::of(&reading(61, 600), 10).stopped_gib_seconds, 0);
    }

    #[test]
    fn a_late_reading_counts_in_the_open_period() {
        let from = Timestamp(HOUR * 100);
        assert_eq!(hour_of(Timestamp(HOUR * 101), from), from);
        assert_eq!(hour_of(Timestamp(HOUR * 101 + 1), from), Timestamp(HOUR * 101));
        assert_eq!(hour_of(Timestamp(HOUR * 3), from), from);
    }
}
