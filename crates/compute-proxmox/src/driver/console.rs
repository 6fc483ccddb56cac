//! Consoles: a ticket from the node, a websocket behind it, and at once, because both end within seconds.

use compute_driver::{ConsoleKind, ConsoleStream, DriverError, Reference, Status};

use super::{Proxmox, look};
use crate::call::{At, Kind, inside};
use crate::client::{Fields, Trouble};
use crate::console::{Socket, screen, terminal};

/// Connects to a console of a running guest.
pub(super) async fn open(proxmox: &Proxmox, reference: &Reference, kind: ConsoleKind) -> Result<Box<dyn ConsoleStream>, DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    if look::status(&said) == Status::Stopped {
        return Err(DriverError::conflict("the guest does not run"));
    }
    match kind {
        ConsoleKind::Screen if at.kind == Kind::Container => Err(DriverError::unsupported("show the screen of a container, which has none")),
        ConsoleKind::Screen => Ok(Box::new(open_screen(proxmox, &at).await?)),
        ConsoleKind::Serial => Ok(Box::new(open_terminal(proxmox, &at).await?)),
    }
}

/// What the line printed while somebody of this process listened.
pub(super) async fn backlog(proxmox: &Proxmox, reference: &Reference) -> Result<Vec<u8>, DriverError> {
    let (at, _) = proxmox.current(reference).await?;
    Ok(proxmox.shared.terminals.backlog(at.vmid))
}

struct Ticket {
    port: String,
    ticket: String,
    user: String,
    password: String,
}

fn ticket(said: &Fields) -> Result<Ticket, Trouble> {
    let need = |name: &str| said.text(name).ok_or_else(|| Trouble::Unreachable(format!("the console's answer has no {name}")));
    let ticket = need("ticket")?;
    // Since 8.x the password is a field of its own. Before, the ticket was the password, and VNC takes eight characters of one.
    let password = said.text("password").unwrap_or_else(|| ticket.clone()).chars().take(8).collect();
    Ok(Ticket { port: need("port")?, user: said.words("user"), password, ticket })
}

async fn connect(proxmox: &Proxmox, at: &At, ticket: &Ticket) -> Result<Socket, Trouble> {
    let line = proxmox.client().upgrade(&inside::websocket(at, &ticket.port, &ticket.ticket)).await?;
    Ok(Socket::over(line).await)
}

async fn open_screen(proxmox: &Proxmox, at: &At) -> Result<impl ConsoleStream + use<>, DriverError> {
    let ticket = ticket(&Fields::of(proxmox.client().ask(&inside::screen(at)).await?))?;
    let socket = connect(proxmox, at, &ticket).await?;
    screen::open(socket, &ticket.password).await.map_err(|error| DriverError::unavailable(format!("the screen does not open: {error}")))
}

async fn open_terminal(proxmox: &Proxmox, at: &At) -> Result<impl ConsoleStream + use<>, DriverError> {
    let _one = proxmox.shared.terminals.opening.lock().await;
    if let Some(reader) = proxmox.shared.terminals.join(at.vmid) {
        return Ok(reader);
    }
    if at.kind == Kind::Machine && !proxmox.config(at).await?.has_serial() {
        return Err(DriverError::unsupported("open a terminal: this guest has no serial line (add serial0=socket)"));
    }
    let ticket = ticket(&Fields::of(proxmox.client().ask(&inside::terminal(at)).await?))?;
    let mut socket = connect(proxmox, at, &ticket).await?;
    let greeted = terminal::greet(&mut socket, &ticket.user, &ticket.ticket).await;
    greeted.map_err(|error| DriverError::unavailable(format!("the terminal does not open: {error}")))?;
    Ok(proxmox.shared.terminals.host(at.vmid, socket))
}
