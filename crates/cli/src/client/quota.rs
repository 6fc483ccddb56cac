//! What there is, how much there may be, and what is left of that.

use serde_json::{Value, json};

use super::api::Api;
use super::show;
use crate::outcome::Outcome;

/// What counts, by its name in the API and for people.
const COUNTED: [(&str, &str); 9] = [
    ("machines", "Machines"),
    ("cpus", "CPUs"),
    ("memory_mib", "Memory MiB"),
    ("disk_gib", "Disk GiB"),
    ("snapshots", "Snapshots"),
    ("backups", "Backups"),
    ("networks", "Networks"),
    ("addresses", "Addresses"),
    ("images", "Images"),
];
/// What a machine takes of it.
const OF_A_MACHINE: usize = 4;

/// `fairhold quota`
pub async fn run(api: &Api) -> Outcome {
    let quota = api.read("/v1/quota").await?;
    if api.json { show::json(&quota) } else { show::table(&rows(&quota), show::QUOTA) }
}

/// Says what is left for a machine, for somebody who is about to order one.
pub async fn left(api: &Api) -> Outcome {
    let left = rows(&api.read("/v1/quota").await?);
    let words = left.iter().take(OF_A_MACHINE).map(|row| format!("{} {}", row["what"].as_str().unwrap_or_default(), row["left"]));
    show::say(format!("Left of your quota: {}", words.collect::<Vec<_>>().join(", ")));
    Ok(())
}

fn rows(quota: &Value) -> Vec<Value> {
    let row = |(name, what): (&str, &str)| {
        let figure = |which: &str| quota.pointer(&format!("/{name}/{which}")).and_then(Value::as_i64).unwrap_or_default();
        json!({ "what": what, "used": figure("used"), "limit": figure("limit"), "left": (figure("limit") - figure("used")).max(0) })
    };
    COUNTED.into_iter().map(row).collect()
}
