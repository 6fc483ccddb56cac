//! Where a guest is: by its tag in the cluster's list, and for a guest that was not finished by its description.

use std::sync::PoisonError;
use std::time::Duration;

use compute_driver::{DriverError, Reference};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use super::config::Config;
use super::{Proxmox, mark};
use crate::call::{At, guest};
use crate::client::{Call, Fields, Trouble};

/// Ids that are tried for one reference before we give up.
pub(super) const TRIES: u32 = 16;
/// How long a clone that is under way is waited for to say whose it is.
const UNDERWAY: Duration = Duration::from_secs(90);

/// A number that follows from the reference.
pub(super) fn seed(reference: &Reference) -> u64 {
    Sha256::digest(reference.as_str().as_bytes()).iter().take(8).fold(0_u64, |seed, byte| (seed << 8) | u64::from(*byte))
}

impl Proxmox {
    /// The ids that the guest `reference` may have, in the order in which they are tried. They follow from the reference alone,
    /// so that whoever tries again after an unknown outcome looks where the first try was made, and an id comes back late.
    pub(super) fn candidates(&self, reference: &Reference) -> impl Iterator<Item = u32> + use<> {
        let ids = self.mapping().ids.clone();
        let seed = seed(reference);
        let room = u64::from(ids.end() - ids.start()) + 1;
        (0..u64::from(TRIES)).filter_map(move |attempt| ids.start().checked_add(u32::try_from(seed.wrapping_add(attempt) % room).ok()?))
    }

    /// Where the guest is; asked anew where it is not known.
    pub(super) async fn locate(&self, reference: &Reference) -> Result<Option<At>, Trouble> {
        if let Some(at) = self.shared.places.lock().unwrap_or_else(PoisonError::into_inner).get(reference) {
            return Ok(Some(at.clone()));
        }
        let view = self.view(Duration::ZERO).await?;
        if let Some(guest) = view.guests.iter().find(|guest| mark::carries(&guest.tags, reference)) {
            return Ok(Some(self.remember(reference, guest.at.clone())));
        }
        // A guest whose making was interrupted has no tags yet.
        for vmid in self.candidates(reference) {
            if let Some(guest) = view.guest(vmid).filter(|guest| !mark::ours(&guest.tags))
                && self.is_for(&guest.at, reference).await?
            {
                return Ok(Some(self.remember(reference, guest.at.clone())));
            }
        }
        Ok(None)
    }

    /// Whether the guest at `at` was made for `reference`. One that is being cloned shows no description before it is done.
    pub(super) async fn is_for(&self, at: &At, reference: &Reference) -> Result<bool, Trouble> {
        let deadline = Instant::now() + self.client().patience(UNDERWAY);
        loop {
            let config = match self.config(at).await {
                Ok(config) => config,
                Err(Trouble::NoGuest(_)) => return Ok(false),
                Err(trouble) => return Err(trouble),
            };
            match config.mark() {
                Some(mark) => return Ok(mark.reference == *reference),
                None if config.description().is_empty() && config.lock().is_some_and(|lock| lock == "clone" || lock == "create") => {
                    if Instant::now() > deadline {
                        return Err(Trouble::Locked(format!("the guest {} is being made by somebody", at.vmid)));
                    }
                    sleep(Duration::from_millis(500)).await;
                }
                None => return Ok(false),
            }
        }
    }

    pub(super) async fn config(&self, at: &At) -> Result<Config, Trouble> {
        Ok(Config::of(Fields::of(self.client().ask(&guest::config(at)).await?), at.kind))
    }

    /// The settings that are in force, without those that wait for a restart.
    pub(super) async fn config_in_force(&self, at: &At) -> Result<Config, Trouble> {
        Ok(Config::of(Fields::of(self.client().ask(&guest::config_in_force(at)).await?), at.kind))
    }

    pub(super) fn remember(&self, reference: &Reference, at: At) -> At {
        self.shared.places.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone(), at.clone());
        at
    }

    /// Notes that the guest was switched just now, which the cluster's list does not know yet.
    pub(super) fn touch(&self, reference: &Reference) {
        let mut touched = self.shared.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.retain(|_, at| at.elapsed() < Duration::from_secs(300));
        touched.insert(reference.clone(), std::time::Instant::now());
    }

    /// Whether the guest was switched by this process within the last `lag`.
    pub(super) fn was_touched(&self, reference: &Reference, lag: Duration) -> bool {
        let touched = self.shared.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.get(reference).is_some_and(|at| at.elapsed() < lag)
    }

    pub(super) fn forget(&self, reference: &Reference) {
        self.shared.places.lock().unwrap_or_else(PoisonError::into_inner).remove(reference);
    }

    /// Where the guest is and what its node says of it now.
    ///
    /// The answer is looked at for the reference: another guest may have got the id behind our back, and it must not be touched.
    pub(super) async fn current(&self, reference: &Reference) -> Result<(At, Fields), DriverError> {
        // The second look is for a guest that moved, or whose id belongs to somebody else now.
        for again in [true, false] {
            let Some(at) = self.locate(reference).await? else { break };
            match self.client().ask(&guest::status(&at)).await {
                Ok(said) => {
                    let said = Fields::of(said);
                    let carries = mark::carries(&said.words("tags"), reference);
                    if carries || self.is_for(&at, reference).await? {
                        return Ok((at, said));
                    }
                }
                Err(Trouble::NoGuest(_)) => {}
                Err(Trouble::Unreachable(_)) if again => {}
                Err(trouble) => return Err(self.explained(&at, trouble).await),
            }
            self.forget(reference);
        }
        Err(DriverError::not_found(reference))
    }

    /// The same trouble, with the node's name where the node is what is missing.
    async fn explained(&self, at: &At, trouble: Trouble) -> DriverError {
        let away = match self.view(super::view::FRESH).await {
            Ok(view) => !view.is_online(&at.node),
            Err(_) => false,
        };
        match trouble {
            Trouble::Unreachable(text) if away => DriverError::unavailable(format!("the node {} is away ({text})", at.node)),
            trouble => trouble.into(),
        }
    }

    /// Carries out a call that makes a task, on a guest that may move meanwhile.
    pub(super) async fn act(&self, reference: &Reference, patience: Duration, make: impl Fn(&At) -> Call + Send + Sync) -> Result<(), Trouble> {
        self.touch(reference);
        let missing = || Trouble::NoGuest(format!("no guest carries the reference {reference}"));
        let at = self.locate(reference).await?.ok_or_else(missing)?;
        match self.client().work(&make(&at), &at.node, at.vmid, patience).await {
            Err(Trouble::NoGuest(_)) => {
                self.forget(reference);
                let at = self.locate(reference).await?.ok_or_else(missing)?;
                self.client().work(&make(&at), &at.node, at.vmid, patience).await
            }
            ended => ended,
        }
    }
}
