//! Calls that reach into a guest: consoles, and the agent in it.

use reqwest::Method;

use super::At;
use crate::client::{Call, Params};

/// Asks for a screen; the answer's ticket lives 40 seconds, its listener ten.
pub(crate) fn screen(at: &At) -> Call {
    at.call(Method::POST, &["vncproxy"]).with(Params::new().flag("websocket", true))
}

/// Asks for a terminal; a virtual machine needs a serial line for it.
pub(crate) fn terminal(at: &At) -> Call {
    at.call(Method::POST, &["termproxy"])
}

/// The websocket behind either of them.
pub(crate) fn websocket(at: &At, port: &str, ticket: &str) -> Call {
    at.call(Method::GET, &["vncwebsocket"]).with(Params::new().with("port", port).with("vncticket", ticket))
}

pub(crate) fn ping(at: &At) -> Call {
    at.call(Method::POST, &["agent", "ping"])
}

/// The guest's own addresses, as its agent tells them.
pub(crate) fn interfaces(at: &At) -> Call {
    at.call(Method::GET, &["agent", "network-get-interfaces"])
}

/// A container's addresses; there the node itself knows them.
pub(crate) fn container_interfaces(at: &At) -> Call {
    at.call(Method::GET, &["interfaces"])
}

/// Sets a password that is hashed already.
pub(crate) fn set_password(at: &At, user: &str, hash: &str) -> Call {
    let params = Params::new().with("username", user).with("password", hash).flag("crypted", true);
    at.call(Method::POST, &["agent", "set-user-password"]).with(params)
}

/// Runs a program in the guest, with `input` on its standard input.
pub(crate) fn run(at: &At, command: &[&str], input: &str) -> Call {
    let params = command.iter().fold(Params::new(), |params, word| params.with("command", word));
    at.call(Method::POST, &["agent", "exec"]).with(params.with("input-data", input))
}

/// How a program in the guest came to its end.
pub(crate) fn ran(at: &At, pid: u64) -> Call {
    at.call(Method::GET, &["agent", "exec-status"]).with(Params::new().with("pid", pid))
}
