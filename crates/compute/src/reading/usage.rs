//! What a machine used since the month began (UTC), added up from its readings.

use kernel::permission::AtProject;
use kernel::{Cx, Error, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::instance::{InstanceId, store as instances};

/// What a machine used in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceUsage {
    /// From the month's begin to now.
    pub period: UsagePeriod,
    /// One line per meter.
    pub lines: Vec<InstanceUsageLine>,
    /// End of the newest reading, or now where there is none.
    pub as_of: Timestamp,
}

/// From when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UsagePeriod {
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
}

/// One meter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InstanceUsageLine {
    /// In code: `running`.
    pub meter: String,
    /// For people.
    pub description: String,
    /// Exact decimal.
    pub quantity: String,
    /// What is counted.
    pub unit: String,
}

/// Readings of a span, added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) running_us: i64,
    pub(super) received_bytes: i64,
    pub(super) sent_bytes: i64,
    pub(super) until: Option<i64>,
}

/// What the machine used since the month began.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn usage<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<InstanceUsage> {
    instances::by_id(cx.db(), at, id).await?;
    let now = cx.now();
    let from = month_of(now)?;
    let sum = store::sum(cx.db(), id, from).await?;
    let line = |meter: &str, description: &str, quantity: String, unit: &str| InstanceUsageLine {
        meter: meter.to_owned(),
        description: description.to_owned(),
        quantity,
        unit: unit.to_owned(),
    };
    let lines = vec![
        line("running", "Running time", (sum.running_us / 1_000_000).to_string(), "second"),
        line("received", "Received", sum.received_bytes.to_string(), "byte"),
        line("sent", "Sent", sum.sent_bytes.to_string(), "byte"),
    ];
    Ok(InstanceUsage { period: UsagePeriod { from, to: now }, lines, as_of: sum.until.map_or(now, Timestamp) })
}

fn month_of(now: Timestamp) -> Result<Timestamp> {
    let begin = now.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).first_of_month().and_then(|day| day.start_of_day());
    begin.map(|begin| Timestamp::from_jiff(begin.timestamp())).map_err(|error| Error::internal("a month has no begin").caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_at_midnight_of_its_first_day() {
        let at: jiff::Timestamp = "2026-02-28T23:59:59.5Z".parse().unwrap();
        assert_eq!(month_of(Timestamp::from_jiff(at)).unwrap().to_jiff().to_string(), "2026-02-01T00:00:00Z");
    }
}
