//! One guest's life, from before it exists until it is gone, with every promise of the trait asked on the way.

use tokio::io::AsyncWriteExt;

use super::{
    disk,
    expect::{
        FROM_OUTSIDE, Violation, boots, capabilities, count_prompts, holds, keeps_backlog, looks_inside, must, obeys_power_button, once_in_list, prompts,
        reads, restarts_when_asked, status_is,
    },
    image, keep, moving, network, reshape,
};
use crate::{ConsoleKind, Driver, DriverError, Feature, GuestSpec, Reference, Status};

/// Asks `driver` for everything the trait promises, with a guest made from `template`.
///
/// The template's serial line must come to a shell whose prompt shows the host name and which knows `expr`; what is under `/data` must be
/// on the guest's disk. [`crate::simulated::shell`] knows every line that is typed.
///
/// # Errors
/// The first promise that was not kept. The guest is removed in that case too, as far as the driver lets us.
pub async fn check(driver: &dyn Driver, template: &str) -> Result<(), Violation> {
    let spec = GuestSpec {
        reference: holds("a reference is accepted", Reference::parse(&format!("vm_conformance-{template}")))?,
        hostname: "conformance-one".to_owned(),
        ssh_keys: vec!["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOdpY1OKeqP8SWJB0vHKqnLeqF1sYsr1V3Gz0YQTG4s conformance".to_owned()],
        cpus: 1,
        memory_mib: 256,
        disk_gib: 1,
        template: template.to_owned(),
        mac: "52:54:00:c0:f0:01".to_owned(),
        ssh_port: None,
        user_data: None,
        password: None,
        card: None,
        cut_off: false,
        avoid: Vec::new(),
    };
    let outcome = life(driver, &spec).await;
    if outcome.is_err() {
        // The violation is what matters; a driver that cannot clean up after it has shown its fault already.
        let _cleaned = driver.destroy(&spec.reference).await;
        disk::clear(driver, &spec).await;
    }
    outcome
}

/// The same as far as it can be seen from outside: for guests that run and have no shell. Left out are consoles, rebuilding, because only
/// the inside tells a fresh disk from the old one, and what `without` names.
///
/// # Errors
/// As [`check`].
pub async fn check_from_outside(driver: &dyn Driver, template: &str, without: &[Feature]) -> Result<(), Violation> {
    FROM_OUTSIDE.scope(without.to_vec(), check(driver, template)).await
}

async fn life(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    before_it_exists(driver, spec).await?;
    creation(driver, spec).await?;
    running(driver, spec).await?;
    let can = capabilities(driver).await?;
    reshape::pace(driver, spec, &can).await?;
    reshape::access(driver, spec, &can).await?;
    if !can.has(Feature::PrivateNetworks) {
        reshape::filters(driver, spec, &can).await?;
    }
    reshape::inventory(driver, spec, &can).await?;
    moving::moves(driver, spec, &can).await?;
    power(driver, spec).await?;
    let rebuilt = if looks_inside() {
        rebuilding(driver, spec).await?
    } else {
        boots(driver, spec).await?;
        spec.clone()
    };
    keep::snapshots(driver, &rebuilt, &can).await?;
    keep::backups(driver, &rebuilt, &can).await?;
    image::images(driver, &rebuilt, &can).await?;
    let mut resized = rebuilt;
    boots(driver, &resized).await?;
    reshape::size(driver, &mut resized, &can).await?;
    reshape::rescue(driver, &resized, &can).await?;
    network::join(driver, &mut resized, &can).await?;
    boots(driver, &resized).await?;
    network::live(driver, &resized, &can).await?;
    disk::disks(driver, &resized, &can).await?;
    destruction(driver, &resized).await?;
    disk::leave(driver, &resized, &can).await?;
    network::leave(driver, &resized).await
}

async fn before_it_exists(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let reference = &spec.reference;
    let can = holds("capabilities are told", driver.capabilities().await)?;
    must("the template is offered", can.templates.contains(&spec.template), &can.templates)?;

    holds("destroying what is not there succeeds", driver.destroy(reference).await)?;
    let found = holds("finding what is not there succeeds", driver.find(reference).await)?;
    must("what is not there is not found", found.is_none(), &found)?;
    status_is(driver, reference, Status::Absent, "what is not there is absent").await?;
    for (rule, answer) in [
        ("starting what is not there is NotFound", driver.start(reference).await.err()),
        ("stopping what is not there is NotFound", driver.stop(reference).await.err()),
        ("measuring what is not there is NotFound", driver.measure(reference).await.err()),
        ("rebuilding what is not there is NotFound", driver.rebuild(spec).await.err()),
    ] {
        must(rule, matches!(answer, Some(DriverError::NotFound { .. })), &answer)?;
    }

    let wrong = [GuestSpec { hostname: "-".to_owned(), ..spec.clone() }, GuestSpec { template: "no-such-template".to_owned(), ..spec.clone() }];
    for spec in wrong {
        let answer = driver.ensure(&spec).await;
        must("an impossible spec is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;
    }
    status_is(driver, reference, Status::Absent, "a refused spec leaves nothing").await
}

async fn creation(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let reference = &spec.reference;
    let first = holds("a guest is created", driver.ensure(spec).await)?;
    must("a new guest is stopped", first.status == Status::Stopped, &first)?;
    let second = holds("ensuring twice succeeds", driver.ensure(spec).await)?;
    must("ensuring twice finds the same guest", first == second, (&first, &second))?;
    let found = holds("the guest is found", driver.find(reference).await)?;
    must("a new guest is as large as it was ordered", first.size == spec.size(), &first)?;
    must("finding tells what ensuring told", found.as_ref() == Some(&first), &found)?;
    once_in_list(driver, reference, 1).await?;

    let other = GuestSpec { memory_mib: spec.memory_mib * 2, ..spec.clone() };
    let answer = driver.ensure(&other).await;
    must("another shape under the same reference is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;

    let answer = driver.reset(reference).await;
    must("resetting a stopped guest is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let answer = driver.console(reference, ConsoleKind::Serial).await.err();
    must("a stopped guest has no console", matches!(answer, Some(DriverError::Conflict { .. })), &answer)
}

async fn running(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let reference = &spec.reference;
    holds("a guest starts", driver.start(reference).await)?;
    status_is(driver, reference, Status::Running, "a started guest runs").await?;
    holds("starting a running guest succeeds", driver.start(reference).await)?;
    prompts(driver, spec, 1, "the serial line shows the injected host name").await?;

    if looks_inside() {
        consoles(driver, spec).await?;
    }
    let figures = holds("a running guest is measured", driver.measure(reference).await)?;
    must("uptime, memory and disk are counted", figures.uptime_us > 0 && figures.memory_used_bytes > 0 && figures.disk_allocated_bytes > 0, figures)
}

/// Several readers of a line see what one of them typed, and the screen is there.
async fn consoles(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let reference = &spec.reference;
    let mut one = holds("a serial console opens", driver.console(reference, ConsoleKind::Serial).await)?;
    let mut two = holds("a second serial console opens", driver.console(reference, ConsoleKind::Serial).await)?;
    if !keeps_backlog(driver).await? {
        holds("a serial console takes input", one.write_all(b"\n").await)?;
    }
    reads(&mut one, &spec.hostname, "a serial console begins with the backlog").await?;
    holds("a serial console takes input", one.write_all(b"expr 41000 + 967\n").await)?;
    reads(&mut one, "41967", "a serial console shows the answer").await?;
    reads(&mut two, "41967", "every open serial console shows the answer").await?;
    drop((one, two));

    if holds("capabilities are told", driver.capabilities().await)?.screen_console {
        let mut screen = holds("the screen opens", driver.console(reference, ConsoleKind::Screen).await)?;
        reads(&mut screen, "RFB 003.008\n", "the screen speaks RFB 3.8").await?;
    }
    Ok(())
}

async fn power(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    let reference = &spec.reference;
    restarts_when_asked(driver, spec).await?;
    let seen = count_prompts(driver, spec).await?;
    holds("a running guest resets", driver.reset(reference).await)?;
    prompts(driver, spec, seen + 1, "a reset guest comes back").await?;

    obeys_power_button(driver, reference).await?;
    holds("the power button of a stopped guest does nothing", driver.shutdown(reference).await)?;
    let answer = driver.reboot(reference).await;
    must("rebooting a stopped guest is a conflict", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let figures = holds("a stopped guest is measured", driver.measure(reference).await)?;
    must("a stopped guest has a disk and no uptime", figures.uptime_us == 0 && figures.disk_allocated_bytes > 0, figures)?;
    if keeps_backlog(driver).await? {
        must("the backlog of a stopped guest is kept", count_prompts(driver, spec).await? > 0, "no prompt in it")?;
    }

    holds("a stopped guest starts again", driver.start(reference).await)?;
    status_is(driver, reference, Status::Running, "a guest started again runs").await?;
    holds("a running guest is cut off", driver.stop(reference).await)?;
    status_is(driver, reference, Status::Stopped, "a guest cut off is stopped at once").await?;
    holds("stopping a stopped guest succeeds", driver.stop(reference).await)
}

async fn rebuilding(driver: &dyn Driver, spec: &GuestSpec) -> Result<GuestSpec, Violation> {
    let fresh = GuestSpec { hostname: "conformance-two".to_owned(), ..spec.clone() };
    holds("a stopped guest starts again", driver.start(&spec.reference).await)?;
    let rebuilt = holds("a running guest is rebuilt", driver.rebuild(&fresh).await)?;
    must("a rebuilt guest is stopped", rebuilt.status == Status::Stopped, &rebuilt)?;
    let same = holds("the new spec is in force", driver.ensure(&fresh).await)?;
    must("rebuilding keeps the guest", same.reference == spec.reference, &same)?;
    holds("a rebuilt guest starts", driver.start(&spec.reference).await)?;
    prompts(driver, &fresh, 1, "a rebuilt guest takes its seed anew").await?;
    Ok(fresh)
}

async fn destruction(driver: &dyn Driver, spec: &GuestSpec) -> Result<(), Violation> {
    holds("a running guest is destroyed", driver.destroy(&spec.reference).await)?;
    status_is(driver, &spec.reference, Status::Absent, "a destroyed guest is absent").await?;
    holds("destroying twice succeeds", driver.destroy(&spec.reference).await)?;
    once_in_list(driver, &spec.reference, 0).await
}
