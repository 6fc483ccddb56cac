//! Recomputes the whole log from its leaves and says whether it is what was signed.

use std::collections::HashMap;

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Gate, Kind, Place, Result, Scope};
use serde::Serialize;
use tlog_tiles::{record_hash, stored_hash_index, stored_hashes_for_record_hash, tree_hash};

use super::model::{Fetched, arithmetic};
use super::sign::verifier_key;
use super::store::{self, Kept};
use crate::proof;

/// Leaves that are read at once.
const PAGE: u64 = 500;
/// Faults that are listed; a broken log has them by the thousand.
const LISTED: usize = 20;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Leaves in the log.
    pub size: u64,
    /// Statements that were compared with their leaves.
    pub opened: u64,
    /// Statements whose text or key is gone; their leaves still count.
    pub erased: u64,
    /// What is wrong, with the index of the leaf; the first twenty.
    pub broken: Vec<(u64, &'static str)>,
}

impl Report {
    /// True when nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.broken.is_empty()
    }

    fn note(&mut self, index: u64, what: &'static str) {
        if self.broken.len() < LISTED {
            self.broken.push((index, what));
        }
    }
}

/// Recomputes leaves, hashes and the newest checkpoint.
///
/// # Errors
/// Database errors; what is wrong with the log is in the report.
pub async fn verify(cx: &Cx) -> Result<Report> {
    // The checkpoint first: the tree may grow meanwhile, and must hold what was signed before.
    let signed = store::newest_checkpoint(cx.db()).await?;
    let size = store::size(cx.db()).await?;
    let mut report = Report { size, ..Report::default() };
    let mut edge = Fetched::default();
    let at = Scope::<ByWorkflow>::acting("audit.log.verify", Place::Platform);
    let head = match &signed {
        None => None,
        Some((_, note)) => match proof::checkpoint(note, &verifier_key(cx)?) {
            Ok(head) if head.size() <= size => Some(head),
            Ok(_) => {
                report.note(size, "the log is shorter than its checkpoint");
                None
            }
            Err(_) => {
                report.note(size, "the checkpoint is not signed by this instance");
                None
            }
        },
    };
    let mut from = 0;
    while from < size {
        let count = PAGE.min(size - from);
        let leaves: HashMap<u64, String> = store::leaves(cx.db(), from, count).await?.into_iter().collect();
        let stored = stored_hashes(cx, from, count).await?;
        for index in from..from + count {
            let leaf = leaves.get(&index);
            if leaf.is_none() {
                report.note(index, "the leaf is missing");
            }
            let data = leaf.map(String::as_bytes).unwrap_or_default();
            let hashes = stored_hashes_for_record_hash(index, record_hash(data), &edge).map_err(arithmetic)?;
            for (place, hash) in (stored_hash_index(0, index)..).zip(hashes) {
                if stored.get(&place) != Some(&hash) {
                    report.note(index, "a stored hash is not that of its leaves");
                }
                edge.0.insert(place, hash);
            }
            if head.as_ref().is_some_and(|head| head.size() == index + 1 && tree_hash(index + 1, &edge).ok() != Some(*head.hash())) {
                report.note(index, "the leaves are not those that were signed");
            }
        }
        compare(cx, &at, from, count, &leaves, &mut report).await?;
        from += count;
        keep_edge(&mut edge, from)?;
    }
    Ok(report)
}

async fn stored_hashes(cx: &Cx, from: u64, count: u64) -> Result<HashMap<u64, tlog_tiles::Hash>> {
    let wanted: Vec<u64> = (stored_hash_index(0, from)..stored_hash_index(0, from + count)).collect();
    store::hashes(cx.db(), &wanted).await
}

/// Forgets what later leaves cannot need.
fn keep_edge(edge: &mut Fetched, size: u64) -> Result<()> {
    let wanted = super::model::Wanted::by(|reader| tree_hash(size, reader))?;
    edge.0.retain(|index, _| wanted.contains(index));
    Ok(())
}

async fn compare(cx: &Cx, at: &Scope<ByWorkflow>, from: u64, count: u64, leaves: &HashMap<u64, String>, report: &mut Report) -> Result<()> {
    let bodies = store::bodies(cx.db(), from, count).await?;
    let sealed = bodies.values().filter_map(|kept| if let Kept::Sealed(sealed) = kept { Some(sealed.bytes()) } else { None });
    let gate = Gate::new(cx, at, &purpose::LEGAL, sealed).await?;
    report.erased += count - (bodies.len() as u64).min(count);
    for (index, kept) in bodies {
        let opening = match kept {
            Kept::Plain(opening) => opening,
            Kept::Sealed(sealed) => match sealed.open(&gate) {
                Ok(opening) => opening,
                Err(error) if error.kind() == Kind::NotFound => {
                    report.erased += 1;
                    continue;
                }
                Err(_) => {
                    report.note(index, "the statement cannot be opened");
                    continue;
                }
            },
        };
        report.opened += 1;
        if proof::leaf(&opening).ok().as_ref() != leaves.get(&index) {
            report.note(index, "the statement is not the one that was committed to");
        }
    }
    Ok(())
}
