//! A machine's card: its place and address in a private network. What passes there, and on a card of the machine's own, is said here too.

mod apply;
mod gone;
mod join;
mod model;
pub(crate) mod store;

pub use join::join;
pub use model::{Connection, InstanceNetwork};

pub(crate) use apply::{connect, driver_card, lead, network_ready, say_again, set_filter};
pub(crate) use gone::gone;
pub(crate) use join::{network, pin, put_back};
pub(crate) use model::{Place, Was};
