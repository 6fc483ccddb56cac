//! What else may change about a guest: its pace, its size, who gets in, what it boots, what it may send.

use super::expect::{Violation, boots, holds, must, status_is};
use crate::{
    Capabilities, Driver, DriverError, Feature, Filter, GuestSpec, InForce, Network, PasswordHash, Protocol, Rule, Size, Status, Verdict, filter::Direction,
};

/// A running guest is held and let go on.
pub(super) async fn pace(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    if !can.has(Feature::Suspend) {
        let answer = driver.suspend(reference).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    for _ in 0..2 {
        holds("a guest is suspended, twice alike", driver.suspend(reference).await)?;
        status_is(driver, reference, Status::Paused, "a suspended guest is paused").await?;
    }
    for _ in 0..2 {
        holds("a guest is resumed, twice alike", driver.resume(reference).await)?;
        status_is(driver, reference, Status::Running, "a resumed guest runs").await?;
    }
    Ok(())
}

/// A guest becomes larger, and is known by its new size. Left running.
pub(super) async fn size(driver: &dyn Driver, spec: &mut GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = spec.reference.clone();
    let mut wanted = spec.size();
    if !can.has(Feature::Resize) && !can.has(Feature::GrowDisk) {
        let answer = driver.resize(&reference, &wanted).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    if can.has(Feature::Resize) {
        wanted.memory_mib += 64;
        wanted.cpus += 1;
    }
    if can.has(Feature::GrowDisk) {
        wanted.disk_gib += 1;
        let less = Size { disk_gib: spec.disk_gib - 1, ..spec.size() };
        let answer = driver.resize(&reference, &less).await;
        must("a smaller disk is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    }
    let waits = holds("a running guest is resized", driver.resize(&reference, &wanted).await)?;
    (spec.cpus, spec.memory_mib, spec.disk_gib) = (wanted.cpus, wanted.memory_mib, wanted.disk_gib);
    if waits == InForce::AfterRestart {
        holds("a running guest is cut off", driver.stop(&reference).await)?;
        boots(driver, spec).await?;
    }
    let found = holds("the guest is found", driver.ensure(spec).await)?;
    must("a resized guest is known by its size", found.size == wanted && found.status == Status::Running, &found)?;
    let again = holds("resizing to the same size succeeds", driver.resize(&reference, &wanted).await)?;
    must("nothing had to change", again == InForce::Now, again)
}

/// A password and a key are taken. That they let somebody in is for the driver's own tests.
pub(super) async fn access(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    if can.has(Feature::SetPassword) {
        let hash = "$6$conformance$W2ZG7c1zr9iVmAHxQw6bGsXNIYe7sBYwSg9b1cLwFhx4v9gyfoJYv1VvXKkQnPpJ5P0vPqXWzYtq0l3q8v0vq1";
        let hash = holds("a hash is accepted", PasswordHash::parse(hash))?;
        holds("a password is set", driver.set_password(reference, &hash).await)?;
    }
    if can.has(Feature::AuthoriseKey) {
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRlY2xhcmVkIGluIHRoZSBjb25mb3JtYW5jZSBz second";
        for _ in 0..2 {
            holds("a key is added, twice alike", driver.authorise_key(reference, key).await)?;
        }
        let answer = driver.authorise_key(reference, "ssh-ed25519 AAAA\npassword: x").await;
        must("a line that is no key is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    }
    Ok(())
}

/// The rescue system runs, and the guest is itself again. Left stopped.
pub(super) async fn rescue(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    if !can.has(Feature::Rescue) {
        let answer = driver.start_rescue(reference).await;
        must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer)?;
        return holds("a running guest is cut off", driver.stop(reference).await);
    }
    for _ in 0..2 {
        holds("the rescue system boots, twice alike", driver.start_rescue(reference).await)?;
        let found = holds("a guest in rescue is found", driver.find(reference).await)?;
        must("it says so", found.as_ref().is_some_and(|guest| guest.rescue && guest.status == Status::Running), &found)?;
    }
    for _ in 0..2 {
        holds("rescue ends, twice alike", driver.end_rescue(reference).await)?;
        let found = holds("a guest after rescue is found", driver.find(reference).await)?;
        must("it is itself again, and stopped", found.as_ref().is_some_and(|guest| !guest.rescue && guest.status == Status::Stopped), &found)?;
    }
    Ok(())
}

/// Filters are taken where they are offered and refused where they make no sense.
pub(super) async fn filters(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    let ssh = Rule { direction: Direction::Inbound, protocol: Protocol::Tcp { ports: 22..=22 }, peer: None, verdict: Verdict::Accept };
    let filter = Filter { anti_spoofing: can.has(Feature::AntiSpoofing), rules: vec![ssh.clone()], inbound: Verdict::Drop, outbound: Verdict::Accept };
    if !can.has(Feature::Firewall) {
        let answer = driver.set_filter(reference, &filter).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    let wrong = Rule { peer: Some(Network { address: [10, 0, 0, 0].into(), prefix: 33 }), ..ssh };
    let answer = driver.set_filter(reference, &Filter { rules: vec![wrong], ..filter.clone() }).await;
    must("an impossible rule is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    for filter in [&filter, &filter, &Filter::open()] {
        holds("a filter is set, twice alike, and opened", driver.set_filter(reference, filter).await)?;
    }
    Ok(())
}

/// The hypervisor tells what it consists of.
pub(super) async fn inventory(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let told = holds("the inventory is told", driver.inventory().await)?;
    must("there is a host that answers", told.hosts.iter().any(|host| host.online && host.cpus > 0 && host.memory_mib > 0), &told)?;
    must("there is room for disks", told.storages.iter().any(|storage| storage.disks && storage.total_mib > 0), &told)?;
    must("the template is in it", told.templates.iter().any(|template| template.name == spec.template), &told)?;
    if !can.has(Feature::Adopt) {
        let answer = driver.strangers().await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    let strangers = holds("strangers are listed", driver.strangers().await)?;
    must("a guest of ours is no stranger", strangers.iter().all(|one| one.name != spec.reference.as_str()), &strangers)?;
    let answer = driver.adopt("no-such-address", &spec.reference).await;
    must("taking over what is not there is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)
}
