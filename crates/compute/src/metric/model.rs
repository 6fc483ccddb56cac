//! What is kept of a machine's figures, what may be asked of them, and how a span follows from two samples. No IO, no clock.

use std::time::Duration;

use compute_driver::Measurement;
use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::instance::InstanceId;

pub(super) const MINUTE: i64 = 60_000_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
/// How long single samples are kept; the data map says the same.
pub(super) const SAMPLES_KEPT: i64 = 48 * HOUR;
/// Samples that are further apart have one missing between them.
pub(super) const LATE: i64 = 90_000_000;
/// Hypervisors tell uptimes in whole seconds, and lists of clusters lag behind.
const LAG: i64 = 15_000_000;
/// Points of one answer at most.
const POINTS: i64 = 400;
/// Steps that people read easily, in minutes.
const STEPS: &[i64] = &[1, 5, 15, 60, 120, 180, 360, 720, 1_440];

/// The counters of a machine at one instant, as its hypervisor told them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub(super) instance_id: InstanceId,
    pub(super) at: Timestamp,
    pub(super) cpus: i32,
    pub(super) uptime_us: i64,
    pub(super) cpu_us: i64,
    pub(super) memory_bytes: i64,
    pub(super) disk_read_bytes: i64,
    pub(super) disk_written_bytes: i64,
    pub(super) received_bytes: i64,
    pub(super) sent_bytes: i64,
}

impl Sample {
    /// What a hypervisor said of a machine with `cpus` processors.
    pub fn of(instance_id: InstanceId, cpus: i32, said: &Measurement, at: Timestamp) -> Self {
        let figure = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        Self {
            instance_id,
            at,
            cpus,
            uptime_us: figure(said.uptime_us),
            cpu_us: figure(said.cpu_us),
            memory_bytes: figure(said.memory_used_bytes),
            disk_read_bytes: figure(said.disk_read_bytes),
            disk_written_bytes: figure(said.disk_written_bytes),
            received_bytes: figure(said.net_received_bytes),
            sent_bytes: figure(said.net_sent_bytes),
        }
    }
}

/// What a machine did between two instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
    /// For how much of it there are figures.
    pub(super) measured_us: i64,
    pub(super) cpu_us: i64,
    /// What its processors could have done in the measured time.
    pub(super) capacity_us: i64,
    /// On average over the measured time.
    pub(super) memory_bytes: i64,
    pub(super) disk_read_bytes: i64,
    pub(super) disk_written_bytes: i64,
    pub(super) received_bytes: i64,
    pub(super) sent_bytes: i64,
}

impl Span {
    /// What the machine did from `one` to `next`. `None` where nobody knows: a sample is missing or late, or counters began anew.
    pub(super) fn between(one: &Sample, next: &Sample) -> Option<Self> {
        let passed = next.at.0 - one.at.0;
        let ran = next.uptime_us - one.uptime_us;
        if one.instance_id != next.instance_id || !(1..=LATE).contains(&passed) || (ran - passed).abs() > LAG {
            return None;
        }
        let grown = |before: i64, now: i64| (now >= before).then_some(now - before);
        let capacity_us = passed * i64::from(next.cpus.max(1));
        Some(Self {
            from: one.at.0,
            to: next.at.0,
            measured_us: passed,
            // The hypervisor's own work for the guest is counted with it and may exceed what the guest has.
            cpu_us: grown(one.cpu_us, next.cpu_us)?.min(capacity_us),
            capacity_us,
            memory_bytes: next.memory_bytes,
            disk_read_bytes: grown(one.disk_read_bytes, next.disk_read_bytes)?,
            disk_written_bytes: grown(one.disk_written_bytes, next.disk_written_bytes)?,
            received_bytes: grown(one.received_bytes, next.received_bytes)?,
            sent_bytes: grown(one.sent_bytes, next.sent_bytes)?,
        })
    }
}

/// What a machine did, from its samples in order of time.
pub(super) fn spans(samples: &[Sample]) -> Vec<Span> {
    samples.iter().zip(samples.iter().skip(1)).filter_map(|(one, next)| Span::between(one, next)).collect()
}

/// The latest time, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MetricLast)]
pub enum Last {
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// Six hours.
    #[serde(rename = "6h")]
    SixHours,
    /// A day.
    #[serde(rename = "24h")]
    Day,
    /// A week.
    #[serde(rename = "7d")]
    Week,
    /// Thirty days.
    #[serde(rename = "30d")]
    Month,
}

impl Last {
    fn duration(self) -> Duration {
        let hours = match self {
            Self::Hour => 1,
            Self::SixHours => 6,
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30 * 24,
        };
        Duration::from_secs(hours * 3_600)
    }
}

/// Which time is asked for, and how finely. Organisation and project stand beside it in the query, so further names are no fault.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MetricQuery {
    /// The latest time; a day if neither this nor `from` is given.
    #[param(inline)]
    pub last: Option<Last>,
    /// Begin, instead of `last`.
    pub from: Option<Timestamp>,
    /// End; now if not given.
    pub to: Option<Timestamp>,
    /// Seconds from one point to the next: whole minutes, or whole hours before the last 48 hours. Chosen to fit if not given.
    pub step: Option<i64>,
}

/// What a query comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    /// Begin of the first point.
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) step: i64,
}

impl MetricQuery {
    /// Which points are meant.
    ///
    /// # Errors
    /// `Invalid` at the field that cannot be.
    pub(super) fn range(&self, now: Timestamp) -> Result<Range> {
        if self.last.is_some() && (self.from.is_some() || self.to.is_some()) {
            return Err(Error::invalid("last", "use either last, or from and to"));
        }
        let to = self.to.map_or(now.0, |to| to.0.min(now.0));
        let from = self.from.map_or_else(|| Timestamp(to).minus(self.last.unwrap_or(Last::Day).duration()).0, |from| from.0);
        if from < 0 || from >= to {
            return Err(Error::invalid("from", "must lie before the end, and before now"));
        }
        let fine = from >= now.0 - SAMPLES_KEPT;
        let count = |step: i64| (to - (from - from.rem_euclid(step))).div_euclid(step) + 1;
        let step = match self.step {
            Some(seconds) => seconds.saturating_mul(1_000_000),
            None => STEPS.iter().map(|minutes| minutes * MINUTE).find(|step| (fine || *step >= HOUR) && count(*step) <= POINTS).unwrap_or(24 * HOUR),
        };
        if step <= 0 || step % MINUTE != 0 || (!fine && step % HOUR != 0) {
            return Err(Error::invalid("step", "use whole minutes in seconds, and whole hours for what is older than 48 hours"));
        }
        if count(step) > POINTS {
            return Err(Error::invalid("step", format!("that would be more than {POINTS} points; use a longer step or a shorter time")));
        }
        Ok(Range { from: from - from.rem_euclid(step), to, step })
    }
}

/// What a machine did, point by point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Metrics {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Begin of the first point.
    pub from: Timestamp,
    /// End of the last point.
    pub to: Timestamp,
    /// Seconds from one point to the next.
    pub step: i64,
    /// Memory that the machine has now, in bytes.
    pub memory_total_bytes: i64,
    /// Begin of each point.
    pub at: Vec<Timestamp>,
    /// The figures: each list is as long as `at`.
    pub series: MetricSeries,
}

/// Figures, point by point; null where there are none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricSeries {
    /// Share of all its processors, 0 to 100.
    pub cpu_percent: Vec<Option<f64>>,
    /// Memory in use, in bytes.
    pub memory_bytes: Vec<Option<i64>>,
    /// Read from its disk, in bytes a second.
    pub disk_read: Vec<Option<i64>>,
    /// Written to its disk, in bytes a second.
    pub disk_written: Vec<Option<i64>>,
    /// Received from the network, in bytes a second.
    pub received: Vec<Option<i64>>,
    /// Sent to the network, in bytes a second.
    pub sent: Vec<Option<i64>>,
}

#[cfg(test)]
mod tests {
    use kernel::id::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_800_000_123_456_789);

    fn sample(at: i64, uptime_us: i64, count: i64) -> Sample {
        Sample {
            instance_id: InstanceId::from_uuid(Uuid::from_u128(1)),
            at: Timestamp(at),
            cpus: 2,
            uptime_us,
            cpu_us: count,
            memory_bytes: 5,
            disk_read_bytes: count,
            disk_written_bytes: count,
            received_bytes: count,
            sent_bytes: count,
        }
    }

    /// The console names organisation and project in every query; that was refused here.
    #[test]
    fn regression_organisation_and_project_stand_beside_the_time() {
        let asked = serde_json::json!({ "last": "1h", "organisation": "org_01", "project": "prj_01" });
        assert!(matches!(serde_json::from_value::<MetricQuery>(asked).unwrap().last, Some(Last::Hour)));
    }

    #[test]
    fn what_is_late_missing_or_begun_anew_is_a_gap() {
        let one = sample(0, 10 * MINUTE, 1_000);
        let span = Span::between(&one, &sample(MINUTE, 11 * MINUTE, 1_600)).unwrap();
        assert_eq!((span.measured_us, span.cpu_us, span.sent_bytes), (MINUTE, 600, 600));
        for (why, next) in [
            ("a sample is missing", sample(2 * MINUTE, 12 * MINUTE, 1_600)),
            ("the same instant", sample(0, 10 * MINUTE, 1_000)),
            ("it was switched off and on", sample(MINUTE, MINUTE / 2, 1_600)),
            ("a counter went back", sample(MINUTE, 11 * MINUTE, 10)),
        ] {
            assert_eq!(Span::between(&one, &next), None, "{why}");
        }
        let young = sample(0, MINUTE / 3, 100);
        assert_eq!(Span::between(&young, &sample(MINUTE, MINUTE / 2, 200)), None, "started anew, and longer ago than before");
    }

    proptest! {
        #[test]
        fn a_span_never_says_more_than_the_counters(passed in -MINUTE..3 * MINUTE, uptime in 0..20 * MINUTE, count in 0..i64::MAX / 2) {
            let one = sample(0, 10 * MINUTE, 1_000_000);
            if let Some(span) = Span::between(&one, &sample(passed, uptime, count)) {
                prop_assert!(span.cpu_us >= 0 && span.cpu_us <= span.capacity_us);
                prop_assert!(span.sent_bytes == count - 1_000_000 && span.measured_us == passed);
            }
        }

        #[test]
        fn whatever_is_asked_has_a_bounded_number_of_points(back in 1_i64..100 * 24 * HOUR, long in 1_i64..100 * 24 * HOUR) {
            let query = MetricQuery { from: Some(Timestamp(NOW.0 - back)), to: Some(Timestamp(NOW.0 - back + long)), ..MetricQuery::default() };
            let range = query.range(NOW).unwrap();
            prop_assert!((range.to - range.from) / range.step < POINTS && range.from <= NOW.0 - back && range.to <= NOW.0);
            prop_assert!(range.step % MINUTE == 0 && range.from % range.step == 0);
        }
    }

    #[test]
    fn samples_are_asked_for_no_longer_than_they_are_kept() {
        let table = crate::data_map::TABLES.iter().find(|table| table.name == "compute_metric_sample").unwrap();
        assert_eq!(i64::from(table.retention.days) * 24 * HOUR, SAMPLES_KEPT);
    }

    #[test]
    fn words_come_to_steps_that_fit_a_chart() {
        for (last, step) in [(Last::Hour, 1), (Last::SixHours, 1), (Last::Day, 5), (Last::Week, 60), (Last::Month, 120)] {
            let range = MetricQuery { last: Some(last), ..MetricQuery::default() }.range(NOW).unwrap();
            assert_eq!(range.step, step * MINUTE, "{last:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_at_its_field() {
        let day_ago = Some(NOW.minus(Duration::from_secs(86_400)));
        let query = MetricQuery::default();
        let field = |query: MetricQuery| query.range(NOW).unwrap_err().fields()[0].field.clone();
        assert_eq!(field(MetricQuery { last: Some(Last::Day), from: day_ago, ..query }), "last");
        assert_eq!(field(MetricQuery { from: Some(NOW), ..query }), "from");
        assert_eq!(field(MetricQuery { step: Some(90), ..query }), "step");
        assert_eq!(field(MetricQuery { step: Some(0), ..query }), "step");
        assert_eq!(field(MetricQuery { step: Some(i64::MAX), ..query }), "step");
        assert_eq!(field(MetricQuery { step: Some(60), ..query }), "step", "1,440 points");
        assert_eq!(field(MetricQuery { last: Some(Last::Week), step: Some(900), ..query }), "step", "minutes of last week");
    }
}
