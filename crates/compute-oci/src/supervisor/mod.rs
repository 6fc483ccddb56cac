//! The small process that stays with each container, so that containers outlive the server. It lives in a mount namespace of its own,
//! where the disk is mounted: what it mounts vanishes with it and is never seen by others.
//!
//! `orders` is what it is told, `run` its life, `boot` how a container comes up, `terminal` the serial line, `forward` the port for SSH,
//! `fill` and `pack` short tasks on disks, for which the same program is used.

mod boot;
mod fill;
mod forward;
mod orders;
mod pack;
mod run;
mod terminal;

pub(crate) use compute_host::ring::LIMIT as BACKLOG_LIMIT;
pub(crate) use orders::{Fill, Orders, Pack, Run, Source};
pub use run::supervise;

/// What runs the program in a mount namespace of its own. What the host mounts later is seen there too: the network namespaces of
/// private networks are (ip-netns(8)).
pub(crate) const APART: [&str; 4] = ["unshare", "--mount", "--propagation", "slave"];
