//! Calls about a guest's firewall, which works on the node and not in the guest.

use reqwest::Method;

use super::At;
use crate::client::{Call, Params};

pub(crate) fn options(at: &At) -> Call {
    at.call(Method::GET, &["firewall", "options"])
}

pub(crate) fn set_options(at: &At, params: Params) -> Call {
    at.call(Method::PUT, &["firewall", "options"]).with(params)
}

pub(crate) fn rules(at: &At) -> Call {
    at.call(Method::GET, &["firewall", "rules"])
}

/// Adds a rule in front of all others.
pub(crate) fn add_rule(at: &At, params: Params) -> Call {
    at.call(Method::POST, &["firewall", "rules"]).with(params)
}

pub(crate) fn remove_rule(at: &At, position: u64) -> Call {
    at.call(Method::DELETE, &["firewall", "rules", &position.to_string()])
}

pub(crate) fn sets(at: &At) -> Call {
    at.call(Method::GET, &["firewall", "ipset"])
}

pub(crate) fn add_set(at: &At, name: &str) -> Call {
    at.call(Method::POST, &["firewall", "ipset"]).with(Params::new().with("name", name))
}

/// Removes an empty set.
pub(crate) fn remove_set(at: &At, name: &str) -> Call {
    at.call(Method::DELETE, &["firewall", "ipset", name])
}

pub(crate) fn members(at: &At, set: &str) -> Call {
    at.call(Method::GET, &["firewall", "ipset", set])
}

pub(crate) fn add_member(at: &At, set: &str, network: &str, comment: Option<&str>) -> Call {
    at.call(Method::POST, &["firewall", "ipset", set]).with(Params::new().with("cidr", network).maybe("comment", comment))
}

pub(crate) fn remove_member(at: &At, set: &str, network: &str) -> Call {
    at.call(Method::DELETE, &["firewall", "ipset", set, network])
}
