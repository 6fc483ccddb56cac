//! A guest that goes to another host of its hypervisor and comes back, and one that is kept off a host when it is made.

use super::expect::{Violation, boots, finished, holds, must, reads_mark, status_is, writes_mark};
use crate::{Capabilities, Driver, DriverError, Feature, GuestSpec, Reference, Status, Way};

/// A running guest is moved and moved back without power. It is left running where it was.
pub(super) async fn moves(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    let reference = &spec.reference;
    if !can.has(Feature::Move) {
        for answer in [driver.way_to(reference, "elsewhere").await.err(), driver.move_guest(reference, "elsewhere").await.err()] {
            must("what a driver cannot do is Unsupported", matches!(answer, Some(DriverError::Unsupported { .. })), &answer)?;
        }
        return Ok(());
    }
    let hosts = holds("the inventory is told", driver.inventory().await)?.hosts;
    let found = holds("the guest is found", driver.find(reference).await)?;
    let home = found.as_ref().and_then(|guest| guest.host.clone());
    let home = home.ok_or_else(|| Violation { rule: "a guest tells its host where there are several", found: format!("{found:?}") })?;
    let away = hosts.iter().find(|host| host.name != home && host.online && host.takes_guests);
    let away = away.ok_or_else(|| Violation { rule: "whoever can move guests has another host", found: format!("{hosts:?}") })?.name.clone();

    let way = holds("the way to where it is is told", driver.way_to(reference, &home).await)?;
    must("a guest is where it is", way == Way::Here, way)?;
    let way = holds("the way to another host is told", driver.way_to(reference, &away).await)?;
    must("a running guest moves live or is restarted", matches!(way, Way::Live | Way::Restart), way)?;
    for answer in [driver.way_to(reference, "no-such-host").await.err(), driver.move_guest(reference, "no-such-host").await.err()] {
        must("a host that is not there is refused", matches!(answer, Some(DriverError::Refused { .. })), &answer)?;
    }
    let nobody = holds("a reference is accepted", Reference::parse("vm_conformance-nobody"))?;
    let answer = driver.move_guest(&nobody, &away).await;
    must("moving what is not there is NotFound", matches!(answer, Err(DriverError::NotFound { .. })), &answer)?;

    writes_mark(driver, spec, 4).await?;
    let moved = finished("a running guest moves", async || driver.move_guest(reference, &away).await).await?;
    must("it is where it was sent", moved.host.as_ref() == Some(&away), &moved)?;
    status_is(driver, reference, Status::Running, "a guest that ran runs after it moved").await?;
    reads_mark(driver, spec, 4, "its disk came with it").await?;
    is_on(driver, reference, &away).await?;
    let again = finished("moving a guest to where it is succeeds", async || driver.move_guest(reference, &away).await).await?;
    must("it stays there", again.host.as_ref() == Some(&away), &again)?;

    holds("a running guest is cut off", driver.stop(reference).await)?;
    let way = holds("the way back is told", driver.way_to(reference, &home).await)?;
    must("a guest without power moves as it is", way == Way::Stopped, way)?;
    let back = finished("a stopped guest moves", async || driver.move_guest(reference, &home).await).await?;
    must("it is back, and stopped", back.host.as_ref() == Some(&home) && back.status == Status::Stopped, &back)?;
    is_on(driver, reference, &home).await?;
    boots(driver, spec).await?;
    reads_mark(driver, spec, 4, "its disk came back with it").await?;
    apart(driver, spec, &hosts.into_iter().map(|host| host.name).collect::<Vec<_>>(), &home).await
}

async fn is_on(driver: &dyn Driver, reference: &Reference, host: &str) -> Result<(), Violation> {
    let listed = holds("guests are listed", driver.list().await)?;
    let on: Vec<_> = listed.iter().filter(|guest| guest.reference == *reference).map(|guest| guest.host.as_deref()).collect();
    must("the list tells where it is, once", on == [Some(host)], &listed)
}

/// A guest is made on no host that is to be avoided.
async fn apart(driver: &dyn Driver, spec: &GuestSpec, hosts: &[String], home: &str) -> Result<(), Violation> {
    let reference = holds("a reference is accepted", Reference::parse("vm_conformance-apart"))?;
    let apart = GuestSpec { reference, hostname: "conformance-apart".to_owned(), mac: "52:54:00:c0:f0:07".to_owned(), ..spec.clone() };
    let nowhere = GuestSpec { avoid: hosts.to_vec(), ..apart.clone() };
    let answer = driver.ensure(&nowhere).await;
    must("a guest that every host is closed to is not made", matches!(answer, Err(DriverError::Full { .. })), &answer)?;
    status_is(driver, &apart.reference, Status::Absent, "nothing is left of it").await?;
    let made = driver.ensure(&GuestSpec { avoid: vec![home.to_owned()], ..apart.clone() }).await;
    match &made {
        Ok(guest) => must("a guest is not made on a host to avoid", guest.host.as_deref().is_some_and(|host| host != home), &made)?,
        // Where disks can be made on one host only, there is none left.
        answer => must("or there is no room for it", matches!(answer, Err(DriverError::Full { .. })), answer)?,
    }
    holds("the guest is removed", driver.destroy(&apart.reference).await)
}
