//! Images that the hypervisor takes in: found or taken in, guests are made of them and boot by themselves, removed when nobody needs them.

use std::{env, fs, path::PathBuf, process};

use sha2::{Digest, Sha256};

use super::bootable::{SAYS, qcow2_disk};
use super::expect::{Violation, finished, holds, must, reads};
use crate::{Capabilities, ConsoleKind, Driver, DriverError, Feature, GuestSpec, ImageSpec, Reference, Status};

/// The name that the suite's image has.
const NAME: &str = "img-conformance";

/// A file that is removed when nobody needs it any more.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        // One that stays behind in the folder for such files harms nobody.
        let _left = fs::remove_file(&self.0);
    }
}

/// An image is taken in, a guest of it boots, and both are removed.
pub(super) async fn images(driver: &dyn Driver, spec: &GuestSpec, can: &Capabilities) -> Result<(), Violation> {
    if !can.has(Feature::Images) {
        let answer = driver.remove_image(NAME).await;
        return must("what a driver cannot do is Unsupported", matches!(answer, Err(DriverError::Unsupported { .. })), &answer);
    }
    let content = qcow2_disk(1 << 30);
    // Several suites may run side by side on one host.
    let disk = Disk(env::temp_dir().join(format!("fairhold-conformance-{}-{:p}.qcow2", process::id(), &raw const content)));
    holds("a file is written", fs::write(&disk.0, &content))?;
    let image = ImageSpec {
        name: NAME.to_owned(),
        file: disk.0.clone(),
        bytes: content.len() as u64,
        sha256: Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect(),
        virtual_bytes: 1 << 30,
        url: None,
    };
    let guest = GuestSpec {
        reference: holds("a reference is accepted", Reference::parse(&format!("{}-image", spec.reference)))?,
        hostname: "conformance-image".to_owned(),
        template: NAME.to_owned(),
        mac: "52:54:00:c0:f0:03".to_owned(),
        card: None,
        ..spec.clone()
    };
    holds("removing an image that is not there succeeds", driver.remove_image(NAME).await)?;
    let answer = driver.ensure(&guest).await.err();
    must("no guest is made of what is not there", matches!(answer, Some(DriverError::Unavailable { .. } | DriverError::Refused { .. })), &answer)?;
    let wrong = ImageSpec { name: "img-../x".to_owned(), ..image.clone() };
    let answer = driver.ensure_image(&wrong).await;
    must("an impossible image is refused", matches!(answer, Err(DriverError::Refused { .. })), &answer)?;

    let outcome = lives(driver, &image, &guest).await;
    let cleared = driver.destroy(&guest.reference).await;
    outcome?;
    holds("the guest is destroyed", cleared)?;
    for _ in 0..2 {
        holds("an image is removed, twice alike", driver.remove_image(NAME).await)?;
    }
    let left = holds("capabilities are told", driver.capabilities().await)?;
    must("a removed image is not offered", !left.templates.iter().any(|name| name == NAME), &left.templates)
}

async fn lives(driver: &dyn Driver, image: &ImageSpec, guest: &GuestSpec) -> Result<(), Violation> {
    for _ in 0..2 {
        finished("an image is taken in, twice alike", async || driver.ensure_image(image).await).await?;
        let can = holds("capabilities are told", driver.capabilities().await)?;
        must("it is offered once", can.templates.iter().filter(|name| *name == NAME).count() == 1, &can.templates)?;
    }
    let made = holds("a guest is made of an image", driver.ensure(guest).await)?;
    must("it is stopped, and of that image", made.status == Status::Stopped && made.template == NAME, &made)?;
    holds("it starts", driver.start(&guest.reference).await)?;
    let mut line = holds("its serial console opens", driver.console(&guest.reference, ConsoleKind::Serial).await)?;
    reads(&mut line, SAYS, "it boots by itself").await?;
    let answer = driver.remove_image(NAME).await;
    must("an image that a guest is made of is not removed", matches!(answer, Err(DriverError::Conflict { .. })), &answer)?;
    let rebuilt = holds("it is rebuilt", driver.rebuild(guest).await)?;
    must("it is stopped and of the same image", rebuilt.status == Status::Stopped && rebuilt.template == NAME, &rebuilt)
}
