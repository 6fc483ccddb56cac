//! Checks the whole ledger: every entry balances, the chain is whole, balances are its projection.

use std::collections::BTreeMap;

use kernel::{Cx, Result};

use super::model::Entry;
use super::store;

const BATCH: u64 = 500;

/// Everything that is wrong with the ledger; empty is good.
pub(crate) async fn faults(cx: &Cx) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    let mut before: Option<(i64, Vec<u8>)> = None;
    loop {
        let batch = store::after(cx.db(), before.as_ref().map_or(0, |(seq, _)| *seq), BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for (entry, stored) in batch {
            check(&entry, &stored, before.as_ref(), &mut faults);
            for (account, minor) in &entry.legs {
                *sums.entry(account.clone()).or_default() += i128::from(*minor);
            }
            before = Some((entry.seq, stored));
        }
    }
    let balances = store::balances(cx.db()).await?;
    for (account, sum) in &sums {
        let stored = balances.get(account).map_or(0, |(_, minor)| i128::from(*minor));
        if stored != *sum {
            faults.push(format!("{account} shows {stored}, its entries sum to {sum}"));
        }
    }
    for account in balances.keys().filter(|account| !sums.contains_key(*account)) {
        faults.push(format!("{account} has a balance without entries"));
    }
    Ok(faults)
}

/// After the oldest entries have been deleted at the end of their term, the chain starts at the
/// first that is left.
fn check(entry: &Entry, stored: &[u8], before: Option<&(i64, Vec<u8>)>, faults: &mut Vec<String>) {
    let mut per_currency: BTreeMap<&str, i128> = BTreeMap::new();
    for (account, minor) in &entry.legs {
        *per_currency.entry(account.rsplit('/').next().unwrap_or_default()).or_default() += i128::from(*minor);
    }
    for (currency, sum) in per_currency.into_iter().filter(|(_, sum)| *sum != 0) {
        faults.push(format!("entry {} sums to {sum} {currency}", entry.seq));
    }
    if entry.hash() != stored {
        faults.push(format!("entry {} was changed", entry.seq));
    }
    if let Some((seq, hash)) = before {
        if entry.seq != seq + 1 {
            faults.push(format!("entries between {seq} and {} are missing", entry.seq));
        } else if entry.previous != *hash {
            faults.push(format!("entry {} does not continue the chain", entry.seq));
        }
    }
}
