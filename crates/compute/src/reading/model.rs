//! What a reading is and how it follows from the one before. No IO, no clock.

use compute_driver::Measurement;
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instance::InstanceId;

/// What a machine used from one instant to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reading {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Counts the readings of this machine from 1.
    pub seq: i64,
    /// Begin of the span.
    pub from: Timestamp,
    /// End of the span.
    pub to: Timestamp,
    /// Microseconds within the span in which it ran.
    pub running_us: i64,
    /// The same, added up over all readings of the machine up to this one.
    pub running_total_us: i64,
    /// Its disk in GiB.
    pub disk_gib: i32,
    /// Bytes received within the span.
    pub received_bytes: i64,
    /// Bytes sent within the span.
    pub sent_bytes: i64,
    /// The hypervisor's counter of bytes received at the end of the span.
    #[serde(skip)]
    pub(crate) received_total: i64,
    /// The hypervisor's counter of bytes sent at the end of the span.
    #[serde(skip)]
    pub(crate) sent_total: i64,
}

/// The reading at `now`; `None` when no time has passed since the `last`.
pub(super) fn next(instance_id: InstanceId, disk_gib: i32, last: Option<&Reading>, said: &Measurement, now: Timestamp) -> Option<Reading> {
    let figure = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let uptime = figure(said.uptime_us);
    let from = last.map_or(Timestamp(now.0.saturating_sub(uptime)), |last| last.to);
    let span = now.0.saturating_sub(from.0);
    if span <= 0 {
        return None;
    }
    let (received_total, sent_total) = (figure(said.net_received_bytes), figure(said.net_sent_bytes));
    // A counter that went back has begun anew: what it shows is what was used since.
    let since = |before: i64, now: i64| if now >= before { now - before } else { now };
    Some(Reading {
        instance_id,
        seq: last.map_or(1, |last| last.seq + 1),
        from,
        to: now,
        running_us: uptime.min(span),
        running_total_us: last.map_or(0, |last| last.running_total_us).saturating_add(uptime.min(span)),
        disk_gib,
        received_bytes: since(last.map_or(0, |last| last.received_total), received_total),
        sent_bytes: since(last.map_or(0, |last| last.sent_total), sent_total),
        received_total,
        sent_total,
    })
}

/// The reading at `now` of a machine that was not there since the `last`; `None` when no time has passed.
pub(super) fn nothing(last: &Reading, now: Timestamp) -> Option<Reading> {
    let absent = Reading { seq: last.seq + 1, from: last.to, to: now, running_us: 0, disk_gib: 0, received_bytes: 0, sent_bytes: 0, ..*last };
    (last.to < now).then_some(absent)
}

#[cfg(test)]
mod tests {
    use kernel::id::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn id() -> InstanceId {
        InstanceId::from_uuid(Uuid::from_u128(1))
    }

    proptest! {
        #[test]
        fn readings_tile_time_and_never_charge_more_than_passed(steps in proptest::collection::vec((0_i64..20_000_000, 0_u64..40_000_000, 0_u64..1_000_000), 1..40)) {
            let mut now = Timestamp(1_000_000_000_000);
            let mut last: Option<Reading> = None;
            for (passed, uptime_us, bytes) in steps {
                now = Timestamp(now.0 + passed);
                let said = Measurement { uptime_us, net_received_bytes: bytes, ..Measurement::default() };
                if let Some(reading) = next(id(), 2, last.as_ref(), &said, now) {
                    prop_assert!(reading.from < reading.to && reading.to == now);
                    prop_assert!(reading.running_us >= 0 && reading.running_us <= reading.to.0 - reading.from.0);
                    prop_assert!(reading.received_bytes >= 0);
                    if let Some(last) = &last {
                        prop_assert_eq!(reading.from, last.to);
                        prop_assert_eq!(reading.seq, last.seq + 1);
                    }
                    last = Some(reading);
                }
            }
        }
    }
}
