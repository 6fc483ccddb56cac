//! Compares what should run with what the hypervisors say, both ways: what changed behind our back
//! becomes a state and an event, and stays a finding; guests that nobody here knows are never touched.

use std::collections::{HashMap, HashSet};

use compute_driver::{Disk, Driver, DriverError, Guest, Status};
use kernel::{ByWorkflow, Cx, Place, Result, Scope, Timestamp};

use super::change;
use super::model::{InstanceId, State};
use super::store::{self, Row};
use crate::drivers::{self, Attached, Drivers};
use crate::node::{self, Node};
use crate::{backup, disk, finding, host};

/// Every state in which a guest may exist.
pub(crate) const PRESENT: &[State] = &[
    State::Provisioning,
    State::Running,
    State::Stopped,
    State::Starting,
    State::Stopping,
    State::Rebooting,
    State::Rebuilding,
    State::Resizing,
    State::Restoring,
    State::Moving,
    State::Suspending,
    State::Suspended,
    State::Resuming,
    State::Rescuing,
    State::Rescue,
    State::Deleting,
    State::Failed,
];

/// One round over all nodes at once, so that none waits for one that does not answer; tells how many machines and disks changed.
/// A node that does not answer is left for the next round.
pub(crate) async fn reconcile(cx: Cx) -> Result<usize> {
    let changed = drivers::each(&cx, look).await?;
    let attached = cx.extension::<Drivers>()?.all();
    for node in node::store::all(cx.db()).await?.into_iter().filter(|node| !attached.contains_key(&node.name)) {
        finding::silent(&cx, &node.name, &DriverError::unavailable(format!("No driver is configured for the node {}.", node.name))).await?;
    }
    let rows = store::on_no_node(cx.db(), &at(Place::Platform)).await?;
    finding::answered(&cx, None, finding::of_machines(&rows, &changed_at(&cx, &rows).await?, cx.now())).await?;
    Ok(changed)
}

/// One node: what it is, and what runs there.
async fn look(cx: Cx, name: String, attached: Attached) -> Result<usize> {
    let listed = match node::meet(&cx, &name, &attached).await? {
        Ok(()) => everything(&*attached.driver).await,
        Err(error) => Err(error),
    };
    let (guests, disks) = match listed {
        Ok(listed) => listed,
        Err(error) => {
            tracing::warn!(node = %name, %error, "what is on a node cannot be listed");
            silent(&cx, &name, &error).await?;
            return Ok(0);
        }
    };
    match node::store::by_name(cx.db(), &name).await? {
        Some(node) => compare(&cx, &node, &*attached.driver, guests, disks.as_deref()).await,
        // A cluster that was removed meanwhile.
        None => Ok(0),
    }
}

/// All that is ours at a hypervisor. One that cannot keep extra disks says nothing of any.
async fn everything(driver: &dyn Driver) -> Result<(Vec<Guest>, Option<Vec<Disk>>), DriverError> {
    let guests = drivers::in_time(driver.list()).await?;
    match drivers::in_time(driver.disks()).await {
        Ok(disks) => Ok((guests, Some(disks))),
        Err(DriverError::Unsupported { .. }) => Ok((guests, None)),
        Err(error) => Err(error),
    }
}

fn at(place: Place) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("compute.instance.reconcile", place)
}

/// A hypervisor whose hosts are all under maintenance may be silent. Another certificate or a refused token is no part of maintenance.
async fn silent(cx: &Cx, name: &str, error: &DriverError) -> Result<()> {
    let Some(node) = node::store::by_name(cx.db(), name).await? else { return finding::silent(cx, name, error).await };
    let closed = host::store::closed_on(cx.db(), node.id).await?;
    let resting = !node.hosts.is_empty() && node.hosts.iter().all(|host| closed.contains(&host.name));
    let expected = resting && !matches!(error, DriverError::Untrusted { .. } | DriverError::Unauthorised { .. });
    if expected { finding::excused(cx, name).await } else { finding::silent(cx, name, error).await }
}

/// Writes on which hosts the guests are, where that is not what we believed; a guest may have been moved at its hypervisor. Work in progress
/// is never interfered with. True when something was written.
pub(crate) async fn follow(cx: &Cx, driver: &dyn Driver, rows: &[Row], guests: &[Guest]) -> Result<bool> {
    let hosts: HashMap<&str, Option<&String>> = guests.iter().map(|guest| (guest.reference.as_str(), guest.host.as_ref())).collect();
    let mut wrote = false;
    for row in rows.iter().filter(|row| !row.state.is_busy()) {
        let told = hosts.get(row.id.to_string().as_str()).copied().flatten();
        let Some(told) = told.filter(|told| row.host_name.as_ref() != Some(*told)) else { continue };
        let host = match &row.host_name {
            None => told.clone(),
            // The list may be older than a move that ended just now.
            Some(_) => match driver.find(&drivers::reference(row.id)?).await.ok().flatten().and_then(|guest| guest.host) {
                Some(host) if Some(&host) != row.host_name.as_ref() => host,
                _ => continue,
            },
        };
        wrote |= settle_on(cx, row, &host).await?;
    }
    Ok(wrote)
}

async fn settle_on(cx: &Cx, row: &Row, host: &str) -> Result<bool> {
    cx.write(async |tx| {
        let now = store::locked(&tx, &at(row.place()), row.id).await?;
        if now.state.is_busy() || now.host_name != row.host_name {
            return Ok(false);
        }
        store::set(&tx, row.id, &[(store::Column::HostName, Some(host.to_owned()).into())]).await?;
        if now.host_name.is_some() {
            tracing::info!(instance = %row.id, "a machine was moved at its hypervisor");
            store::remember(&tx, row.id, now.state, "It was moved to another host at its node.").await?;
        }
        Ok(true)
    })
    .await
}

async fn compare(cx: &Cx, node: &Node, driver: &dyn Driver, mut guests: Vec<Guest>, listed: Option<&[Disk]>) -> Result<usize> {
    // Guests of restore tests stand for no machine; whoever made one removes it.
    let tests = backup::store::tested_on_node(cx.db(), &at(Place::Platform), &node.name).await?;
    let tests: HashSet<String> = tests.iter().map(ToString::to_string).collect();
    guests.retain(|guest| !tests.contains(guest.reference.as_str()));
    // Read after the list: a guest is made only after its row names the node.
    let mut rows = store::on_node(cx.db(), &at(Place::Platform), node.id, PRESENT).await?;
    let seen: HashMap<String, Seen> = guests.iter().map(|guest| (guest.reference.to_string(), Seen::of(guest))).collect();
    let known: HashSet<String> = rows.iter().map(|row| row.id.to_string()).collect();
    // Likewise: a disk is made only after its row names the node.
    let mut disks = disk::store::on_node(cx.db(), &at(Place::Platform), node.id).await?;
    let known_disks: HashSet<String> = disks.iter().map(|row| row.id.to_string()).collect();
    let stray_disks = listed.unwrap_or_default().iter().map(|disk| disk.reference.to_string()).filter(|one| !known_disks.contains(one));
    report_orphans(cx, node, seen.keys().filter(|one| !known.contains(*one)).cloned().chain(stray_disks).collect()).await?;
    if follow(cx, driver, &rows, &guests).await? {
        rows = store::on_node(cx.db(), &at(Place::Platform), node.id, PRESENT).await?;
    }
    let closed = host::store::closed_on(cx.db(), node.id).await?;
    let resting = |row: &Row| closed.iter().any(|name| host::stands_on(node, row, name));
    let mut changed = 0;
    for row in &rows {
        let seen = seen.get(&row.id.to_string()).copied().unwrap_or(Seen::ABSENT);
        if verdict(row.state, seen).is_some() {
            changed += usize::from(correct(cx, driver, row, resting(row)).await?);
        }
    }
    if changed > 0 {
        rows = store::on_node(cx.db(), &at(Place::Platform), node.id, PRESENT).await?;
    }
    let changed_disks = match listed {
        Some(listed) => disk::reconcile(cx, driver, &disks, listed).await?,
        None => 0,
    };
    if changed_disks > 0 {
        disks = disk::store::on_node(cx.db(), &at(Place::Platform), node.id).await?;
    }
    // What machines do while somebody works on their host is no fault of theirs; it is told when that has ended.
    let excused: HashSet<InstanceId> = rows.iter().filter(|row| resting(row)).map(|row| row.id).collect();
    let mut observed = finding::of_node(&rows, &guests, &changed_at(cx, &rows).await?, cx.now());
    observed.retain(|one| !one.is_about(&excused));
    observed.extend(finding::of_disks(&disks, listed.unwrap_or_default()));
    observed.extend(driver.doubts().iter().map(finding::of_silence));
    finding::answered(cx, Some(&node.name), observed).await?;
    Ok(changed + changed_disks)
}

/// Since when machines are as they are, for those whose findings tell.
async fn changed_at(cx: &Cx, rows: &[Row]) -> Result<HashMap<InstanceId, Timestamp>> {
    let told = rows.iter().filter(|row| row.state_reason.is_some() || !matches!(row.state, State::Running | State::Stopped));
    store::changed_at(cx.db(), told.map(|row| row.id)).await
}

/// What a hypervisor says of a guest.
#[derive(Debug, Clone, Copy)]
struct Seen {
    status: Status,
    rescue: bool,
}

impl Seen {
    const ABSENT: Self = Self { status: Status::Absent, rescue: false };

    fn of(guest: &Guest) -> Self {
        Self { status: guest.status, rescue: guest.rescue }
    }
}

/// The state that `seen` calls for, and why, where it contradicts `state`.
///
/// A machine that runs is not called suspended: a snapshot holds it for a moment, too.
fn verdict(state: State, seen: Seen) -> Option<(State, &'static str)> {
    match (state, seen.status) {
        (State::Running | State::Suspended | State::Rescue, Status::Stopped) => {
            Some((State::Stopped, "It stopped on its node, and nobody had asked for that here."))
        }
        (State::Running | State::Stopped | State::Suspended | State::Rescue, Status::Absent) => Some((State::Failed, "It is gone from its node.")),
        (State::Running, Status::Running) if seen.rescue => Some((State::Rescue, "It runs its rescue system.")),
        (State::Rescue, Status::Running) if !seen.rescue => Some((State::Running, "It runs its own system again.")),
        (State::Suspended, Status::Running) => Some((State::Running, "It was resumed at its node.")),
        (State::Stopped, Status::Running) => Some((State::Running, "It was switched on at its node.")),
        (State::Failed, Status::Running) => Some((State::Running, "It is back on its node.")),
        (State::Failed, Status::Stopped) => Some((State::Stopped, "It is back on its node.")),
        _ => None,
    }
}

/// Looks once more, then corrects the row if nothing else has happened to it meanwhile.
async fn correct(cx: &Cx, driver: &dyn Driver, row: &Row, resting: bool) -> Result<bool> {
    let Ok(found) = driver.find(&drivers::reference(row.id)?).await else { return Ok(false) };
    let Some((to, why)) = verdict(row.state, found.as_ref().map_or(Seen::ABSENT, Seen::of)) else { return Ok(false) };
    let why = if resting && to == State::Stopped { "It stopped while its host is under maintenance." } else { why };
    cx.write(async |tx| {
        let now = store::locked(&tx, &at(row.place()), row.id).await?;
        if now.state != row.state || now.operation_id != row.operation_id {
            return Ok(false);
        }
        tracing::warn!(instance = %row.id, why, "a machine changed behind our back");
        change(&tx, &now, to, why).await?;
        Ok(true)
    })
    .await
}

async fn report_orphans(cx: &Cx, node: &Node, mut orphans: Vec<String>) -> Result<()> {
    orphans.sort();
    if orphans == node.orphans {
        return Ok(());
    }
    for reference in orphans.iter().filter(|one| !node.orphans.contains(one)) {
        tracing::warn!(node = %node.name, %reference, "a guest or a disk that nobody here knows; nothing touches it");
    }
    cx.write(async |tx| node::store::set_orphans(&tx, node.id, &orphans).await).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(state: State, status: Status, rescue: bool) -> Option<State> {
        verdict(state, Seen { status, rescue }).map(|(to, _)| to)
    }

    #[test]
    fn an_unknown_status_changes_nothing() {
        for state in PRESENT {
            assert_eq!(says(*state, Status::Unknown, false), None);
            assert_eq!(says(*state, Status::Paused, false), None);
        }
    }

    #[test]
    fn nothing_interferes_with_work_in_progress() {
        for state in PRESENT.iter().filter(|state| state.is_busy()) {
            for status in [Status::Running, Status::Stopped, Status::Absent] {
                assert_eq!(says(*state, status, false), None);
                assert_eq!(says(*state, status, true), None);
            }
        }
    }

    #[test]
    fn rescue_and_suspension_are_shown_as_they_are() {
        assert_eq!(says(State::Running, Status::Running, true), Some(State::Rescue));
        assert_eq!(says(State::Rescue, Status::Running, true), None);
        assert_eq!(says(State::Rescue, Status::Running, false), Some(State::Running));
        assert_eq!(says(State::Rescue, Status::Stopped, true), Some(State::Stopped));
        assert_eq!(says(State::Suspended, Status::Running, false), Some(State::Running));
        assert_eq!(says(State::Suspended, Status::Absent, false), Some(State::Failed));
    }

    #[test]
    fn every_verdict_is_a_change_that_the_rules_allow() {
        for state in PRESENT {
            for status in [Status::Running, Status::Stopped, Status::Absent, Status::Paused] {
                for to in [says(*state, status, false), says(*state, status, true)].into_iter().flatten() {
                    assert!(state.may_become(to), "{state:?} {to:?}");
                }
            }
        }
    }
}
