//! The small process that stays with each guest, so that guests outlive the server.
//!
//! `run` starts QEMU and waits for its end, `line` owns the serial socket, `traffic` counts the network's bytes.

mod line;
mod run;
mod traffic;

pub(crate) use compute_host::ring::LIMIT as BACKLOG_LIMIT;
pub(crate) use run::Orders;
pub use run::supervise;
