//! Private networks: each is a network namespace of its own with a bridge, a port for each guest, a name server and a filter.
//!
//! `record` is what is remembered, `names` what things are called on the host, `rules` the filter as text, `resolver` the process that
//! hands out leases and names, `wire` brings all of it into being from the records, `ipv6` its part with public addresses, [`port`] is where a guest is plugged in, [`change`]
//! what drivers ask for, [`host`] says whether this host can, [`Home`] is where they are kept.
//! Everything but the records can be lost at any time, by a restart of the host for example: it is made anew from them.

pub mod change;
mod home;
pub mod host;
mod ipv6;
mod names;
pub mod port;
mod record;
mod resolver;
mod rules;
mod wire;

pub use home::Home;
pub use record::{Lan, Seat, all};
