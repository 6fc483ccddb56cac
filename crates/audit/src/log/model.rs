//! Leaves, statements and how hashes are fetched for the tree arithmetic.

use std::collections::HashMap;

use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use tlog_tiles::{Hash, HashReader};
use utoipa::ToSchema;

use crate::proof;

/// The position of a leaf, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct LogIndex(pub u64);

/// The log's name: first line of its checkpoints and name of its key. The server puts it in as an
/// extension when the operator chose one.
#[derive(Debug, Clone)]
pub struct Origin(pub String);

impl Default for Origin {
    fn default() -> Self {
        Self("fairhold.invalid/log".to_owned())
    }
}

/// What is put on record: its text is what the leaf commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement(String);

#[derive(Serialize)]
struct Parts<'a, T> {
    kind: &'a str,
    at: Timestamp,
    body: &'a T,
}

impl Statement {
    /// Writes `body` of `kind` (for example `policy.published`) as a statement made at `at`.
    ///
    /// # Errors
    /// `Internal` when `body` cannot be JSON.
    pub fn new<T: Serialize>(kind: &str, at: Timestamp, body: &T) -> Result<Self> {
        serde_json::to_string(&Parts { kind, at, body }).map(Self).map_err(|error| Error::internal("cannot encode a statement").caused_by(error))
    }

    /// Its JSON text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// A statement with the random bytes that keep its commitment from being guessed.
pub type Opening = proof::Opening;

/// Finds out which hashes a calculation needs by running it once on nothing: the library asks
/// synchronously and in one go, while the database answers later.
#[derive(Default)]
pub(crate) struct Wanted(std::cell::RefCell<Vec<u64>>);

impl HashReader for Wanted {
    fn read_hashes(&self, indexes: &[u64]) -> std::result::Result<Vec<Hash>, tlog_tiles::Error> {
        self.0.borrow_mut().extend_from_slice(indexes);
        Ok(vec![Hash::default(); indexes.len()])
    }
}

impl Wanted {
    /// The stored-hash indexes that `work` asks for.
    pub(crate) fn by<T>(work: impl FnOnce(&Self) -> std::result::Result<T, tlog_tiles::Error>) -> Result<Vec<u64>> {
        let wanted = Self::default();
        work(&wanted).map_err(arithmetic)?;
        Ok(wanted.0.into_inner())
    }
}

/// Hashes that were fetched ahead, by stored-hash index.
#[derive(Debug, Default)]
pub(crate) struct Fetched(pub(crate) HashMap<u64, Hash>);

impl HashReader for Fetched {
    fn read_hashes(&self, indexes: &[u64]) -> std::result::Result<Vec<Hash>, tlog_tiles::Error> {
        indexes.iter().map(|index| self.0.get(index).copied().ok_or(tlog_tiles::Error::IndexesNotInTree)).collect()
    }
}

pub(crate) fn arithmetic(error: tlog_tiles::Error) -> Error {
    Error::internal("the tree of the log does not add up").caused_by(error)
}
