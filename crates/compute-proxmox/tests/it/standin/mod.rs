//! Our own stand-in for a cluster: it keeps Proxmox VE's habits, those included that hurt. It knows nothing of the driver.
//!
//! [`server`] speaks TLS and HTTP, [`api`] leads calls to what they do, [`state`] is the cluster, [`guests`], [`keep`], [`wall`]
//! and [`consoles`] are its parts.

mod api;
mod config;
mod consoles;
mod guests;
mod keep;
mod server;
mod state;
mod wall;

pub use server::StandIn;
pub use state::{Fault, Kind, SECRET, TOKEN, stranger};
