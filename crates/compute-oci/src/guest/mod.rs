//! One container on this host: its folder and sockets, what is remembered about it, its disk, ids and network, the runtime that runs
//! it with what configuration, and files inside it.

pub(crate) mod address;
pub(crate) mod config;
pub(crate) mod disk;
pub(crate) mod inside;
pub(crate) mod network;
pub(crate) mod place;
pub(crate) mod record;
pub(crate) mod runtime;
pub(crate) mod welcome;
