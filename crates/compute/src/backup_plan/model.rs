//! What a backup plan is and when it asks for the next backup. No IO, no clock.

use std::time::Duration;

use jiff::civil;
use jiff::tz::TimeZone;
use kernel::id::Id;
use kernel::{Checks, Error, Result, Timestamp};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::instance::InstanceId;

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = BackupFrequency)]
pub enum Frequency {
    /// Never.
    Off,
    /// Every day.
    Daily,
    /// Every week.
    Weekly,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    #[default]
    Sunday,
}

impl Weekday {
    fn of(day: civil::Weekday) -> Self {
        match day {
            civil::Weekday::Monday => Self::Monday,
            civil::Weekday::Tuesday => Self::Tuesday,
            civil::Weekday::Wednesday => Self::Wednesday,
            civil::Weekday::Thursday => Self::Thursday,
            civil::Weekday::Friday => Self::Friday,
            civil::Weekday::Saturday => Self::Saturday,
            civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// How often the newest backup of a plan is restored beside its machine, to see that it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum RestoreTests {
    /// Never by itself.
    #[default]
    Never,
    /// Once a week.
    Weekly,
    /// Every thirty days.
    Monthly,
}

impl RestoreTests {
    /// From one test to the next.
    pub(super) fn every(self) -> Option<Duration> {
        let days = |days: u64| Some(Duration::from_secs(days * 86_400));
        match self {
            Self::Never => None,
            Self::Weekly => days(7),
            Self::Monthly => days(30),
        }
    }
}

/// The most backups that a plan keeps.
pub(super) const MOST: i32 = 30;

/// How a machine shall be backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BackupPlanPatch {
    /// How often.
    pub frequency: Frequency,
    /// On which day, where it is weekly; Sunday if not given.
    #[serde(default)]
    pub weekday: Weekday,
    /// In which hour, 0 to 23, UTC. The minute differs from machine to machine, so that not all begin at once.
    pub hour: i32,
    /// How many of the plan's backups are kept, 1 to 30.
    pub keep: i32,
    /// How often the newest of them is tested by restoring it; never if not given.
    #[serde(default)]
    pub restore_tests: RestoreTests,
}

impl BackupPlanPatch {
    /// What is wrong with it.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that((0..=23).contains(&self.hour), "hour", "use an hour from 0 to 23").that((1..=MOST).contains(&self.keep), "keep", "keep 1 to 30 backups");
        checks
    }

    /// The first instant after `after` at which the machine is to be backed up; `None` when it is off.
    ///
    /// # Errors
    /// `Internal` past the end of the calendar.
    pub(super) fn next(&self, instance: InstanceId, after: Timestamp) -> Result<Option<Timestamp>> {
        if self.frequency == Frequency::Off {
            return Ok(None);
        }
        let minute = i8::try_from(instance.uuid().as_u128() % 60).unwrap_or(0);
        let hour = i8::try_from(self.hour).unwrap_or(0);
        let ended = |error: jiff::Error| Error::internal("the calendar has ended").caused_by(error);
        let mut day = after.to_jiff().to_zoned(TimeZone::UTC).date();
        loop {
            let at = Timestamp::from_jiff(day.at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).map_err(ended)?.timestamp());
            if at > after && (self.frequency == Frequency::Daily || Weekday::of(day.weekday()) == self.weekday) {
                return Ok(Some(at));
            }
            day = day.tomorrow().map_err(ended)?;
        }
    }
}

/// How a machine is backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupPlan {
    /// How often.
    pub frequency: Frequency,
    /// On which day, where it is weekly.
    pub weekday: Weekday,
    /// In which hour, UTC.
    pub hour: i32,
    /// How many of the plan's backups are kept.
    pub keep: i32,
    /// How often the newest of them is tested by restoring it.
    pub restore_tests: RestoreTests,
    /// When the next one begins.
    pub next_at: Option<Timestamp>,
    /// When the next test begins, or since when it waits for a backup or for room.
    pub next_test_at: Option<Timestamp>,
}

impl BackupPlan {
    /// A machine without a plan, with figures that suit most.
    pub(super) const OFF: Self =
        Self { frequency: Frequency::Off, weekday: Weekday::Sunday, hour: 3, keep: 7, restore_tests: RestoreTests::Never, next_at: None, next_test_at: None };
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: BackupPlanPatch =
        BackupPlanPatch { frequency: Frequency::Daily, weekday: Weekday::Sunday, hour: 3, keep: 7, restore_tests: RestoreTests::Never };

    fn instant(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn machine() -> InstanceId {
        InstanceId::from_uuid(uuid::Uuid::from_u128(60 * 7 + 20))
    }

    #[test]
    fn the_next_day_comes_after_an_hour_that_has_passed() {
        let next = |after| DAILY.next(machine(), instant(after)).unwrap().unwrap().to_string();
        assert_eq!(next("2026-11-22T03:19:59Z"), "2026-11-22T03:20:00Z");
        assert_eq!(next("2026-11-22T03:20:00Z"), "2026-11-23T03:20:00Z");
        assert_eq!(next("2026-12-31T23:59:00Z"), "2027-01-01T03:20:00Z");
    }

    #[test]
    fn a_weekly_plan_keeps_its_day_and_none_has_no_next() {
        let weekly = BackupPlanPatch { frequency: Frequency::Weekly, weekday: Weekday::Wednesday, ..DAILY };
        let next = |after| weekly.next(machine(), instant(after)).unwrap().unwrap().to_string();
        assert_eq!(next("2026-11-22T12:00:00Z"), "2026-11-25T03:20:00Z");
        assert_eq!(next("2026-11-25T03:20:00Z"), "2026-12-02T03:20:00Z");
        assert_eq!(BackupPlanPatch { frequency: Frequency::Off, ..DAILY }.next(machine(), instant("2026-11-22T12:00:00Z")).unwrap(), None);
    }

    #[test]
    fn both_figures_are_told_at_once() {
        let error = BackupPlanPatch { hour: 24, keep: 31, ..DAILY }.checks().done().unwrap_err();
        assert_eq!(error.fields().iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["hour", "keep"]);
    }
}
