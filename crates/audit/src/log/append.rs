//! Puts statements on the log, in the transaction that makes them true.

use data_encoding::HEXLOWER;
use kernel::{Error, KeyOwner, Result, Tx};
use serde::Serialize;
use tlog_tiles::{Hash, record_hash, stored_hash_index, stored_hashes_for_record_hash};

use super::model::{Fetched, LogIndex, Opening, Statement, Wanted, arithmetic};
use super::store;
use crate::proof;

/// Appends one statement. With an `owner` its text is sealed under the owner's key and goes with
/// it; without, it is about nobody and stays readable.
///
/// # Errors
/// Database errors.
pub async fn append<T: Serialize + Sync>(tx: &Tx, kind: &str, body: &T, owner: Option<KeyOwner>) -> Result<LogIndex> {
    let statement = Statement::new(kind, tx.cx().now(), body)?;
    append_all(tx, &[(statement, owner)]).await?.first().copied().ok_or_else(|| Error::internal("nothing was appended"))
}

/// Appends several statements in their order, with a handful of statements to the database.
///
/// # Errors
/// Database errors.
pub async fn append_all(tx: &Tx, statements: &[(Statement, Option<KeyOwner>)]) -> Result<Vec<LogIndex>> {
    if statements.is_empty() {
        return Ok(Vec::new());
    }
    // One writer at a time from here to the commit: indexes have no gaps and no two owners.
    let size = store::lock_head(tx).await?;
    let mut fetched = Fetched(store::hashes(tx.db(), &frontier(size)?).await?);
    let mut new = store::New::default();
    let mut indexes = Vec::with_capacity(statements.len());
    for (index, (statement, owner)) in (size..).zip(statements) {
        let opening = Opening { nonce: HEXLOWER.encode(&tx.cx().random::<16>()?), statement: statement.text().to_owned() };
        let leaf = proof::leaf(&opening).map_err(|error| Error::internal("a fresh nonce is malformed").caused_by(error))?;
        let hashes = stored_hashes_for_record_hash(index, record_hash(leaf.as_bytes()), &fetched).map_err(arithmetic)?;
        for (at, hash) in (stored_hash_index(0, index)..).zip(hashes) {
            fetched.0.insert(at, hash);
            new.hashes.push((at, hash));
        }
        new.leaves.push((index, leaf));
        new.bodies.push((index, *owner, opening));
        indexes.push(LogIndex(index));
    }
    store::insert(tx, new, size + statements.len() as u64).await?;
    Ok(indexes)
}

/// The hashes of complete subtrees at the right edge of a tree of `size` leaves: all that later
/// leaves can ever need of the earlier ones.
fn frontier(size: u64) -> Result<Vec<u64>> {
    if size == 0 {
        return Ok(Vec::new());
    }
    Wanted::by(|reader| tlog_tiles::tree_hash(size, reader))
}

/// The root of the first `size` leaves.
pub(super) async fn root(db: &impl sea_orm::ConnectionTrait, size: u64) -> Result<Hash> {
    let fetched = Fetched(store::hashes(db, &frontier(size)?).await?);
    tlog_tiles::tree_hash(size, &fetched).map_err(arithmetic)
}
