//! A promise is a query: what the published policy says, checked on the running system, with
//! evidence. The public trust page shows the same result with its time.

pub mod api;
mod store;

use std::time::Duration;

use kernel::map::{DataMap, Fault, Inventory, LiveSchema, Trigger};
use kernel::{Cx, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::policy::{PageContent, render};
use crate::wiring::Wiring;
use crate::{erasure, policy, retention, walk};

/// One promise and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Promise {
    /// A stable key.
    pub key: String,
    /// What is promised.
    pub text: String,
    /// Does it hold?
    pub holds: bool,
    /// What was looked at and found.
    pub evidence: String,
}

/// All promises, checked at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Checked {
    /// When.
    pub at: Timestamp,
    /// Each promise.
    pub promises: Vec<Promise>,
}

/// How long a result is shown again: the page is public and the check is not cheap.
const FRESH: Duration = Duration::from_secs(60);

/// The last result, for the public page. Put in by the server as an extension; without it every
/// request checks anew.
#[derive(Default)]
pub struct Cache(tokio::sync::Mutex<Option<Checked>>);

fn promise(key: &str, text: &str, holds: bool, evidence: impl Into<String>) -> Promise {
    Promise { key: key.to_owned(), text: text.to_owned(), holds, evidence: evidence.into() }
}

/// Checks every promise now.
///
/// # Errors
/// Database errors; a broken promise is a result, not an error.
pub async fn verify(cx: &Cx) -> Result<Vec<Promise>> {
    let live = cx.database().live_schema().await?;
    Ok(vec![
        map_clean(cx, &live),
        published(cx).await?,
        terms(cx).await?,
        sweeper(cx).await?,
        consent(cx).await?,
        egress(cx).await?,
        exportable(cx.map()),
        log(cx).await?,
        staff_views(cx).await?,
        erased_stay_erased(cx).await?,
        erased_in_time(cx).await?,
    ])
}

/// The result for the public page: at most a minute old.
///
/// # Errors
/// As [`verify`].
pub async fn checked(cx: &Cx) -> Result<Checked> {
    let Ok(cache) = cx.extension::<Cache>() else {
        return Ok(Checked { at: cx.now(), promises: verify(cx).await? });
    };
    let mut last = cache.0.lock().await;
    let now = cx.now();
    if let Some(known) = last.as_ref().filter(|known| now.since(known.at) < FRESH && now >= known.at) {
        return Ok(known.clone());
    }
    let fresh = Checked { at: now, promises: verify(cx).await? };
    *last = Some(fresh.clone());
    Ok(fresh)
}

/// The body of `/trust`.
///
/// # Errors
/// As [`verify`].
pub async fn page(cx: &Cx) -> Result<PageContent> {
    let facts = serde_json::json!(checked(cx).await?);
    Ok(PageContent { title: "Promises, checked".to_owned(), html_body: render::template("trust.html", &facts)? })
}

/// Everything in which the map disagrees with the database, with what the program uses, or with itself.
pub fn map_faults(map: &DataMap, live: &LiveSchema, used: &Inventory) -> Vec<Fault> {
    let mut faults = map.lint(live);
    faults.extend(map.lint_inventory(used));
    faults.extend(walk::lint(map));
    faults
}

fn map_clean(cx: &Cx, live: &LiveSchema) -> Promise {
    let map = cx.map();
    // Recipients that are switched off are gone from the running map, so only what is on is compared.
    let faults = match cx.extension::<Inventory>() {
        Ok(used) => map_faults(map, live, &used.engaged()),
        Err(_) => [map.lint(live), walk::lint(map)].concat(),
    };
    let evidence = match faults.first() {
        None => format!(
            "{} tables with {} entries, {} log fields, {} cookies and storage keys and {} recipients compared with what is really there, both directions",
            map.tables.len(),
            map.entries().count(),
            map.log_fields.len(),
            map.client_keys.len(),
            map.recipients.len()
        ),
        Some(first) => format!("{} faults, the first: {first}", faults.len()),
    };
    promise("map.clean", "Nothing is stored that the policy does not list.", faults.is_empty(), evidence)
}

async fn published(cx: &Cx) -> Result<Promise> {
    const TEXT: &str = "The running map is published or announced, byte for byte, under a version on the log.";
    Ok(match policy::running(cx).await {
        Ok(version) => match policy::altered(cx).await? {
            None => promise("policy.published", TEXT, true, format!("version {} of {}, digest {}", version.number, version.at, version.digest)),
            Some(form) => promise("policy.published", TEXT, false, format!("the text {form} is not the one whose hash is in the log")),
        },
        Err(error) if error.kind() == kernel::Kind::Conflict => promise("policy.published", TEXT, false, error.to_string()),
        Err(error) => return Err(error),
    })
}

async fn terms(cx: &Cx) -> Result<Promise> {
    let then = cx.now().minus(retention::EVERY * 2);
    let late = store::past_terms(cx, then).await?;
    let with_terms = cx.map().tables.values().filter(|table| matches!(table.retention.trigger, Trigger::After(_))).count();
    let evidence = match late.iter().next() {
        None => format!("{with_terms} tables with terms, no row past its term by more than two runs of the sweeper"),
        Some((table, count)) => format!("{count} rows of {table} are past their term"),
    };
    Ok(promise("retention.kept", "Nothing is kept past its term.", late.is_empty(), evidence))
}

async fn sweeper(cx: &Cx) -> Result<Promise> {
    const TEXT: &str = "The program that deletes is running.";
    Ok(match retention::store::last_run(cx.db()).await? {
        Some(last) => promise("retention.running", TEXT, cx.now().since(last) <= retention::EVERY * 3, format!("last run finished at {last}")),
        None => promise("retention.running", TEXT, false, "it has not run yet"),
    })
}

async fn consent(cx: &Cx) -> Result<Promise> {
    let (checked, without) = store::without_consent(cx).await?;
    let evidence = match without.iter().next() {
        None => format!("{checked} tables hold entries that rest on consent; none holds a row of somebody who did not consent"),
        Some((table, count)) => format!("{count} rows of {table} belong to people who did not consent"),
    };
    Ok(promise("consent.asked", "Nothing optional is stored about anybody who did not say yes.", without.is_empty(), evidence))
}

async fn egress(cx: &Cx) -> Result<Promise> {
    let sent = store::disclosures(cx.db()).await?;
    let undeclared = sent.iter().find(|(recipient, purpose, entries)| {
        !cx.map()
            .recipients
            .get(recipient.as_str())
            .is_some_and(|known| known.purposes.iter().any(|one| one.key == purpose) && entries.split_whitespace().all(|entry| known.entries.contains(&entry)))
    });
    let evidence = match undeclared {
        None => format!("{} kinds of disclosure on record, each to a listed recipient, for a listed purpose, with listed entries", sent.len()),
        Some((recipient, purpose, _)) => format!("something went to {recipient} for {purpose} that is not listed"),
    };
    Ok(promise("egress.declared", "Nothing leaves for anybody who is not on the list of recipients.", undeclared.is_none(), evidence))
}

fn exportable(map: &DataMap) -> Promise {
    let owned: Vec<&str> = walk::owned(map).map(|table| table.name).collect();
    let missing = map.tables.values().filter(|table| table.is_personal()).find(|table| {
        let unexplained = table.columns.iter().any(|entry| entry.export.withheld_because() == Some(""));
        unexplained || (!owned.contains(&table.name) && table.retention.trigger == Trigger::Never)
    });
    let evidence = match missing {
        None => format!("{} kinds of data are in every export, empty ones listed; what is withheld has a reason", owned.len()),
        Some(table) => format!("{} cannot be exported", table.name),
    };
    promise("export.whole", "Every kind of data about a person is in their export.", missing.is_none(), evidence)
}

async fn log(cx: &Cx) -> Result<Promise> {
    let report = audit::log::verify(cx).await?;
    let evidence = match report.broken.first() {
        None => format!("{} leaves recomputed, {} statements opened and compared", report.size, report.opened),
        Some((index, what)) => format!("leaf {index}: {what}"),
    };
    Ok(promise("log.intact", "The log of consents, versions and erasures was not edited.", report.is_intact(), evidence))
}

async fn staff_views(cx: &Cx) -> Result<Promise> {
    let views = store::staff_views(cx.db()).await?;
    let known: Vec<&str> = cx.map().entries().flat_map(|(_, entry)| entry.uses).map(|one| one.purpose.key).collect();
    let unknown = views.iter().find(|(purpose, _)| purpose.as_str() != kernel::map::purpose::RIGHTS.key && !known.contains(&purpose.as_str()));
    let total: u64 = views.iter().map(|(_, count)| count).sum();
    let evidence = match unknown {
        None => format!("{total} views of sealed values by staff on the access log, each with a purpose of the map; the gate writes before it opens"),
        Some((purpose, count)) => format!("{count} views for {purpose}, which is no purpose of the map"),
    };
    Ok(promise("staff.logged", "Every view of sealed values by our staff is logged, with its purpose, where the person sees it.", unknown.is_none(), evidence))
}

/// The newest lines of the ledger that the page looks at.
const LEDGER_LINES: usize = 100;

async fn erased_stay_erased(cx: &Cx) -> Result<Promise> {
    const TEXT: &str = "Whoever was erased stays erased, also after a backup was restored.";
    let wiring = cx.extension::<Wiring>()?;
    let lines = erasure::ledger::read(&wiring.folder)?;
    let mut left = 0;
    for line in lines.iter().rev().take(LEDGER_LINES) {
        // One that is still under way is the next promise's business.
        let issued = matches!(crate::certificate::by_id(cx, line.certificate).await, Ok(crate::certificate::Asked::Issued(_)));
        if issued && erasure::remaining(cx, &line.owners).await? > 0 {
            left += 1;
        }
    }
    let evidence = format!("{} erasures on the ledger, {left} of the newest {LEDGER_LINES} with rows or keys left", lines.len());
    Ok(promise("erasure.lasting", TEXT, left == 0, evidence))
}

async fn erased_in_time(cx: &Cx) -> Result<Promise> {
    let late = erasure::store::older_than(cx.db(), cx.now().minus(Duration::from_secs(25 * 86_400))).await?;
    let evidence = format!("{late} erasures under way for more than 25 days");
    Ok(promise("erasure.in_time", "An erasure is complete within 30 days.", late == 0, evidence))
}
