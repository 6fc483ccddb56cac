//! Keeps findings as true as the last look: opens what is new, closes what is no longer so.

use std::time::Duration;

use compute_driver::DriverError;
use kernel::{Cx, Result, Tx};

use super::compare::Observed;
use super::limit;
use super::model::FindingKind;
use super::store::{self, Row};

/// A hypervisor has answered, or machines on no node (`None`) were looked at: `observed` is all that differs there.
pub(crate) async fn answered(cx: &Cx, node: Option<&str>, observed: Vec<Observed>) -> Result<()> {
    let open = store::open_on(cx.db(), node).await?;
    settle(cx, node, open, observed).await
}

/// Kinds that are about a hypervisor itself. At any time at most one of them is so.
const ABOUT_NODES: [FindingKind; 3] = [FindingKind::NodeUnreachable, FindingKind::CertificateChanged, FindingKind::TokenRefused];

/// A hypervisor has not answered: that is all that is known. What was found about its guests stays as it was.
pub(crate) async fn silent(cx: &Cx, node: &str, why: &DriverError) -> Result<()> {
    let open = store::open_on(cx.db(), Some(node)).await?.into_iter().filter(|row| ABOUT_NODES.contains(&row.kind)).collect();
    settle(cx, Some(node), open, vec![of_silence(why)]).await
}

/// A hypervisor has not answered, and nobody expects it to: what was found about it before is closed, and about its guests stays.
pub(crate) async fn excused(cx: &Cx, node: &str) -> Result<()> {
    let open = store::open_on(cx.db(), Some(node)).await?.into_iter().filter(|row| row.kind == FindingKind::NodeUnreachable).collect();
    settle(cx, Some(node), open, Vec::new()).await
}

/// What is observed of a hypervisor, or of one way to it, that does not answer as it should.
pub(crate) fn of_silence(why: &DriverError) -> Observed {
    let observed =
        |kind, seen: String, patience| Observed { kind, reference: None, instance_id: None, believed: None, seen: Some(seen), since: None, patience };
    match why {
        // No second look makes these two right again.
        DriverError::Untrusted { address, known, presented } => Observed {
            reference: Some(address.clone()),
            believed: Some(known.clone()),
            ..observed(FindingKind::CertificateChanged, presented.clone(), Duration::ZERO)
        },
        DriverError::Unauthorised { reason } => observed(FindingKind::TokenRefused, reason.trim_end_matches('.').to_owned(), Duration::ZERO),
        _ => observed(FindingKind::NodeUnreachable, format!("{}.", why.to_string().trim_end_matches('.')), limit::SILENCE),
    }
}

/// A node is removed: nothing differs there any more.
pub(crate) async fn forget_node(tx: &Tx, node: &str) -> Result<()> {
    for row in store::open_on(tx.db(), Some(node)).await? {
        store::close(tx, row.id, None).await?;
    }
    Ok(())
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
