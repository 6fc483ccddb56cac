//! What the table says of a law.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::request::Kind;

/// A span of days, months or working days, counted from the day after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Span {
    /// Calendar months; a shorter month ends the span on its last day.
    pub months: i32,
    /// Calendar days.
    pub days: i32,
    /// Days that are neither weekend nor holiday.
    pub business_days: i32,
}

/// By when requests of some kinds are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Which kinds.
    pub requests: Vec<Kind>,
    /// By when receipt is confirmed.
    pub acknowledge: Option<Span>,
    /// By when the answer is due; absent where the law counts no days.
    pub answer: Option<Span>,
    /// What may come on top, when it is told before the answer is due.
    pub extension: Option<Span>,
    /// Where it says so.
    pub cite: String,
}

/// A law, or our own promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// ISO 3166 codes of countries and states where people live whom it protects; `*` is everywhere.
    pub places: Vec<String>,
    /// It also binds every operator that sits in one of the places, wherever people live.
    #[serde(default)]
    pub established: bool,
    /// What was read.
    pub source: String,
    /// `reviewed`, or `unreviewed` until a person has compared it with the law's text.
    pub status: String,
    /// Hours by which the place whose day ends first is ahead of UTC.
    pub utc_offset_hours: i8,
    /// Key of the holidays.
    pub calendar: String,
    /// A last day that is no working day moves to the next one.
    pub rolls: bool,
    /// Its clocks.
    #[serde(default, rename = "clock")]
    pub clocks: Vec<Clock>,
    /// Rights, each with its answer and citation.
    pub rights: BTreeMap<String, String>,
}

impl Law {
    /// Its clock for requests of `kind`.
    pub fn clock(&self, kind: Kind) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.requests.contains(&kind))
    }
}

/// Who watches over a law in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PrivacyAuthority)]
pub struct Authority {
    /// ISO 3166 code.
    pub place: String,
    /// Its name.
    pub name: String,
    /// Its address on the web.
    pub url: String,
}

/// The holidays of one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// Its key.
    pub key: String,
    /// Rules, as the table explains them.
    pub days: Vec<String>,
}
