//! Calls about the cluster's software-defined networks. Changes wait until they are applied to all nodes together.

use reqwest::Method;

use crate::client::{Call, Params};

/// Virtual networks, with what waits to be applied.
pub(crate) fn networks() -> Call {
    Call::new(Method::GET, &["cluster", "sdn", "vnets"]).with(Params::new().flag("pending", true))
}

/// Zones, with what waits to be applied.
pub(crate) fn zones() -> Call {
    Call::new(Method::GET, &["cluster", "sdn", "zones"]).with(Params::new().flag("pending", true))
}

pub(crate) fn create_network(params: Params) -> Call {
    Call::new(Method::POST, &["cluster", "sdn", "vnets"]).with(params)
}

pub(crate) fn change_network(network: &str, params: Params) -> Call {
    Call::new(Method::PUT, &["cluster", "sdn", "vnets", network]).with(params)
}

pub(crate) fn delete_network(network: &str) -> Call {
    Call::new(Method::DELETE, &["cluster", "sdn", "vnets", network])
}

/// Applies whatever waits, on all nodes.
pub(crate) fn apply() -> Call {
    Call::new(Method::PUT, &["cluster", "sdn"])
}
