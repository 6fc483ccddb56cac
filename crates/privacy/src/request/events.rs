//! Facts about requests: ids, kinds and instants, never what somebody wrote.

use kernel::event::EventKind;
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use super::model::{Kind, RequestId, State};

/// Something happened to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFact {
    /// Which.
    pub request_id: RequestId,
    /// Whose.
    pub person_id: PersonId,
    /// What is asked for.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// The first instant that is too late for the answer.
    pub due_at: Timestamp,
}

/// It arrived and waits. What was done at once is not announced.
pub const REQUEST_RECEIVED: EventKind<RequestFact> = EventKind::new("privacy.request.received");
/// Its deadline was extended.
pub const REQUEST_EXTENDED: EventKind<RequestFact> = EventKind::new("privacy.request.extended");
/// It was granted or refused.
pub const REQUEST_ANSWERED: EventKind<RequestFact> = EventKind::new("privacy.request.answered");
/// Its deadline comes near and nobody has answered. Tell the staff.
pub const REQUEST_DUE_SOON: EventKind<RequestFact> = EventKind::new("privacy.request.due_soon");
/// Its deadline has passed and nobody has answered.
pub const REQUEST_OVERDUE: EventKind<RequestFact> = EventKind::new("privacy.request.overdue");
