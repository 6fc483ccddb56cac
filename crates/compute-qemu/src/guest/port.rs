//! Ports on 127.0.0.1 that lead to guests' SSH servers.

use std::{collections::BTreeSet, fs, path::Path};

use compute_driver::DriverError;
use compute_host::port;
pub(crate) use compute_host::port::is_free;

use super::{
    place::guests,
    record::{self, Record},
};
use crate::settings::Settings;

/// A port for a new guest: the one that is wished for, or the first that no guest has and nobody listens on.
///
/// The caller holds the lock of ports until the guest's record is in place.
pub(crate) fn choose(settings: &Settings, wish: Option<u16>) -> Result<u16, DriverError> {
    port::choose(settings.ssh_ports.clone(), &taken(&settings.data_dir), wish)
}

fn taken(data_dir: &Path) -> BTreeSet<u16> {
    let Ok(entries) = fs::read_dir(guests(data_dir)) else {
        return BTreeSet::new();
    };
    entries.flatten().filter_map(|entry| record::read::<Record>(&entry.path().join(record::FILE))).map(|record| record.ssh_port).collect()
}
