//! Calls about the cluster as a whole: what it consists of, who we are in it, its storages and pools.

use reqwest::Method;

use crate::client::{Call, Params};

pub(crate) fn version() -> Call {
    Call::new(Method::GET, &["version"])
}

/// What the token may do, by path.
pub(crate) fn permissions() -> Call {
    Call::new(Method::GET, &["access", "permissions"])
}

/// Everything in the cluster in one answer. It lags behind by up to ten seconds.
pub(crate) fn resources() -> Call {
    Call::new(Method::GET, &["cluster", "resources"])
}

/// The nodes with their certificates' fingerprints.
pub(crate) fn nodes() -> Call {
    Call::new(Method::GET, &["nodes"])
}

pub(crate) fn networks(node: &str) -> Call {
    Call::new(Method::GET, &["nodes", node, "network"]).with(Params::new().with("type", "any_bridge"))
}

pub(crate) fn virtual_networks() -> Call {
    Call::new(Method::GET, &["cluster", "sdn", "vnets"])
}

/// Whether the firewall works at all.
pub(crate) fn firewall() -> Call {
    Call::new(Method::GET, &["cluster", "firewall", "options"])
}

/// What lies on a storage, of one kind.
pub(crate) fn content(node: &str, storage: &str, kind: &str) -> Call {
    Call::new(Method::GET, &["nodes", node, "storage", storage, "content"]).with(Params::new().with("content", kind))
}

pub(crate) fn delete_content(node: &str, storage: &str, volume: &str) -> Call {
    Call::new(Method::DELETE, &["nodes", node, "storage", storage, "content", volume]).makes("imgdel")
}

/// Lets a node fetch a file into a storage.
pub(crate) fn download(node: &str, storage: &str, params: Params) -> Call {
    Call::new(Method::POST, &["nodes", node, "storage", storage, "download-url"]).with(params).makes("download")
}

/// Sends a file into a storage; the file itself comes with the call.
pub(crate) fn upload(node: &str, storage: &str, params: Params) -> Call {
    Call::new(Method::POST, &["nodes", node, "storage", storage, "upload"]).with(params).makes("imgcopy")
}

pub(crate) fn pools() -> Call {
    Call::new(Method::GET, &["pools"])
}

pub(crate) fn create_pool(pool: &str) -> Call {
    Call::new(Method::POST, &["pools"]).with(Params::new().with("poolid", pool).with("comment", "Guests of Fairhold"))
}
