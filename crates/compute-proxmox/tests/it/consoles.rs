//! Consoles: tickets, passwords, framing, and several readers on a line that takes one.

use compute_driver::{ConsoleKind, ConsoleStream, Driver, DriverError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::world::{World, spec};

async fn reads(stream: &mut Box<dyn ConsoleStream>, text: &str) -> String {
    let mut seen = String::new();
    let mut buffer = [0; 1024];
    while !seen.contains(text) {
        let count = tokio::time::timeout(std::time::Duration::from_secs(10), stream.read(&mut buffer)).await.expect("in time").unwrap();
        assert!(count > 0, "the line ended after {seen:?}");
        seen.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    seen
}

/// The screen asks for a password, and nobody but the driver has to know it.
async fn signs_in(world: &World) {
    let (spec, _) = world.running("screen").await;
    let mut screen = world.driver.console(&spec.reference, ConsoleKind::Screen).await.unwrap();
    let mut version = [0; 12];
    screen.read_exact(&mut version).await.unwrap();
    assert_eq!(&version, b"RFB 003.008\n");
    screen.write_all(b"RFB 003.008\n").await.unwrap();
    let mut kinds = [0; 2];
    screen.read_exact(&mut kinds).await.unwrap();
    assert_eq!(kinds, [1, 1], "one kind of security: none");
    screen.write_all(&[1]).await.unwrap();
    assert_eq!(screen.read_u32().await.unwrap(), 0);
    screen.write_all(&[1]).await.unwrap();
    reads(&mut screen, "init:\u{1}").await;
}

#[tokio::test]
async fn the_screen_needs_no_password_of_the_viewer() {
    signs_in(&World::new().await).await;
}

#[tokio::test]
async fn in_old_versions_the_ticket_is_the_password() {
    let world = World::new().await;
    world.cluster.lock().old = true;
    signs_in(&world).await;
}

/// The ticket has characters that mean something in an address, so this also shows that it is encoded.
#[tokio::test]
async fn several_readers_share_a_line() {
    let world = World::new().await;
    let (spec, _) = world.running("shared").await;
    let mut one = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    one.write_all("hostname\nexpr 1 + 41 # ä\n".as_bytes()).await.unwrap();
    reads(&mut one, "shared-host\r\n").await;
    let mut two = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    reads(&mut two, "shared-host\r\n").await;
    two.write_all(b"expr 20 + 3\n").await.unwrap();
    reads(&mut one, "\n23\r").await;
    reads(&mut two, "\n23\r").await;
    assert_eq!(world.cluster.count("POST", "/termproxy"), 1, "the line takes one client");
}

#[tokio::test]
async fn a_line_ends_with_its_guest_and_opens_again() {
    let world = World::new().await;
    let (spec, _) = world.running("ends").await;
    let mut one = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    world.driver.stop(&spec.reference).await.unwrap();
    let mut rest = Vec::new();
    tokio::time::timeout(std::time::Duration::from_secs(10), one.read_to_end(&mut rest)).await.expect("the line ends").unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    let mut again = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    again.write_all(b"hostname\n").await.unwrap();
    reads(&mut again, "ends-host").await;
}

/// 40 seconds after it was made a ticket opens nothing; the driver connects at once, so this is about somebody else's time.
#[tokio::test]
async fn a_ticket_that_is_too_old_is_an_outage_and_not_a_console() {
    let world = World::new().await;
    let (spec, _) = world.running("late").await;
    world.cluster.inject("GET", "/vncwebsocket", proxmox_standin::Fault::Instead { status: 401, reason: "permission denied - invalid PVEVNC ticket".into() });
    let error = world.driver.console(&spec.reference, ConsoleKind::Serial).await.err().unwrap();
    assert!(matches!(error, DriverError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_guest_without_a_serial_line_is_told_apart() {
    let world = World::new().await;
    let (spec, vmid) = world.running("mute").await;
    world.cluster.lock().guests.get_mut(&vmid).unwrap().config.remove("serial0");
    let error = world.driver.console(&spec.reference, ConsoleKind::Serial).await.err().unwrap();
    assert!(matches!(error, DriverError::Unsupported { .. }), "{error:?}");
}

#[tokio::test]
async fn a_container_has_a_terminal_and_no_screen() {
    let world = World::new().await;
    let spec = spec("ct", "contained");
    world.driver.ensure(&spec).await.unwrap();
    world.driver.start(&spec.reference).await.unwrap();
    assert!(matches!(world.driver.console(&spec.reference, ConsoleKind::Screen).await, Err(DriverError::Unsupported { .. })));
    let mut line = world.driver.console(&spec.reference, ConsoleKind::Serial).await.unwrap();
    line.write_all(b"hostname\n").await.unwrap();
    reads(&mut line, "ct-host").await;
}
