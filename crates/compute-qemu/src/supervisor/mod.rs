//! The small process that stays with each guest, so that guests outlive the server.
//!
//! `run` starts QEMU and waits for its end, `line` owns the serial socket and serves any number of consoles,
//! `ring` keeps what was printed last, `traffic` counts the network's bytes.

mod line;
mod ring;
mod run;
mod traffic;

pub(crate) use ring::LIMIT as BACKLOG_LIMIT;
pub(crate) use run::Orders;
pub use run::supervise;
