//! Placing a hold.

use std::collections::BTreeSet;
use std::time::Duration;

use kernel::map::DataMap;
use kernel::{Checks, Cx, Error, KeyOwner, Result, Scope};

use super::model::{Hold, HoldId, NewHold};
use super::store;
use crate::permissions::HoldCreate;
use crate::walk;

/// The longest hold; a matter that takes longer is looked at again.
const LONGEST: Duration = Duration::from_secs(2 * 366 * 86_400);
const MATTER_MAX: usize = 100;

/// Pauses erasure and retention for the rows of the named kinds that belong to one owner.
///
/// # Errors
/// `Invalid` with every wrong field.
pub async fn create(cx: &Cx, at: &Scope<HoldCreate>, new: &NewHold) -> Result<Hold> {
    let owner = match (new.person_id, new.organisation_id) {
        (Some(person), None) => KeyOwner::Person(person),
        (None, Some(organisation)) => KeyOwner::Organisation(organisation),
        _ => return Err(Error::invalid("person_id", "name either a person or an organisation")),
    };
    let known: BTreeSet<&str> = walk::personal(cx.map()).map(|table| table.name).collect();
    let matter = new.matter.trim();
    Checks::new()
        .that(!new.sections.is_empty(), "sections", "name the kinds of data that the matter needs")
        .that(new.sections.iter().all(|section| known.contains(section.as_str())), "sections", "use names of sections as they stand in exports")
        .that(!matter.is_empty() && matter.chars().count() <= MATTER_MAX, "matter", "give the number of the matter, in at most 100 characters")
        .that(new.ends_at > cx.now() && new.ends_at <= cx.now().plus(LONGEST), "ends_at", "give an end in the future, at most two years ahead")
        .done()?;
    let by = at.actor().person().ok_or_else(|| Error::internal("a hold without a person"))?;
    let sections: Vec<String> = with_parents(cx.map(), &walk::store::foreign_keys(cx).await?, &new.sections).into_iter().collect();
    let (id, now): (HoldId, _) = (cx.new_id(), cx.now());
    cx.write(async |tx| {
        store::insert(&tx, id, owner, &sections, matter, by, new.ends_at).await?;
        let body = serde_json::json!({ "hold": id, "sections": sections, "ends_at": new.ends_at });
        audit::log::append(&tx, "hold.placed", &body, None).await?;
        audit::record(&tx, at, id, format!("Placed a legal hold until {}", new.ends_at)).await
    })
    .await?;
    Ok(Hold {
        id,
        person_id: new.person_id,
        organisation_id: new.organisation_id,
        sections,
        matter: matter.to_owned(),
        placed_by: by,
        placed_at: now,
        ends_at: new.ends_at,
        resumed_at: None,
    })
}

/// What the rows of `sections` belong through or refer to stays with them.
fn with_parents(map: &DataMap, foreign_keys: &[(String, String)], sections: &[String]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = sections.iter().cloned().collect();
    loop {
        let chains = all.iter().filter_map(|name| map.tables.get(name.as_str())).flat_map(|table| map.owner_chain(table).unwrap_or_default());
        let parents = foreign_keys.iter().filter(|(child, _)| all.contains(child)).map(|(_, parent)| parent.clone());
        let owned: BTreeSet<&str> = walk::owned(map).map(|table| table.name).collect();
        let more: BTreeSet<String> = chains.map(|table| table.name.to_owned()).chain(parents).filter(|name| owned.contains(name.as_str())).collect();
        let before = all.len();
        all.extend(more);
        if all.len() == before {
            return all;
        }
    }
}
