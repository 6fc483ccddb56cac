//! Shows what a change of rules would do, before anything is changed.

use kernel::permission::AtProject;
use kernel::{Cx, Result, Scope};

use super::model::{Preview, PreviewMachine, RuleDirection, SecurityGroupId, SecurityRule, check, rules_of};
use super::store;
use crate::{card, instance};

/// Which machines `rules` would be about, and what opens and shuts.
///
/// # Errors
/// `Invalid` at `rules`; `NotFound`; `Denied` by the gate; database errors.
pub async fn preview<P: AtProject>(cx: &Cx, at: &Scope<P>, id: SecurityGroupId, rules: &[SecurityRule]) -> Result<Preview> {
    check(rules)?;
    let now = rules_of(&store::by_id(cx.db(), at, id).await?)?;
    let rows = instance::store::in_group(cx.db(), at, id).await?;
    let named = instance::named(cx, at, rows.iter().map(|row| row.id)).await?;
    let mut cards = card::store::among(cx.db(), rows.iter().map(|row| row.id)).await?;
    let machines = rows.into_iter().map(|row| PreviewMachine {
        id: row.id,
        name: named.get(&row.id).cloned().unwrap_or_default(),
        ipv4: cards.remove(&row.id).map(|card| card.ipv4).or(row.ipv4),
    });
    let missing = |from: &[SecurityRule], of: &[SecurityRule]| from.iter().filter(|rule| !of.contains(rule)).cloned().collect();
    Ok(Preview {
        machines: machines.collect(),
        opens: missing(rules, &now),
        shuts: missing(&now, rules),
        inbound_otherwise: false,
        outbound_otherwise: !rules.iter().any(|rule| rule.direction == RuleDirection::Outbound),
    })
}
