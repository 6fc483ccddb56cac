//! Proofs out of the stored hashes.

use kernel::{Cx, Error, Result};

use super::model::{Fetched, LogIndex, Wanted, arithmetic};
use super::sign::{newest, verifier_key};
use super::store::{self, Kept};
use crate::proof::ProofBundle;

/// The proof that the leaf at `index` is in the log, with the newest checkpoint. The statement is
/// part of it only if it is about nobody.
///
/// # Errors
/// `NotFound` when there is no such leaf.
pub async fn bundle(cx: &Cx, index: LogIndex) -> Result<ProofBundle> {
    let LogIndex(index) = index;
    let (size, checkpoint) = newest(cx).await?;
    if index >= size {
        return Err(Error::not_found("entry"));
    }
    let wanted = Wanted::by(|reader| tlog_tiles::prove_record(size, index, reader))?;
    let fetched = Fetched(store::hashes(cx.db(), &wanted).await?);
    let proof = tlog_tiles::prove_record(size, index, &fetched).map_err(arithmetic)?;
    let leaf = store::leaves(cx.db(), index, 1).await?.pop().map(|(_, data)| data).ok_or_else(|| Error::internal("a leaf is missing"))?;
    let opening = match store::bodies(cx.db(), index, 1).await?.remove(&index) {
        Some(Kept::Plain(opening)) => Some(opening),
        _ => None,
    };
    Ok(ProofBundle { index, leaf, proof: proof.iter().map(ToString::to_string).collect(), checkpoint, vkey: verifier_key(cx)?, opening })
}

/// The proof that the tree of `old` leaves is the beginning of the tree of `new` leaves
/// (RFC 6962 §2.1.2), as hashes in base64.
///
/// # Errors
/// `Invalid` unless 1 ≤ `old` ≤ `new` ≤ the log's size.
pub async fn consistency(cx: &Cx, old: u64, new: u64) -> Result<Vec<String>> {
    if old == 0 || old > new || new > store::size(cx.db()).await? {
        return Err(Error::invalid("old", "name two sizes that the log has had, the smaller one first"));
    }
    let wanted = Wanted::by(|reader| tlog_tiles::prove_tree(new, old, reader))?;
    let fetched = Fetched(store::hashes(cx.db(), &wanted).await?);
    Ok(tlog_tiles::prove_tree(new, old, &fetched).map_err(arithmetic)?.iter().map(ToString::to_string).collect())
}
