//! How long a machine may be in each state before that is worth a person's look. The only place that says so.

use std::time::Duration;

use crate::instance::State;

/// A limit, and why it is as long as it is.
pub(super) struct Limit {
    pub(super) of: Duration,
    pub(super) because: &'static str,
}

const fn minutes(count: u64, because: &'static str) -> Option<Limit> {
    Some(Limit { of: Duration::from_secs(count * 60), because })
}

/// How long a machine may pass through `state`; `None` for states of rest. What is about to be deleted passes once its grace has ended.
pub(super) const fn passing(state: State) -> Option<Limit> {
    match state {
        State::Ordered => minutes(24 * 60, "a payment may be confirmed the next day"),
        State::Provisioning => minutes(30, "a template is copied, and each step is tried for some minutes"),
        State::Starting | State::Rebooting => minutes(15, "a machine that does not show up is looked for twelve times"),
        State::Suspending | State::Resuming => minutes(15, "a cluster may be busy with the guest"),
        State::Rescuing => minutes(30, "the machine is stopped first, and its rescue system boots"),
        State::Stopping => minutes(15, "a system may take half a minute to shut down, and a cluster may be busy"),
        State::Rebuilding => minutes(30, "a template is copied"),
        State::Resizing => minutes(30, "a disk grows, and the machine is restarted"),
        State::Restoring => minutes(60, "a large disk is brought back"),
        State::Moving => minutes(6 * 60, "its disks may be copied to the other host while it runs"),
        State::Deleting => minutes(60, "a deletion waits for a cluster that is away for a moment"),
        State::Running | State::Stopped | State::Suspended | State::Rescue | State::Failed | State::Deleted => None,
    }
}

/// How long a guest may contradict a machine at rest. Lists of clusters lag by ten seconds, and a copy of a disk holds a guest for a while.
pub(super) const CONTRADICTION: Duration = Duration::from_secs(5 * 60);
/// How long a guest may be missing: longer than a list lags.
pub(super) const ABSENCE: Duration = Duration::from_secs(60);
/// How long a hypervisor may be silent: one lost answer is no outage.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// How old a guest without a machine must be before it may be removed: whoever made it may still be at work.
pub(super) const ORPHANED: Duration = Duration::from_secs(3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_busy_has_a_limit_and_what_rests_has_none() {
        use State::{Deleted, Failed, Rescue, Running, Stopped, Suspended};
        for state in [Running, Stopped, Suspended, Rescue, Failed, Deleted] {
            assert!(passing(state).is_none(), "{state:?}");
        }
        use State::{Moving, Ordered, Provisioning, Rebooting, Rebuilding, Rescuing, Resizing, Restoring, Resuming, Starting, Stopping, Suspending};
        for state in [Ordered, Provisioning, Starting, Stopping, Rebooting, Rebuilding, Resizing, Restoring, Moving, Suspending, Resuming, Rescuing] {
            assert_eq!(passing(state).is_some(), state.is_busy(), "{state:?}");
        }
    }
}
