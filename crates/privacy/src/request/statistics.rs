//! How requests were answered: public numbers, without anybody in them.

use std::collections::BTreeMap;

use kernel::{Cx, Result};
use serde::{Deserialize, Serialize};

use super::store;

/// Numbers of one month, by kind of request and then by what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RequestMonth {
    /// `2026-11`.
    pub month: String,
    /// Kind, then `received`, `done`, `refused`, `withdrawn`, `extended` or `overdue`.
    pub kinds: BTreeMap<String, BTreeMap<String, i64>>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RequestStatistics {
    /// Newest first.
    pub months: Vec<RequestMonth>,
    /// Requests that wait now.
    pub open: u64,
    /// Of them, past their deadline.
    pub overdue: u64,
}

/// Counts what is and was.
///
/// # Errors
/// Database errors.
pub async fn statistics(cx: &Cx) -> Result<RequestStatistics> {
    let mut months: BTreeMap<String, BTreeMap<String, BTreeMap<String, i64>>> = BTreeMap::new();
    for row in store::tallies(cx.db()).await? {
        months.entry(row.month).or_default().entry(row.kind).or_default().insert(row.outcome, row.count);
    }
    let (open, overdue) = store::count_open(cx.db(), cx.now()).await?;
    Ok(RequestStatistics { months: months.into_iter().rev().map(|(month, kinds)| RequestMonth { month, kinds }).collect(), open, overdue })
}
