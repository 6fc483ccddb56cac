//! What an erasure would do, counted by the same walk that does it.

use kernel::map::Trigger;
use kernel::{Cx, Error, Place, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};

use crate::accounts::Owners;
use crate::hold::{self, Held};
use crate::permissions::ErasureView;
use crate::walk::{self, Fate};
use crate::wiring::{Doomed, FinalBill, Wiring};

/// A kind of data that goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Going {
    /// The table's name, as in exports.
    pub section: String,
    /// What people call it.
    pub title: String,
    /// Rows.
    pub count: u64,
    /// What happens to them.
    pub what: String,
}

/// A kind of data that a law keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Staying {
    /// The table's name, as in exports.
    pub section: String,
    /// What people call it.
    pub title: String,
    /// Rows.
    pub count: u64,
    /// The law.
    pub law: String,
    /// When the last of them goes; absent while its term has not begun.
    pub until: Option<Timestamp>,
}

/// What an erasure would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Preview {
    /// What goes.
    pub goes: Vec<Going>,
    /// What stays, and by which law.
    pub stays: Vec<Staying>,
    /// Machines and other things outside the tables that are destroyed.
    pub machines: Vec<Doomed>,
    /// What was used and is invoiced first.
    pub bills: Vec<FinalBill>,
}

/// Counts it for the person of `at`.
///
/// # Errors
/// Database errors, and those of the hooks.
pub async fn preview(cx: &Cx, at: &Scope<ErasureView>) -> Result<Preview> {
    let Place::Person { person } = at.place() else { return Err(Error::internal("a person scope without a person")) };
    let wiring = cx.extension::<Wiring>()?;
    let owners = Owners::of(cx, wiring.accounts.as_ref(), person).await?;
    let ids = owners.uuids();
    let tables: Vec<_> = walk::personal(cx.map()).collect();
    let wanted = tables.iter().filter_map(|table| Some((table.name, walk::store::belongs(cx.map(), table, &ids)?))).collect();
    let counts = walk::store::counts(cx.db(), wanted).await?;
    let held = Held::of(cx, &owners).await?;
    let mut preview = Preview { goes: Vec::new(), stays: Vec::new(), machines: Vec::new(), bills: Vec::new() };
    for table in tables {
        let Some(count) = counts.get(table.name).copied().filter(|count| *count > 0) else { continue };
        let (section, title) = (table.name.to_owned(), table.title.to_owned());
        match walk::fate(table) {
            Fate::Goes | Fate::Emptied(_) if !held.owners(table.name).is_empty() => {
                preview.stays.push(Staying { section, title, count, law: hold::model::LAW.to_owned(), until: held.until(table.name) });
            }
            Fate::Goes => preview.goes.push(Going { section, title, count, what: "deleted".to_owned() }),
            Fate::Emptied(columns) => preview.goes.push(Going { section, title, count, what: format!("{} emptied", columns.join(", ")) }),
            Fate::Stays(law) => {
                let until = until(cx, table, &owners).await?;
                preview.stays.push(Staying { section, title, count, law: law.to_owned(), until });
            }
        }
    }
    for hook in &wiring.erasures {
        preview.machines.extend(hook.preview(cx, &owners).await?);
    }
    for settlement in &wiring.settlements {
        preview.bills.extend(settlement.preview(cx, &owners).await?);
    }
    Ok(preview)
}

/// When the last kept row of `table` goes.
pub(super) async fn until(cx: &Cx, table: &kernel::map::Table, owners: &Owners) -> Result<Option<Timestamp>> {
    let (Trigger::After(column), Some(condition)) = (table.retention.trigger, walk::store::belongs(cx.map(), table, &owners.uuids())) else { return Ok(None) };
    let latest = walk::store::latest(cx.db(), table, column, condition).await?;
    Ok(latest.map(|at| Timestamp(at).plus(std::time::Duration::from_secs(u64::from(table.retention.days) * 86_400))))
}
