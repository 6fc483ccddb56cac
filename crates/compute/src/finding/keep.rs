//! Keeps findings as true as the last look: opens what is new, closes what is no longer so.

use kernel::{Cx, Result};

use super::compare::Observed;
use super::limit;
use super::model::FindingKind;
use super::store::{self, Row};

/// A hypervisor has answered, or machines on no node (`None`) were looked at: `observed` is all that differs there.
pub(crate) async fn answered(cx: &Cx, node: Option<&str>, observed: Vec<Observed>) -> Result<()> {
    let open = store::open_on(cx.db(), node).await?;
    settle(cx, node, open, observed).await
}

/// A hypervisor has not answered: that is all that is known. What was found about its guests stays as it was.
pub(crate) async fn silent(cx: &Cx, node: &str, why: &str) -> Result<()> {
    let open = store::open_on(cx.db(), Some(node)).await?.into_iter().filter(|row| row.kind == FindingKind::NodeUnreachable).collect();
    let unreachable = Observed {
        kind: FindingKind::NodeUnreachable,
        reference: None,
        instance_id: None,
        believed: None,
        seen: Some(format!("{}.", why.trim_end_matches('.'))),
        since: None,
        patience: limit::SILENCE,
    };
    settle(cx, Some(node), open, vec![unreachable]).await
}

async fn settle(cx: &Cx, node: Option<&str>, open: Vec<Row>, observed: Vec<Observed>) -> Result<()> {
    let key = |one: &Observed| store::key(one.kind, node, one.reference.as_deref());
    let is_seen = |row: &Row| observed.iter().any(|one| Some(key(one)) == row.open_key);
    let known = |one: &Observed| open.iter().find(|row| row.open_key.as_ref() == Some(&key(one)));
    let over: Vec<&Row> = open.iter().filter(|row| !is_seen(row)).collect();
    let fresh: Vec<&Observed> = observed.iter().filter(|one| known(one).is_none()).collect();
    let other: Vec<(&Row, &Observed)> =
        observed.iter().filter_map(|one| known(one).filter(|row| (&row.believed, &row.seen) != (&one.believed, &one.seen)).map(|row| (row, one))).collect();
    if over.is_empty() && fresh.is_empty() && other.is_empty() {
        return Ok(());
    }
    cx.write(async |tx| {
        for row in &over {
            store::close(&tx, row.id, None).await?;
        }
        for one in &fresh {
            store::insert(&tx, node, one).await?;
        }
        for (row, one) in &other {
            store::set_seen(&tx, row.id, one).await?;
        }
        Ok(())
    })
    .await
}
