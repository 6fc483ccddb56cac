//! The driver of Proxmox VE clusters: virtual machines and containers by its REST API.
//!
//! Read in this order: [`settings`] (where a cluster is and what of it is ours, [`block`] its IPv6 addresses), [`driver`] (the trait's answers), `call` (what is
//! asked, as values), `client` (how it is asked, and what an answer means), `console` (screens and terminals).
//! What is known of Proxmox VE's habits stands in this crate's README and beside the code that relies on it.

pub mod block;
mod call;
mod client;
mod console;
pub mod driver;
pub mod settings;

pub use block::{Block, Ipv6};
pub use driver::Proxmox;
pub use settings::{Mapping, Origin, Settings, Token};
