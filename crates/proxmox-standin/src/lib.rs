//! A stand-in for a Proxmox VE cluster: it keeps Proxmox VE's habits, those included that hurt. It knows nothing of the driver.
//! A dev-dependency only; nothing here is part of the product.
//!
//! [`server`] speaks TLS and HTTP, [`api`] leads calls to what they do, [`state`] is the cluster, [`guests`], [`disks`], [`keep`], [`migrate`],
//! [`sdn`], [`wall`] and [`consoles`] are its parts. The program of the same name serves one for a browser's journey.

mod api;
mod config;
mod consoles;
mod disks;
mod guests;
mod keep;
mod migrate;
mod sdn;
mod server;
mod state;
mod wall;

pub use sdn::{Networks, Sdn, Settings};
pub use server::{StandIn, Witness};
pub use state::{Fault, Guest, Kind, SECRET, State, TOKEN, stranger};
