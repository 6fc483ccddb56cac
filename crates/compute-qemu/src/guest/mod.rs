//! One guest on this host: its folder and sockets, what is remembered about it, its disk and seed, its command line.

pub(crate) mod command;
pub(crate) mod disk;
pub(crate) mod extra;
pub(crate) mod place;
pub(crate) mod port;
pub(crate) mod record;
pub(crate) mod seed;

pub(crate) use compute_host::lock;
