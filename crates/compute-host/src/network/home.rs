//! Where a host keeps its private networks, and whose guests can be in them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::folder::digest;

/// The networks of a host. Drivers that name the same one have their guests in the same networks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    folder: PathBuf,
    drivers: Vec<PathBuf>,
}

impl Home {
    /// Networks in `folder` for the guests of the drivers whose data folders these are.
    pub fn new(folder: impl Into<PathBuf>, drivers: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { folder: folder.into(), drivers: drivers.into_iter().collect() }
    }

    /// Networks of one driver's guests alone, in its data folder.
    pub fn alone(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self::new(data_dir.clone(), [data_dir])
    }

    /// A word for this place that no other has, for [`Capabilities::network_site`](compute_driver::Capabilities::network_site).
    pub fn site(&self) -> String {
        digest(&self.folder.display().to_string())
    }

    /// Where records and locks of networks are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The data folders of all drivers.
    pub(super) fn drivers(&self) -> &[PathBuf] {
        &self.drivers
    }
}
