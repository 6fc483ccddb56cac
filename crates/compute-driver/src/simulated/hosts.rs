//! Hosts of the simulated hypervisor: where guests are made, and how they get from one to another.

use super::{
    Simulated,
    fault::Operation,
    hypervisor::{Machine, State},
};
use crate::{DriverError, Feature, Guest, GuestSpec, Host, Progress, Reference, Status, Way};

const MOVE: &str = "move guests to other hosts";
/// What each host has.
const CPUS: u32 = 64;
const MEMORY_MIB: u64 = 262_144;

/// A host.
pub(super) struct Place {
    name: String,
    online: bool,
    takes_guests: bool,
    memory_mib: u64,
}

impl Simulated {
    /// The same hypervisor with these hosts; the guests that are there are on the first one.
    pub fn with_hosts(self, names: &[&str]) -> Self {
        {
            let mut state = self.lock();
            state.hosts = names.iter().map(|name| Place { name: (*name).to_owned(), online: true, takes_guests: true, memory_mib: MEMORY_MIB }).collect();
            for machine in state.guests.values_mut() {
                machine.host = names.first().map(|name| (*name).to_owned());
            }
        }
        self
    }

    /// A host goes away or comes back, with everything on it.
    pub fn set_online(&self, host: &str, online: bool) {
        let mut state = self.lock();
        state.hosts.iter_mut().filter(|one| one.name == host).for_each(|one| one.online = online);
        state.guests.values_mut().filter(|machine| machine.host.as_deref() == Some(host)).for_each(|machine| machine.away = !online);
    }

    /// How much memory a host has.
    pub fn set_memory(&self, host: &str, memory_mib: u64) {
        self.lock().hosts.iter_mut().filter(|one| one.name == host).for_each(|one| one.memory_mib = memory_mib);
    }

    /// Whether guests may be on a host.
    pub fn set_takes_guests(&self, host: &str, takes_guests: bool) {
        self.lock().hosts.iter_mut().filter(|one| one.name == host).for_each(|one| one.takes_guests = takes_guests);
    }

    /// The guest cannot leave its host any more, because of `why`; with `None` it can again.
    pub fn tie(&self, reference: &Reference, why: Option<&str>) {
        if let Ok(machine) = self.lock().machine(reference) {
            machine.tied = why.map(str::to_owned);
        }
    }

    /// The guest gets to another host behind our back.
    pub fn carry(&self, reference: &Reference, host: &str) {
        if let Ok(machine) = self.lock().machine(reference) {
            machine.host = Some(host.to_owned());
        }
    }

    /// Lets guests be containers: they are restarted when they move.
    pub fn contain(&self) {
        self.lock().contained = true;
    }

    /// Gives guests that are made from now on a card of their own beside the one in a private network.
    pub fn give_own_cards(&self) {
        self.lock().own_cards = true;
    }

    /// Says that private networks are at `site`, which others may say too.
    pub fn have_networks_at(&self, site: &str) {
        self.lock().network_site = Some(site.to_owned());
    }

    /// The host that a guest is on.
    pub fn host(&self, reference: &Reference) -> Option<String> {
        self.lock().machine(reference).ok().and_then(|machine| machine.host.clone())
    }
}

/// The hosts as the inventory has them.
pub(super) fn told(state: &State) -> Vec<Host> {
    let host = |name: &str, online, takes_guests, memory_mib| Host {
        name: name.to_owned(),
        online,
        takes_guests,
        cpus: CPUS,
        cpu_permille: Some(10),
        memory_mib,
        memory_used_mib: 1_024,
    };
    if state.hosts.is_empty() {
        return vec![host("simulated", true, true, MEMORY_MIB)];
    }
    state.hosts.iter().map(|place| host(&place.name, place.online, place.takes_guests, place.memory_mib)).collect()
}

/// The guest that carries the reference; a new one is made on the host with the fewest guests that may take it.
pub(super) fn find_or_make<'a>(state: &'a mut State, spec: &GuestSpec) -> Result<&'a mut Machine, DriverError> {
    if !state.guests.contains_key(&spec.reference) {
        let host = free_host(state, spec)?;
        let own_card = state.own_cards;
        state.guests.insert(spec.reference.clone(), Machine { host, own_card, ..Machine::new(spec) });
    }
    state.machine(&spec.reference)
}

fn free_host(state: &State, spec: &GuestSpec) -> Result<Option<String>, DriverError> {
    if state.hosts.is_empty() {
        return Ok(None);
    }
    let guests = |name: &str| state.guests.values().filter(|machine| machine.host.as_deref() == Some(name)).count();
    let takes = |place: &&Place| place.online && place.takes_guests && !spec.avoid.contains(&place.name);
    let found = state.hosts.iter().filter(takes).min_by_key(|place| guests(&place.name));
    match found {
        Some(place) => Ok(Some(place.name.clone())),
        None => Err(DriverError::full(format!("no host may take it; to be avoided: {}", spec.avoid.join(", ")))),
    }
}

/// The way, or why there is none.
fn way(state: &State, reference: &Reference, host: &str) -> Result<Way, DriverError> {
    if state.hosts.len() < 2 {
        return Err(DriverError::unsupported(MOVE));
    }
    state.can(Feature::Move, MOVE)?;
    let machine = state.guests.get(reference).ok_or_else(|| DriverError::not_found(reference))?;
    if machine.host.as_deref() == Some(host) {
        return Ok(Way::Here);
    }
    let place = state.hosts.iter().find(|place| place.name == host).ok_or_else(|| DriverError::refused(format!("there is no host {host}")))?;
    if !place.takes_guests {
        return Err(DriverError::refused(format!("the host {host} takes no guests")));
    }
    if !place.online || machine.away {
        return Err(DriverError::unavailable(format!("the host {} is away", if place.online { "of the guest" } else { host })));
    }
    if let Some(why) = &machine.tied {
        return Err(DriverError::conflict(why));
    }
    Ok(match machine.status {
        Status::Stopped => Way::Stopped,
        _ if state.contained => Way::Restart,
        _ => Way::Live,
    })
}

pub(super) async fn way_to(sim: &Simulated, reference: &Reference, host: &str) -> Result<Way, DriverError> {
    let told = sim.perform(Operation::WayTo, Some(reference), |state| way(state, reference, host).map(Some));
    Ok(told.await?.unwrap_or(Way::Here))
}

pub(super) async fn move_guest(sim: &Simulated, reference: &Reference, host: &str) -> Result<Progress<Guest>, DriverError> {
    let moved = sim.work(Operation::MoveGuest, reference, |state| {
        let way = way(state, reference, host)?;
        let machine = state.machine(reference)?;
        machine.host = Some(host.to_owned());
        if way == Way::Restart {
            machine.power_off();
            machine.power_on();
        }
        Ok(machine.guest())
    });
    match moved.await? {
        Some(progress) => Ok(progress),
        None => sim.peek(reference).map(Progress::Done),
    }
}
