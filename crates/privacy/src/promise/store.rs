//! The promises' own statements, over the map and the kernel's records.

use std::collections::BTreeMap;

use kernel::map::{Basis, End, Owned, Trigger};
use kernel::{Cx, Result, Timestamp};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Asterisk, Expr, ExprTrait, Func, Query};

use crate::hold::Held;
use crate::walk;

/// Rows past their term at `then`, by table; tables without any are left out.
pub(super) async fn past_terms(cx: &Cx, then: Timestamp) -> Result<BTreeMap<String, u64>> {
    let held = Held::now(cx).await?;
    let wanted = cx
        .map()
        .tables
        .values()
        .filter_map(|table| {
            let Trigger::After(column) = table.retention.trigger else { return None };
            let due = held.spare(cx.map(), table, walk::store::past_term(table, column, then.0));
            Some((
                table.name,
                match table.retention.end {
                    End::Delete => due,
                    End::Null(columns) => walk::store::unemptied(table, columns, due),
                },
            ))
        })
        .collect();
    Ok(walk::store::counts(cx.db(), wanted).await?.into_iter().filter(|(_, count)| *count > 0).collect())
}

/// Rows with entries that rest on consent, of owners without that consent; and how many tables were looked at.
pub(super) async fn without_consent(cx: &Cx) -> Result<(usize, BTreeMap<String, u64>)> {
    let mut wanted = Vec::new();
    for table in cx.map().tables.values() {
        let (Owned::ByPerson { column } | Owned::ByOrganisation { column }) = table.owned else { continue };
        for entry in table.columns {
            // An entry that also rests on another basis may be there without consent.
            if entry.uses.is_empty() || !entry.uses.iter().all(|one| one.basis == Basis::Consent) {
                continue;
            }
            for one in entry.uses {
                let given = Query::select()
                    .column("owner_id")
                    .from("kernel_choice")
                    .and_where(Expr::col("kind").eq("consent"))
                    .and_where(Expr::col("purpose").eq(one.purpose.key))
                    .and_where(Expr::col("given").eq(true))
                    .to_owned();
                let holds = Expr::col((table.name, entry.column)).is_not_null();
                wanted.push((table.name, holds.and(Expr::col((table.name, column)).not_in_subquery(given))));
            }
        }
    }
    let checked = wanted.len();
    Ok((checked, walk::store::counts(cx.db(), wanted).await?.into_iter().filter(|(_, count)| *count > 0).collect()))
}

/// Each kind of disclosure on record: recipient, purpose, entries.
pub(super) async fn disclosures(db: &impl ConnectionTrait) -> Result<Vec<(String, String, String)>> {
    let query = Query::select().distinct().columns(["recipient", "purpose", "entries"]).from("kernel_disclosure").to_owned();
    db.query_all(&query).await?.iter().map(|row| Ok((row.try_get("", "recipient")?, row.try_get("", "purpose")?, row.try_get("", "entries")?))).collect()
}

/// Views by staff, counted by purpose.
pub(super) async fn staff_views(db: &impl ConnectionTrait) -> Result<Vec<(String, u64)>> {
    let query = Query::select().column("purpose").expr_as(Func::count(Expr::col(Asterisk)), "total").from("kernel_access").group_by_col("purpose").to_owned();
    db.query_all(&query)
        .await?
        .iter()
        .map(|row| {
            let total: i64 = row.try_get("", "total")?;
            Ok((row.try_get("", "purpose")?, u64::try_from(total).unwrap_or(0)))
        })
        .collect()
}
