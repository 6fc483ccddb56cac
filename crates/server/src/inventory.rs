//! What this program uses besides its database, for the lint: log fields and cookies as the build
//! script found them in the sources, storage keys of the console, hosts of the configuration.

use kernel::map::{DataMap, Endpoint, Goes, Inventory, Used};
use kernel::{Error, Result};
use serde::Deserialize;

use crate::config::{Config, MailTransport};
use crate::modules;

include!(concat!(env!("OUT_DIR"), "/used.rs"));

/// The console's own list; its code can store under no other key.
const STORAGE: &str = include_str!("../../../console/src/storage.json");

#[derive(Deserialize)]
struct StorageKey {
    name: String,
}

/// Everything that an installation with this configuration uses.
///
/// # Errors
/// `Internal` when the console's list cannot be read.
pub fn inventory(config: &Config) -> Result<Inventory> {
    let listed = |list: &[(&str, &str)]| list.iter().map(|(name, place)| Used { name: (*name).to_owned(), place: (*place).to_owned() }).collect::<Vec<_>>();
    let storage: Vec<StorageKey> =
        serde_json::from_str(STORAGE).map_err(|error| Error::internal("console/src/storage.json cannot be read").caused_by(error))?;
    let mut client_keys = listed(COOKIES);
    client_keys.extend(storage.into_iter().map(|key| Used { name: key.name, place: "console/src/storage.json".to_owned() }));
    client_keys.retain(|key| key.name != not_here(config));
    Ok(Inventory { log_fields: listed(LOG_FIELDS), client_keys, endpoints: endpoints(config) })
}

/// The data map of an installation with this configuration.
pub fn data_map(config: &Config) -> DataMap {
    let mut map = modules::data_map();
    map.client_keys.retain(|key| key.name != not_here(config));
    map
}

/// The session's cookie of installations that are reached the other way: with TLS, or without.
fn not_here(config: &Config) -> &'static str {
    if config.is_https() { identity::data_map::SESSION_PLAIN.name } else { identity::data_map::SESSION.name }
}

/// Where messages for each recipient go.
fn endpoints(config: &Config) -> Vec<Endpoint> {
    let mail = match config.mail.transport {
        MailTransport::Mailbox => Goes::Nowhere,
        MailTransport::Smtp => Goes::To { host: config.mail.host.clone(), provider: config.mail.provider.clone() },
    };
    let mut all = vec![Endpoint { recipient: notifications::data_map::SMTP, place: "mail.host", goes: mail }];
    // Clusters of the configuration are among them; each line is bound to the addresses that it was opened with.
    all.push(Endpoint { recipient: compute::data_map::CLUSTER, place: "compute_cluster", goes: Goes::WhereEnrolled });
    all.push(Endpoint { recipient: compute::data_map::PUBLISHER, place: "the operator's imports of images", goes: Goes::WhereEnrolled });
    all
}

/// The same reader as the build script's, so that its tests run with the others.
#[cfg(test)]
#[path = "../build/scan.rs"]
mod scan;
