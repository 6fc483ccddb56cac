//! The ways in which a driver says no, by what the caller may do next.

use serde::{Deserialize, Serialize};

/// Why a driver did not answer as asked.
///
/// A vendor's own codes and texts end here: each is mapped to the variant that says what the caller may do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriverError {
    /// No guest carries this reference. Trying again changes nothing.
    #[error("no guest carries the reference {reference}")]
    NotFound {
        /// The reference that was asked for.
        reference: String,
    },
    /// The guest is in a state, or has a shape, that does not fit the request.
    #[error("{reason}")]
    Conflict {
        /// What does not fit, for the person who reads the step log.
        reason: String,
    },
    /// Nothing happened, and trying again later may work.
    #[error("the hypervisor is not available: {reason}")]
    Unavailable {
        /// What was missing.
        reason: String,
    },
    /// Another certificate came than the one that is trusted. Nothing was sent, and nothing is until a person has compared it.
    #[error("the certificate of {address} changed: {presented} was presented, {known} is known")]
    Untrusted {
        /// Where it came from, host and port.
        address: String,
        /// SHA-256 of the one that is trusted.
        known: String,
        /// SHA-256 of the one that came.
        presented: String,
    },
    /// The hypervisor does not accept who we say we are: a token was revoked, for example. Nothing happened.
    #[error("the hypervisor does not accept our credentials: {reason}")]
    Unauthorised {
        /// What it said.
        reason: String,
    },
    /// The request may or may not have taken effect: look before trying again.
    #[error("the outcome is unknown: {reason}")]
    OutcomeUnknown {
        /// What was heard last.
        reason: String,
    },
    /// The request itself is not acceptable. Trying again changes nothing.
    #[error("refused: {reason}")]
    Refused {
        /// What to change.
        reason: String,
    },
    /// This hypervisor cannot do it; its capabilities say so.
    #[error("this hypervisor cannot {what}")]
    Unsupported {
        /// What was asked for, after "cannot".
        what: String,
    },
    /// There is no room for it. Nothing happened, and trying again changes nothing until somebody makes room.
    #[error("there is no room: {reason}")]
    Full {
        /// What is full, and how full.
        reason: String,
    },
    /// It was tried and did not work; the driver has put away what it started.
    #[error("failed: {reason}")]
    Failed {
        /// One line for the person who reads the step.
        reason: String,
        /// What the hypervisor printed, as it printed it; may be empty.
        log: String,
    },
}

impl DriverError {
    /// No guest carries `reference`.
    pub fn not_found(reference: impl ToString) -> Self {
        Self::NotFound { reference: reference.to_string() }
    }

    /// The guest's state or shape does not fit.
    pub fn conflict(reason: impl Into<String>) -> Self {
        Self::Conflict { reason: reason.into() }
    }

    /// Nothing happened; later may work.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into() }
    }

    /// Another certificate came than the trusted one.
    pub fn untrusted(address: impl Into<String>, known: impl ToString, presented: impl ToString) -> Self {
        Self::Untrusted { address: address.into(), known: known.to_string(), presented: presented.to_string() }
    }

    /// Our credentials are not accepted.
    pub fn unauthorised(reason: impl Into<String>) -> Self {
        Self::Unauthorised { reason: reason.into() }
    }

    /// The effect may have happened.
    pub fn outcome_unknown(reason: impl Into<String>) -> Self {
        Self::OutcomeUnknown { reason: reason.into() }
    }

    /// The request is not acceptable.
    pub fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }

    /// This hypervisor cannot do it.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported { what: what.into() }
    }

    /// There is no room.
    pub fn full(reason: impl Into<String>) -> Self {
        Self::Full { reason: reason.into() }
    }

    /// Tried without success.
    pub fn failed(reason: impl Into<String>, log: impl Into<String>) -> Self {
        Self::Failed { reason: reason.into(), log: log.into() }
    }

    /// Whether the same call may succeed later. Every call of the trait may be repeated, so an unknown outcome counts; and so does what
    /// the operator can mend meanwhile without touching the guest.
    pub fn may_retry(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::OutcomeUnknown { .. } | Self::Untrusted { .. } | Self::Unauthorised { .. })
    }

    /// What the hypervisor printed, where there is something to show.
    pub fn log(&self) -> Option<&str> {
        match self {
            Self::Failed { log, .. } if !log.is_empty() => Some(log),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_passing_trouble_may_be_retried() {
        assert!(DriverError::unavailable("busy").may_retry());
        assert!(DriverError::outcome_unknown("line cut").may_retry());
        assert!(DriverError::untrusted("pve1:8006", "AB", "CD").may_retry() && DriverError::unauthorised("no ticket").may_retry());
        for lasting in [
            DriverError::not_found("vm_1"),
            DriverError::conflict("running"),
            DriverError::refused("no memory"),
            DriverError::unsupported("take snapshots"),
            DriverError::full("1 MiB is free"),
            DriverError::failed("exit 1", "could not load kernel"),
        ] {
            assert!(!lasting.may_retry(), "{lasting}");
        }
    }

    #[test]
    fn a_failure_shows_its_log_apart_from_its_reason() {
        let failure = DriverError::failed("QEMU stopped", "could not load kernel");
        assert_eq!(failure.to_string(), "failed: QEMU stopped");
        assert_eq!(failure.log(), Some("could not load kernel"));
    }
}
