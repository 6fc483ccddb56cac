//! The Debian template: built from Debian's packages, comes to a prompt, lets its owner in, installs, obeys the power button.

use std::time::Instant;

use compute_driver::{Driver, Status};

use crate::world::{World, built, images_dir, new_key, ssh, until};

#[tokio::test]
async fn a_debian_container_lets_its_owner_in_and_obeys_the_power_button() {
    let world = World::new().await;
    built(&images_dir(), "debian-container").await;
    let mut spec = world.spec("vm_debian");
    spec.template = "debian-container".into();
    spec.memory_mib = 256;
    spec.disk_gib = 2;
    spec.ssh_keys = vec![new_key(&world.folder)];
    let begun = Instant::now();
    world.driver.ensure(&spec).await.unwrap();
    eprintln!("disk after {:.2} s", begun.elapsed().as_secs_f32());
    let begun = Instant::now();
    drop(world.booted(&spec).await);
    eprintln!("prompt after {:.2} s", begun.elapsed().as_secs_f32());

    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    let command = "hostname; cat /etc/debian_version; id -u; md5sum </etc/dropbear/key; df -m --output=size / | tail -1; dpkg --audit; ps -p 1 -o comm=";
    until("SSH with the injected key", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let first = String::from_utf8(ssh(&world.folder, port, command).await.stdout).unwrap();
    assert!(first.starts_with("web-1\n12.") && first.ends_with("init\n"), "{first}");
    // Users other than root exist, and what belongs to nobody else is theirs.
    let other = "useradd -m ann && su ann -c 'id -un' && stat -c %U /home/ann && stat -c %U /etc/passwd";
    let said = String::from_utf8(ssh(&world.folder, port, other).await.stdout).unwrap();
    assert_eq!(said, "ann\nann\nroot\n");

    let before = world.driver.measure(&spec.reference).await.unwrap().uptime_us;
    world.driver.reboot(&spec.reference).await.unwrap();
    until("SSH after a restart", async || {
        let now = world.driver.measure(&spec.reference).await.unwrap().uptime_us;
        now > 0 && now < before && ssh(&world.folder, port, "true").await.status.success()
    })
    .await;
    let second = String::from_utf8(ssh(&world.folder, port, command).await.stdout).unwrap();
    assert_eq!(first, second, "name and host key stay");
    world.driver.shutdown(&spec.reference).await.unwrap();
    until("it obeys the power button", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}
