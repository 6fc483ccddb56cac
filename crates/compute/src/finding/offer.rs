//! Which repairs a finding has, and what speaks against one now. No IO.

use kernel::Timestamp;
use workflow::operation::State as Work;

use super::limit;
use super::model::{FindingKind, Offer, Repair};
use super::store::Row;
use crate::instance::{State, store::Row as Machine};

/// What is known around a finding.
pub(super) struct Around<'a> {
    pub(super) machine: Option<&'a Machine>,
    /// How the newest operation on the machine stands.
    pub(super) work: Option<Work>,
    /// How the operation stands that repairs it.
    pub(super) repair: Option<Work>,
    pub(super) now: Timestamp,
    /// Whether its node is a cluster that was enrolled, and not one of the configuration file.
    pub(super) enrolled: bool,
}

/// The repairs of `finding`, the mildest first.
pub(super) fn of(finding: &Row, around: &Around<'_>) -> Vec<Offer> {
    let busy = around.repair.is_some_and(|work| !work.is_final()).then(|| "A repair is under way.".to_owned());
    let mut offers = match finding.kind {
        FindingKind::NodeUnreachable | FindingKind::TokenRefused => Vec::new(),
        FindingKind::CertificateChanged => vec![trust(finding, around.enrolled)],
        FindingKind::GuestGone | FindingKind::OrphanMachine => lost(finding, around),
        FindingKind::OrphanGuest => vec![removal(finding, around.now, "Remove the guest", "The guest is removed from its hypervisor with its disk.")],
        FindingKind::OrphanDisk => vec![removal(finding, around.now, "Remove the disk", "The disk is removed from its hypervisor with what is on it.")],
        FindingKind::DiskGone => vec![Offer {
            confirm: finding.reference.clone(),
            ..plain(
                Repair::Accept,
                "Give the disk up",
                "The disk is deleted here, and its room is free again. Should it turn up, it is removed with what is on it.",
            )
        }],
        FindingKind::StateDiffers => state(around.machine),
        FindingKind::ShapeDiffers => {
            vec![
                plain(
                    Repair::Resize,
                    "Resize the guest",
                    "The guest gets the size that the machine has, after its next restart where the hypervisor needs one.",
                ),
                plain(Repair::Accept, "Keep the guest's size", "The machine has the guest's size from now on, at the price of the size that was ordered."),
            ]
        }
        FindingKind::Stuck => stuck(around),
    };
    for offer in &mut offers {
        offer.refused = busy.clone().or(offer.refused.take());
    }
    offers
}

fn plain(repair: Repair, title: &str, effect: &str) -> Offer {
    Offer { repair, title: title.to_owned(), effect: effect.to_owned(), confirm: None, refused: None }
}

/// Whoever trusts a certificate types the fingerprint that the node itself shows.
fn trust(finding: &Row, enrolled: bool) -> Offer {
    let file = "The configuration file names this cluster. Change the fingerprint there, and restart the server.".to_owned();
    Offer {
        confirm: finding.seen.clone(),
        refused: (!enrolled).then_some(file),
        ..plain(
            Repair::AcceptCertificate,
            "Accept the new certificate",
            "This certificate, and no other, is trusted at this address from now on, and the token is sent there. \
             Type the fingerprint as the node itself shows it, not as it is shown here.",
        )
    }
}

fn marked() -> Offer {
    plain(Repair::MarkFailed, "Mark as not usable", "The machine is shown as not usable to its owner until its hypervisor says otherwise.")
}

fn lost(finding: &Row, around: &Around<'_>) -> Vec<Offer> {
    let give_up = Offer {
        confirm: finding.reference.clone(),
        ..plain(Repair::Accept, "Give the machine up", "The machine is deleted here without a grace, and its contract ends.")
    };
    let usable = around.machine.is_some_and(|machine| machine.state != State::Failed);
    let failed = usable.then(marked);
    failed.into_iter().chain([give_up]).collect()
}

fn removal(finding: &Row, now: Timestamp, title: &str, effect: &str) -> Offer {
    let age = now.since(Timestamp(finding.since));
    let young = (age < limit::ORPHANED).then(|| {
        let left = limit::ORPHANED.saturating_sub(age).as_secs().div_ceil(60);
        format!("It was first seen less than an hour ago, and whoever made it may still be at work. Wait {left} minutes.")
    });
    Offer { confirm: finding.reference.clone(), refused: young, ..plain(Repair::Remove, title, effect) }
}

fn state(machine: Option<&Machine>) -> Vec<Offer> {
    match machine {
        Some(machine) if machine.state == State::Stopped && machine.state_reason.is_some() => {
            vec![
                plain(Repair::Start, "Start the machine", "The machine is switched on, as its owner would do it."),
                plain(Repair::Accept, "Leave it stopped", "Being stopped counts as wanted from now on."),
            ]
        }
        Some(machine) if machine.state == State::Running && machine.state_reason.is_some() => {
            vec![
                plain(Repair::Accept, "Let it run", "Running counts as wanted from now on."),
                plain(Repair::Stop, "Stop the machine", "The machine loses its power at once."),
            ]
        }
        Some(machine) if machine.state == State::Running => vec![plain(Repair::Resume, "Let the guest go on", "The guest goes on where it was held.")],
        Some(machine) if matches!(machine.state, State::Stopped | State::Deleting) => {
            vec![plain(Repair::Stop, "Switch the guest off", "The guest loses its power at once.")]
        }
        // Something is being done to it; what is then still so is found again.
        _ => Vec::new(),
    }
}

fn stuck(around: &Around<'_>) -> Vec<Offer> {
    let Some(machine) = around.machine else { return Vec::new() };
    let again = around
        .work
        .and_then(Work::retry_from)
        .map(|_| plain(Repair::Retry, "Try the operation again", "The operation goes on from the step, or from the undo, that failed."));
    let any = machine.state.may_become(State::Running) && machine.state.may_become(State::Stopped);
    let seen =
        machine.node_id.filter(|_| any).map(|_| plain(Repair::Accept, "Take the hypervisor's word", "The machine gets the state that its hypervisor says."));
    let at_work = around.work.is_some_and(|work| !work.is_final());
    let failed = marked();
    let why = at_work.then(|| "Its operation is still at work. Look at the operation's log first.".to_owned());
    again.into_iter().chain(seen).chain([failed]).map(|offer| Offer { refused: why.clone(), ..offer }).collect()
}
