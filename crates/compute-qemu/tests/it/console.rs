//! What a customer does first: the prompt, the screen, SSH with their key.

use std::time::Instant;

use compute_driver::{ConsoleKind, Driver, Status};
use tokio::io::AsyncWriteExt;

use crate::world::{World, new_key, read_until, ssh, until};

#[tokio::test]
async fn the_injected_name_prompts_the_injected_key_opens_and_traffic_is_counted() {
    let world = World::new().await;
    let mut spec = world.spec("vm_console");
    spec.ssh_keys = vec![new_key(&world.folder)];

    let begun = Instant::now();
    let mut line = world.booted(&spec).await;
    let cpu = world.driver.measure(&spec.reference).await.unwrap().cpu_us;
    eprintln!("prompt after {:.1} s, {:.1} s of processor time", begun.elapsed().as_secs_f32(), cpu as f64 / 1e6);

    let mut screen = world.driver.console(&spec.reference, ConsoleKind::Screen).await.unwrap();
    assert!(read_until(&mut screen, "\n").await.starts_with("RFB 003.008"));

    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    until("SSH with the injected key", async || ssh(&world.folder, port, "hostname").await.stdout == b"web-1\n").await;
    eprintln!("SSH after {:.1} s", begun.elapsed().as_secs_f32());

    let data = ssh(&world.folder, port, "mount | grep /data; head -c 300000 /dev/zero").await.stdout;
    assert!(data.starts_with(b"/dev/vda on /data type ext4"), "the guest has formatted its disk");
    assert!(data.len() > 300_000);
    until("the sent bytes are counted", async || {
        let figures = world.driver.measure(&spec.reference).await.unwrap();
        figures.net_sent_bytes > 300_000 && figures.net_received_bytes > 1_000 && figures.cpu_us > 0
    })
    .await;
    let figures = world.driver.measure(&spec.reference).await.unwrap();
    assert!(figures.net_received_bytes < figures.net_sent_bytes, "directions are as the guest sees them: {figures:?}");

    let stranger = tempfile::tempdir().unwrap();
    new_key(&stranger);
    assert!(!ssh(&stranger, port, "hostname").await.status.success(), "another key stays outside");

    line.write_all(b"echo stays >/data/note; sync; poweroff\n").await.unwrap();
    until("the guest has powered off by itself", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    world.driver.start(&spec.reference).await.unwrap();
    until("what was written to /data is there after a restart", async || ssh(&world.folder, port, "cat /data/note").await.stdout == b"stays\n").await;
    world.driver.destroy(&spec.reference).await.unwrap();
}
