//! The sweeper: deletes or empties rows past their term, by the same numbers that the policy prints.

pub(crate) mod store;
pub mod watch;

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::map::{End, Trigger, purpose};
use kernel::{Cx, Job, Result};

use crate::hold::Held;
use crate::walk;

pub use watch::WATCH;

/// Time between two runs. The trust page calls the sweeper stopped after three times as long.
pub const EVERY: Duration = Duration::from_secs(3_600);

/// The periodic work.
pub const SWEEP: Job = Job { name: "privacy.retention.sweep", purpose: &purpose::LEGAL, every: EVERY, run: |cx| Box::pin(async move { sweep(&cx).await }) };

/// One run over all tables. Each batch is a transaction, so a run can stop anywhere and go on later.
///
/// # Errors
/// Database errors; what was swept before them stays swept and is counted by the next run's record.
pub async fn sweep(cx: &Cx) -> Result<usize> {
    let began = cx.now();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let tables: Vec<_> = cx.map().tables.values().copied().collect();
    let foreign_keys = walk::store::foreign_keys(cx).await?;
    let held = Held::now(cx).await?;
    for table in walk::order::children_first(cx.map(), tables, &foreign_keys) {
        let Trigger::After(column) = table.retention.trigger else { continue };
        loop {
            let due = held.spare(cx.map(), &table, walk::store::past_term(&table, column, began.0));
            let gone = cx
                .write(async |tx| match table.retention.end {
                    End::Delete => walk::store::delete_with_dependents(tx.db(), cx.map(), &table, due.clone()).await,
                    End::Null(columns) => Ok(BTreeMap::from([(table.name, walk::store::empty(tx.db(), &table, columns, due.clone()).await?)])),
                })
                .await?;
            let swept = gone.get(table.name).copied().unwrap_or(0);
            for (name, count) in gone.into_iter().filter(|(_, count)| *count > 0) {
                *counts.entry(name.to_owned()).or_insert(0) += count;
            }
            if swept < walk::store::BATCH {
                break;
            }
        }
    }
    crate::export::remove_orphans(cx).await?;
    let total: u64 = counts.values().sum();
    cx.write(async |tx| {
        let body = serde_json::json!({ "began": began, "deleted_or_emptied": counts });
        let index = audit::log::append(&tx, "retention.swept", &body, None).await?;
        store::insert(&tx, began, &counts, index.0).await
    })
    .await?;
    Ok(usize::try_from(total).unwrap_or(usize::MAX))
}
