//! Backups: consistent while the installation serves, the same for both engines, encrypted under a
//! key derived from the root key, and in two parts. What is kept long holds no data key; the data
//! keys are kept apart and for a shorter time, so that whoever is erased is soon erased there too.

mod hold;
mod make;
mod pack;
mod restore;
mod rotate;
mod transfer;
mod verify;

use kernel::db::Database;
use kernel::map::Table;
use kernel::seal::RootKey;
use kernel::{Error, Result};

pub use hold::Hold;
pub use make::{Made, make};
pub use restore::{Restored, restore};
pub use rotate::rotate_keys;
pub use transfer::{Moved, move_to_postgres};
pub use verify::{Check, verify, verify_files};

use crate::config::Config;
use crate::modules;

/// What a command says while it works.
pub type Say<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// The table whose rows are in the part that is kept for a shorter time.
const KEYS: &str = "kernel_key";
/// The end of the names of both parts.
const DATA: &str = "data";
const KEYS_END: &str = "keys";

/// The installation's root key, which no backup holds.
fn root_key(config: &Config) -> Result<RootKey> {
    let path = config.root_key();
    if !path.exists() {
        return Err(Error::conflict(format!(
            "There is no root key at {}. Put back the copy that you keep of it; without it nothing sealed can be read.",
            path.display()
        )));
    }
    RootKey::load_or_create(&path)
}

/// The database as it is, if this version of the program knows all of it.
async fn known_database(config: &Config) -> Result<Database> {
    let database = Database::connect(&config.database_url()).await?;
    if modules::data_map().lint(&database.live_schema().await?).is_empty() {
        return Ok(database);
    }
    Err(Error::conflict(
        "The database is of another version than this program. Use the version that serves it, or start this one once so that it brings the database up to date.",
    ))
}

/// Every table of the map.
fn tables() -> Vec<Table> {
    modules::data_map().tables.values().copied().collect()
}
