//! Reads the policy version since which a choice counts, and the rows of somebody who is signed in.

use kernel::map::Purpose;
use kernel::{Cx, KeyOwner, PersonId, Result, Tx};

use super::{Asked, OPTIONAL, Recorded};
use crate::policy;

/// Recorded like a consent, because it is one: to go against the browser's signal.
const OVERRIDE: &str = "signal.override";

/// What people were asked about anew, and in which version.
pub(crate) async fn asked(cx: &Cx) -> Result<Asked> {
    policy::store::asked(cx.db()).await
}

/// What `person` has on record; `None` before the first choice.
pub(crate) async fn of(cx: &Cx, person: PersonId) -> Result<Option<Recorded>> {
    let rows = kernel::choice::of(cx.db(), KeyOwner::Person(person)).await?;
    let consents: Vec<_> = rows.iter().filter(|row| row.kind == "consent").collect();
    let given = |key: &str| consents.iter().any(|row| row.purpose == key && row.given);
    let on = |purpose: &Purpose| given(purpose.key);
    let [analytics, functionality, marketing] = OPTIONAL.map(on);
    let versions = consents.iter().filter_map(|row| row.policy_version.parse::<i64>().ok());
    Ok(versions.min().map(|version| Recorded { analytics, functionality, marketing, overrides_signal: given(OVERRIDE), version }))
}

/// Writes them down, each purpose a row, and puts the change on the log.
pub(crate) async fn record(tx: &Tx, person: PersonId, chosen: &Recorded) -> Result<()> {
    let owner = KeyOwner::Person(person);
    let version = chosen.version.to_string();
    for (key, given) in
        [(OPTIONAL[0].key, chosen.analytics), (OPTIONAL[1].key, chosen.functionality), (OPTIONAL[2].key, chosen.marketing), (OVERRIDE, chosen.overrides_signal)]
    {
        kernel::choice::set(tx, owner, "consent", key, given, &version).await?;
    }
    let body = serde_json::json!({ "person": person, "policy_version": chosen.version, "analytics": chosen.analytics,
        "functionality": chosen.functionality, "marketing": chosen.marketing, "overrides_signal": chosen.overrides_signal });
    audit::log::append(tx, "consent.changed", &body, Some(owner)).await?;
    Ok(())
}
