//! What a customer does first: the prompt, SSH with their key, the way out.

use std::time::Instant;

use compute_driver::{ConsoleKind, Driver, DriverError, InForce, PasswordHash, Status};

use crate::world::{World, new_key, ssh, types, until};

#[tokio::test]
async fn the_injected_name_prompts_the_injected_key_opens_and_traffic_is_counted() {
    let world = World::new().await;
    let mut spec = world.spec("vm_console");
    spec.ssh_keys = vec![new_key(&world.folder)];
    spec.user_data = Some("#!/bin/sh\necho once >>/data/user-data\n".to_owned());

    world.driver.ensure(&spec).await.unwrap();
    let begun = Instant::now();
    let mut line = world.booted(&spec).await;
    eprintln!("prompt after {:.2} s", begun.elapsed().as_secs_f32());
    let answer = world.driver.console(&spec.reference, ConsoleKind::Screen).await.err();
    assert!(matches!(answer, Some(DriverError::Unsupported { .. })), "{answer:?}");

    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    until("SSH with the injected key", async || ssh(&world.folder, port, "hostname").await.stdout == b"web-1\n").await;
    eprintln!("SSH after {:.2} s", begun.elapsed().as_secs_f32());
    let stranger = tempfile::tempdir().unwrap();
    new_key(&stranger);
    assert!(!ssh(&stranger, port, "hostname").await.status.success(), "another key stays outside");

    let sent = ssh(&world.folder, port, "head -c 300000 /dev/zero").await.stdout;
    assert_eq!(sent.len(), 300_000);
    until("the sent bytes are counted", async || {
        let figures = world.driver.measure(&spec.reference).await.unwrap();
        figures.net_sent_bytes > 300_000 && figures.net_received_bytes > 1_000 && figures.cpu_us > 0 && figures.memory_used_bytes > 0
    })
    .await;
    let before = world.driver.measure(&spec.reference).await.unwrap();
    assert!(before.net_received_bytes < before.net_sent_bytes, "directions are as the container sees them: {before:?}");
    assert!(before.disk_writes > 0 && before.disk_written_bytes > 0, "{before:?}");

    types(&mut line, "echo stays >/data/note; sync; poweroff", "poweroff").await;
    until("the container has powered off by itself", async || world.driver.status(&spec.reference).await == Ok(Status::Stopped)).await;
    world.driver.start(&spec.reference).await.unwrap();
    until("what was written is there after a restart, and user data ran once", async || {
        ssh(&world.folder, port, "cat /data/note /data/user-data").await.stdout == b"stays\nonce\n"
    })
    .await;
    let after = world.driver.measure(&spec.reference).await.unwrap();
    assert!(after.net_sent_bytes > 300_000, "traffic is counted over restarts: {after:?}");
    world.driver.destroy(&spec.reference).await.unwrap();
    world.nothing_is_left();
}

#[tokio::test]
async fn keys_and_passwords_are_in_force_at_once_or_at_the_next_start() {
    let world = World::new().await;
    let spec = world.spec("vm_access");
    let mut line = world.booted(&spec).await;
    let port = world.driver.find(&spec.reference).await.unwrap().unwrap().ssh.unwrap().port;
    let key = new_key(&world.folder);
    assert_eq!(world.driver.authorise_key(&spec.reference, &key).await, Ok(InForce::Now));
    until("the new key lets us in at once", async || ssh(&world.folder, port, "true").await.status.success()).await;
    let hash = PasswordHash::parse("$6$saltsalt$abcdefghijklmnopqrstuvwxyz").unwrap();
    assert_eq!(world.driver.set_password(&spec.reference, &hash).await, Ok(InForce::Now));
    types(&mut line, "grep ^root: /etc/shadow; ls -ln /etc/shadow", "root:$6$saltsalt$abcdefghijklmnopqrstuvwxyz:").await;

    world.driver.stop(&spec.reference).await.unwrap();
    let second = tempfile::tempdir().unwrap();
    let key = new_key(&second);
    assert_eq!(world.driver.authorise_key(&spec.reference, &key).await, Ok(InForce::Now));
    world.driver.start(&spec.reference).await.unwrap();
    until("both keys let us in after a start", async || {
        ssh(&world.folder, port, "true").await.status.success() && ssh(&second, port, "true").await.status.success()
    })
    .await;
    world.driver.destroy(&spec.reference).await.unwrap();
}

#[tokio::test]
async fn the_host_routes_and_keeps_containers_apart() {
    let world = World::new().await;
    let (one, two) = (world.spec("vm_one"), world.spec("vm_two"));
    let mut line = world.booted(&one).await;
    drop(world.booted(&two).await);
    let other = world.driver.find(&two.reference).await.unwrap().unwrap().ipv4.unwrap();
    let own = world.driver.find(&one.reference).await.unwrap().unwrap().ipv4.unwrap();
    assert_ne!(own, other);
    // The host answers its containers' pings and nothing else; another container does not answer at all.
    let gateway = "ip route | awk '/default/ {print $3}'";
    types(&mut line, &format!("ping -c 1 -W 2 $({gateway}) >/dev/null && echo gateway-$((1+1))"), "gateway-2").await;
    types(&mut line, &format!("ping -c 1 -W 1 {other} >/dev/null || echo apart-$((1+1))"), "apart-2").await;
    let listener = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    types(&mut line, &format!("nc -w 1 $({gateway}) {port} </dev/null || echo closed-$((1+1))"), "closed-2").await;
    // What leaves under another's address is dropped, and it cannot even take one.
    types(&mut line, "ip addr add 10.98.200.200/32 dev eth0 2>/dev/null || echo bound-$((1+1))", "bound-2").await;
    for spec in [&one, &two] {
        world.driver.destroy(&spec.reference).await.unwrap();
    }
    world.nothing_is_left();
}
