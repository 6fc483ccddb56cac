//! What a billing account is. Billing never reads the wall clock: it asks the account, whose clock
//! may run ahead for rehearsals.

use kernel::{Currency, Cx, OrganisationId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rate::{Period, month_boundary};

/// The billing account of an organisation.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Currency of everything on it.
    pub currency: Currency,
    /// How far its clock runs ahead, in microseconds; zero unless it was moved for a rehearsal.
    pub clock_offset: i64,
    /// Start of the period that is not invoiced yet.
    pub period_from: Timestamp,
}

impl Account {
    /// Billing time.
    pub fn now(&self, cx: &Cx) -> Timestamp {
        self.billing_time(cx.now())
    }

    /// The billing time of a real instant.
    pub fn billing_time(&self, real: Timestamp) -> Timestamp {
        Timestamp(real.0.saturating_add(self.clock_offset))
    }

    /// The open period: a calendar month in UTC.
    ///
    /// # Errors
    /// `Internal` outside the calendar.
    pub fn period(&self) -> Result<Period> {
        Ok(Period { from: self.period_from, to: month_boundary(self.period_from, 1)? })
    }

    /// True when its clock was moved: documents then come from a series of their own.
    pub fn rehearses(&self) -> bool {
        self.clock_offset != 0
    }
}

/// The billing clock.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TestClock {
    /// True when it may be moved: the operator switched the test provider on.
    pub enabled: bool,
    /// Billing time.
    pub now: Timestamp,
}

/// Where to move it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TestClockAdvance {
    /// An instant after the present billing time, at most two years later.
    pub to: Timestamp,
}
