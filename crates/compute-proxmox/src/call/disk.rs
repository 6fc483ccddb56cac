//! Calls about what is kept of a guest's disk: snapshots and backups.

use reqwest::Method;

use super::At;
use crate::client::{Call, Params};

pub(crate) fn snapshots(at: &At) -> Call {
    at.call(Method::GET, &["snapshot"])
}

pub(crate) fn take_snapshot(at: &At, name: &str, memory: bool) -> Call {
    let params = Params::new().with("snapname", name);
    // Containers have no memory to keep and do not know the parameter.
    let params = if memory { params.flag("vmstate", true) } else { params };
    at.call(Method::POST, &["snapshot"]).with(params).makes(at.kind.of("qmsnapshot", "vzsnapshot"))
}

pub(crate) fn roll_back(at: &At, name: &str) -> Call {
    at.call(Method::POST, &["snapshot", name, "rollback"]).makes(at.kind.of("qmrollback", "vzrollback"))
}

pub(crate) fn delete_snapshot(at: &At, name: &str) -> Call {
    at.call(Method::DELETE, &["snapshot", name]).makes(at.kind.of("qmdelsnapshot", "vzdelsnapshot"))
}

/// Backs a guest up while it runs; `notes` finds the archive again, whose own name nobody can choose.
pub(crate) fn back_up(at: &At, storage: &str, notes: &str) -> Call {
    let params = Params::new()
        .with("vmid", at.vmid)
        .with("storage", storage)
        .with("mode", "snapshot")
        .with("compress", "zstd")
        .flag("remove", false)
        .with("notes-template", notes);
    Call::new(Method::POST, &["nodes", &at.node, "vzdump"]).with(params).makes("vzdump")
}
