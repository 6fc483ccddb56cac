//! The simulated hypervisor: guests in memory, and the levers that tests pull.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::broadcast;

use super::{
    disk,
    fault::{Fault, Operation},
    hosts::Place,
    shell::{self, Files},
};
use crate::{
    Accelerator, Backup, Disk, DriverError, Feature, Filter, Guest, GuestSpec, NetworkSpec, Progress, Reference, Snapshot, SshAddress, Status, Stranger,
    conformance::bootable::SAYS, is_image,
};

pub(super) const BACKLOG_LIMIT: usize = 64 * 1024;

/// A call that arrived, for tests that count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which call.
    pub operation: Operation,
    /// For which guest; empty for calls about the hypervisor as a whole.
    pub reference: String,
}

/// A hypervisor in memory. Clones share it, as several processes would share a real one.
#[derive(Clone, Default)]
pub struct Simulated {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) guests: BTreeMap<Reference, Machine>,
    pub(super) backups: BTreeMap<Reference, (Backup, Files)>,
    pub(super) strangers: Vec<Stranger>,
    pub(super) networks: BTreeMap<Reference, NetworkSpec>,
    pub(super) disks: BTreeMap<Reference, Disk>,
    /// Empty for a hypervisor of one host, which tells no guest's host.
    pub(super) hosts: Vec<Place>,
    /// Guests are containers, which cannot move while they run.
    pub(super) contained: bool,
    /// New guests have cards of their own beside those in private networks.
    pub(super) own_cards: bool,
    pub(super) images: BTreeSet<String>,
    pub(super) network_site: Option<String>,
    pub(super) missing: BTreeSet<Feature>,
    /// What every call hears, while there is trouble with the hypervisor as a whole.
    trouble: Option<DriverError>,
    /// Guests whose task never ended.
    held: BTreeSet<Reference>,
    faults: Vec<(Operation, Fault)>,
    calls: Vec<Call>,
}

pub(super) struct Machine {
    pub(super) spec: GuestSpec,
    pub(super) status: Status,
    pub(super) started: Option<Instant>,
    /// Time that passed for the guest alone.
    pub(super) ahead: Duration,
    pub(super) backlog: Vec<u8>,
    pub(super) serial: broadcast::Sender<Vec<u8>>,
    pub(super) files: Files,
    pub(super) snapshots: Vec<Saved>,
    pub(super) rescue: bool,
    pub(super) filter: Filter,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) own_card: bool,
    pub(super) host: Option<String>,
    /// Its host does not answer.
    pub(super) away: bool,
    /// Why it cannot leave its host.
    pub(super) tied: Option<String>,
}

/// A snapshot and what it brings back.
#[derive(Clone)]
pub(super) struct Saved {
    pub(super) snapshot: Snapshot,
    pub(super) files: Files,
}

impl Simulated {
    /// An empty hypervisor without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets `fault` happen at the next call of `operation` for which no earlier fault waits.
    pub fn inject(&self, operation: Operation, fault: Fault) {
        self.lock().faults.push((operation, fault));
    }

    /// Lets the next `times` calls of `operation` fail as unavailable.
    pub fn fail_times(&self, operation: Operation, times: usize) {
        for _ in 0..times {
            self.inject(operation, Fault::Fail(DriverError::unavailable("simulated outage")));
        }
    }

    /// Every call fails with `trouble`, without effect, until `None` ends it: an outage, a revoked token, another certificate.
    pub fn suffer(&self, trouble: Option<DriverError>) {
        self.lock().trouble = trouble;
    }

    /// Somebody ends the task that held this guest.
    pub fn let_go(&self, reference: &Reference) {
        self.lock().held.remove(reference);
    }

    /// The guests as they are. No call, so nothing is noted and no fault happens.
    pub fn guests(&self) -> Vec<Guest> {
        self.lock().guests.values().map(Machine::guest).collect()
    }

    /// The names of the backups, likewise.
    pub fn kept(&self) -> Vec<Reference> {
        self.lock().backups.keys().cloned().collect()
    }

    /// The extra disks as they are, likewise.
    pub fn extra_disks(&self) -> Vec<Disk> {
        self.lock().disks.values().cloned().collect()
    }

    /// The guest disappears with its disk, behind our back. False when there is none.
    pub fn vanish(&self, reference: &Reference) -> bool {
        disk::left_by(&mut self.lock(), reference).is_some()
    }

    /// The guest's process dies, behind our back. False when there is no such guest.
    pub fn crash(&self, reference: &Reference) -> bool {
        self.lock().guests.get_mut(reference).map(|machine| machine.power_off()).is_some()
    }

    /// Lets this much time pass for every guest that has power, without waiting for it.
    pub fn advance(&self, by: Duration) {
        for machine in self.lock().guests.values_mut().filter(|machine| machine.started.is_some()) {
            machine.ahead += by;
        }
    }

    /// Takes a feature away from its capabilities: its calls answer `Unsupported` from then on.
    pub fn without(&self, feature: Feature) {
        self.lock().missing.insert(feature);
    }

    /// A guest appears that others made.
    pub fn add_stranger(&self, stranger: Stranger) {
        self.lock().strangers.push(stranger);
    }

    /// What is filtered for a guest.
    pub fn filter(&self, reference: &Reference) -> Option<Filter> {
        self.lock().guests.get(reference).map(|machine| machine.filter.clone())
    }

    /// The public addresses that lead to a guest.
    pub fn addresses(&self, reference: &Reference) -> Vec<IpAddr> {
        self.lock().guests.get(reference).map(|machine| machine.addresses.clone()).unwrap_or_default()
    }

    /// The images that were taken in, by name.
    pub fn images(&self) -> Vec<String> {
        self.lock().images.iter().cloned().collect()
    }

    /// The calls so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// The spec from which a guest was made last, to see what was injected.
    pub fn spec(&self, reference: &Reference) -> Option<GuestSpec> {
        self.lock().guests.get(reference).map(|machine| machine.spec.clone())
    }

    /// The guest as it stands: what a lie tells.
    pub(super) fn peek(&self, reference: &Reference) -> Result<Guest, DriverError> {
        self.lock().machine(reference).map(|machine| machine.guest())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call: noted, given its fault if one waits, and carried out.
    pub(super) async fn perform<T: Default>(
        &self,
        operation: Operation,
        reference: Option<&Reference>,
        effect: impl FnOnce(&mut State) -> Result<T, DriverError>,
    ) -> Result<T, DriverError> {
        let fault = {
            let mut state = self.lock();
            state.calls.push(Call { operation, reference: reference.map(ToString::to_string).unwrap_or_default() });
            if let Some(trouble) = &state.trouble {
                return Err(trouble.clone());
            }
            if operation.changes() && reference.is_some_and(|one| state.held.contains(one)) {
                return Err(DriverError::unavailable("the guest is locked by a task that goes on"));
            }
            let waiting = state.faults.iter().position(|(at, _)| *at == operation);
            waiting.map(|index| state.faults.remove(index).1)
        };
        match fault {
            None => effect(&mut self.lock()),
            Some(Fault::Slow(delay)) => {
                tokio::time::sleep(delay).await;
                effect(&mut self.lock())
            }
            Some(Fault::Fail(error)) => Err(error),
            Some(Fault::Lie) => Ok(T::default()),
            Some(Fault::Busy) => Err(DriverError::unavailable("it is still being worked on")),
            Some(Fault::NeverEnds) => {
                let mut state = self.lock();
                let _unheard = effect(&mut state);
                state.held.extend(reference.cloned());
                Err(DriverError::outcome_unknown("the task goes on"))
            }
            Some(Fault::LoseAnswer) => {
                // Whatever the effect was, good or bad, nobody hears of it.
                let _unheard = effect(&mut self.lock());
                Err(DriverError::outcome_unknown("the simulated line was cut after the request"))
            }
        }
    }

    /// The same for work that may take long: while it is busy it says so and has no effect.
    pub(super) async fn work<T>(
        &self,
        operation: Operation,
        reference: &Reference,
        effect: impl FnOnce(&mut State) -> Result<T, DriverError>,
    ) -> Result<Option<Progress<T>>, DriverError> {
        let busy = {
            let mut state = self.lock();
            let waiting = state.faults.iter().position(|(at, _)| *at == operation);
            match waiting.filter(|_| state.trouble.is_none()).filter(|index| state.faults.get(*index).is_some_and(|(_, fault)| *fault == Fault::Busy)) {
                Some(index) => {
                    state.faults.remove(index);
                    state.calls.push(Call { operation, reference: reference.to_string() });
                    true
                }
                None => false,
            }
        };
        if busy {
            return Ok(Some(Progress::Working { percent: Some(50) }));
        }
        self.perform(operation, Some(reference), |state| effect(state).map(|it| Some(Progress::Done(it)))).await
    }

    pub(super) async fn change(
        &self,
        operation: Operation,
        reference: &Reference,
        effect: impl FnOnce(&mut Machine) -> Result<(), DriverError>,
    ) -> Result<(), DriverError> {
        self.perform(operation, Some(reference), |state| effect(state.machine(reference)?)).await
    }
}

impl State {
    pub(super) fn can(&self, feature: Feature, what: &str) -> Result<(), DriverError> {
        if self.missing.contains(&feature) { Err(DriverError::unsupported(what)) } else { Ok(()) }
    }

    pub(super) fn machine(&mut self, reference: &Reference) -> Result<&mut Machine, DriverError> {
        self.guests.get_mut(reference).ok_or_else(|| DriverError::not_found(reference))
    }

    pub(super) fn type_line(&mut self, reference: &Reference, line: &str) {
        if let Ok(machine) = self.machine(reference) {
            let text = shell::answer(&machine.spec.hostname, &mut machine.files, line);
            machine.print(&text);
        }
    }
}

impl Machine {
    pub(super) fn new(spec: &GuestSpec) -> Self {
        let (serial, _) = broadcast::channel(64);
        Self {
            spec: spec.clone(),
            status: Status::Stopped,
            started: None,
            ahead: Duration::ZERO,
            backlog: Vec::new(),
            serial,
            files: Files::new(),
            snapshots: Vec::new(),
            rescue: false,
            filter: Filter::open(),
            addresses: Vec::new(),
            own_card: false,
            host: None,
            away: false,
            tied: None,
        }
    }

    /// The same guest, made anew after `spec`: where it is stays, and what reaches it.
    pub(super) fn anew(&self, spec: &GuestSpec) -> Self {
        let (host, own_card, filter, addresses) = (self.host.clone(), self.own_card, self.filter.clone(), self.addresses.clone());
        Self { host, own_card, filter, addresses, away: self.away, tied: self.tied.clone(), ..Self::new(spec) }
    }

    /// What is heard of its status.
    pub(super) fn said(&self) -> Status {
        if self.away { Status::Unknown } else { self.status }
    }

    /// Goes on from memory: nothing boots, so nothing is printed.
    pub(super) fn wake(&mut self) {
        self.status = Status::Running;
        self.started.get_or_insert_with(Instant::now);
    }

    pub(super) fn power_on(&mut self) {
        self.status = Status::Running;
        self.started = Some(Instant::now());
        self.ahead = Duration::ZERO;
        if is_image(&self.spec.template) {
            self.print(&format!("{SAYS}\r\n"));
        }
        self.print(&shell::banner(&self.spec.hostname));
    }

    /// Ends the serial line too: consoles that are open see its end.
    pub(super) fn power_off(&mut self) {
        self.status = Status::Stopped;
        self.started = None;
        self.serial = broadcast::channel(64).0;
    }

    fn print(&mut self, text: &str) {
        self.backlog.extend_from_slice(text.as_bytes());
        let excess = self.backlog.len().saturating_sub(BACKLOG_LIMIT);
        self.backlog.drain(..excess);
        // Without an open console nobody listens, which is no fault.
        let _listeners = self.serial.send(text.as_bytes().to_vec());
    }

    pub(super) fn running(&self) -> Result<(), DriverError> {
        if self.status == Status::Running { Ok(()) } else { Err(DriverError::conflict("the guest does not run")) }
    }

    pub(super) fn powered(&self) -> Result<(), DriverError> {
        if self.status == Status::Stopped { Err(DriverError::conflict("the guest does not run")) } else { Ok(()) }
    }

    pub(super) fn guest(&self) -> Guest {
        let card = self.spec.card.as_ref().filter(|_| !self.own_card);
        Guest {
            reference: self.spec.reference.clone(),
            status: self.said(),
            template: self.spec.template.clone(),
            size: self.spec.size(),
            host: self.host.clone(),
            rescue: self.rescue,
            accelerator: Accelerator::Tcg,
            ipv4: Some(card.map_or_else(|| "10.0.2.15".to_owned(), |card| card.ipv4.to_string())),
            ipv6: card.and_then(|card| card.ipv6).map(|address| address.to_string()),
            ssh: Some(SshAddress { host: "127.0.0.1".to_owned(), port: self.spec.ssh_port.unwrap_or(2222) }),
        }
    }
}
