//! Turns spans into the points of a chart: sums, rates and gaps. No IO, no clock.

use kernel::Timestamp;

use super::model::{MINUTE, MetricSeries, Range, Span};

/// A point shows figures if they were measured for this long, or for half of the point.
const ENOUGH: i64 = 5 * MINUTE;

/// Spans added up, each by the part of it that counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    measured_us: i64,
    cpu_us: i64,
    capacity_us: i64,
    /// Bytes times microseconds.
    memory: i128,
    disk_read_bytes: i64,
    disk_written_bytes: i64,
    received_bytes: i64,
    sent_bytes: i64,
}

impl Sum {
    /// Adds what of `span` lies between `from` and `to`.
    pub(super) fn add(&mut self, span: &Span, from: i64, to: i64) {
        let within = span.to.min(to) - span.from.max(from);
        let whole = span.to - span.from;
        if within <= 0 {
            return;
        }
        let part = |figure: i64| if within == whole { figure } else { of(i128::from(figure) * i128::from(within), i128::from(whole)) };
        let measured = part(span.measured_us);
        self.measured_us += measured;
        self.cpu_us += part(span.cpu_us);
        self.capacity_us += part(span.capacity_us);
        self.memory += i128::from(span.memory_bytes) * i128::from(measured);
        self.disk_read_bytes = self.disk_read_bytes.saturating_add(part(span.disk_read_bytes));
        self.disk_written_bytes = self.disk_written_bytes.saturating_add(part(span.disk_written_bytes));
        self.received_bytes = self.received_bytes.saturating_add(part(span.received_bytes));
        self.sent_bytes = self.sent_bytes.saturating_add(part(span.sent_bytes));
    }

    /// All of it as one span; `None` when nothing was measured.
    pub(super) fn span(&self, from: i64, to: i64) -> Option<Span> {
        (self.measured_us > 0).then(|| Span {
            from,
            to,
            measured_us: self.measured_us,
            cpu_us: self.cpu_us,
            capacity_us: self.capacity_us,
            memory_bytes: self.memory_bytes(),
            disk_read_bytes: self.disk_read_bytes,
            disk_written_bytes: self.disk_written_bytes,
            received_bytes: self.received_bytes,
            sent_bytes: self.sent_bytes,
        })
    }

    fn memory_bytes(&self) -> i64 {
        of(self.memory, self.measured_us.into())
    }

    fn a_second(&self, bytes: i64) -> i64 {
        of(i128::from(bytes) * 1_000_000, self.measured_us.into())
    }

    fn cpu_percent(&self) -> f64 {
        let hundredths = of(i128::from(self.cpu_us) * 10_000, self.capacity_us.into());
        f64::from(i32::try_from(hundredths).unwrap_or(0)) / 100.0
    }
}

fn of(whole: i128, parts: i128) -> i64 {
    i64::try_from(whole / parts.max(1)).unwrap_or(i64::MAX)
}

/// The points of `range`. Of `hours` counts what lies before `border`, of `minutes` what lies after it.
pub(super) fn points(range: Range, hours: &[Span], minutes: &[Span], border: i64) -> (Vec<Timestamp>, MetricSeries) {
    let (mut at, mut series) = (Vec::new(), MetricSeries::default());
    let (mut hours, mut minutes) = (Ordered(hours), Ordered(minutes));
    let mut from = range.from;
    while from < range.to {
        let to = (from + range.step).min(range.to);
        let mut sum = Sum::default();
        for span in hours.within(from, to) {
            sum.add(span, from, to.min(border));
        }
        for span in minutes.within(from, to) {
            sum.add(span, from.max(border), to);
        }
        let known = (sum.measured_us > 0 && sum.measured_us >= ((to - from) / 2).min(ENOUGH)).then_some(sum);
        at.push(Timestamp(from));
        series.cpu_percent.push(known.map(|sum| sum.cpu_percent()));
        series.memory_bytes.push(known.map(|sum| sum.memory_bytes()));
        series.disk_read.push(known.map(|sum| sum.a_second(sum.disk_read_bytes)));
        series.disk_written.push(known.map(|sum| sum.a_second(sum.disk_written_bytes)));
        series.received.push(known.map(|sum| sum.a_second(sum.received_bytes)));
        series.sent.push(known.map(|sum| sum.a_second(sum.sent_bytes)));
        from += range.step;
    }
    (at, series)
}

/// Spans in order of time, which are looked at once.
struct Ordered<'a>(&'a [Span]);

impl<'a> Ordered<'a> {
    /// Those that touch the time between `from` and `to`; earlier ones are left behind.
    fn within(&mut self, from: i64, to: i64) -> impl Iterator<Item = &'a Span> + use<'a> {
        let past = self.0.iter().take_while(|span| span.to <= from).count();
        self.0 = self.0.get(past..).unwrap_or_default();
        self.0.iter().take_while(move |span| span.from < to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::HOUR;
    use super::*;

    fn span(from: i64, to: i64, busy: i64) -> Span {
        let measured_us = to - from;
        Span {
            from,
            to,
            measured_us,
            cpu_us: measured_us * busy / 100,
            capacity_us: measured_us,
            memory_bytes: busy,
            sent_bytes: measured_us,
            ..Span::default()
        }
    }

    #[test]
    fn a_missing_minute_is_a_gap_and_its_neighbours_are_not() {
        let minutes: Vec<Span> = [0, 1, 3, 4].iter().map(|minute| span(minute * MINUTE + 3_000_000, (minute + 1) * MINUTE + 3_000_000, 20)).collect();
        let (at, series) = points(Range { from: 0, to: 5 * MINUTE, step: MINUTE }, &[], &minutes, 0);
        assert_eq!(at.len(), 5);
        assert_eq!(series.cpu_percent, [Some(20.0), Some(20.0), None, Some(20.0), Some(20.0)]);
        assert_eq!((series.sent[0], series.memory_bytes[0], series.sent[2]), (Some(1_000_000), Some(20), None));
    }

    #[test]
    fn hours_and_minutes_meet_at_the_border_and_nothing_counts_twice() {
        let hours = [span(0, HOUR, 10), span(HOUR, 2 * HOUR, 90)];
        let minutes = [span(HOUR - MINUTE, HOUR + MINUTE, 50), span(HOUR + MINUTE, HOUR + 20 * MINUTE, 50)];
        let (_, series) = points(Range { from: 0, to: HOUR + 30 * MINUTE, step: HOUR }, &hours, &minutes, HOUR);
        assert_eq!(series.cpu_percent, [Some(10.0), Some(50.0)]);
    }

    proptest! {
        #[test]
        fn no_point_is_busier_than_the_busiest_span(lengths in proptest::collection::vec((1_i64..90, 0_i64..=100, any::<bool>()), 1..200), step in 1_i64..20) {
            let (mut from, mut spans) = (0, Vec::new());
            for (seconds, busy, there) in lengths {
                let to = from + seconds * 1_000_000;
                spans.extend(there.then(|| span(from, to, busy)));
                from = to;
            }
            let most = spans.iter().map(|span| span.memory_bytes).max().unwrap_or(0);
            let (at, series) = points(Range { from: 0, to: from, step: step * MINUTE }, &[], &spans, 0);
            prop_assert_eq!(at.len(), series.sent.len());
            for (busy, sent) in series.memory_bytes.iter().zip(&series.sent) {
                prop_assert!(busy.unwrap_or(0) <= most && sent.unwrap_or(0) <= 1_000_000);
            }
        }
    }
}
