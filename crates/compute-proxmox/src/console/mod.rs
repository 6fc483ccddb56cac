//! The far ends of consoles: a websocket with a screen's protocol or a terminal's framing on it.
//!
//! [`socket`] carries the bytes, [`screen`] signs in to a VNC server so that nobody else has to, [`terminal`] shares one line.

pub(crate) mod screen;
mod socket;
pub(crate) mod terminal;

pub(crate) use socket::Socket;
pub(crate) use terminal::Terminals;
