//! What was done in an organisation and what staff looked at, in one list.

use std::sync::Arc;

use kernel::gate::{self, Access};
use kernel::id::Id;
use kernel::{Cx, KeyOwner, Page, PageQuery, PersonId, Result, Scope};

use super::model::{Activity, ActorView, AuditId, Names, Outcome};
use super::store;
use crate::permissions::ActivityList;

/// One page, newest first: the organisation's lines, the asking person's own, and every view by
/// staff of what belongs to either.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list(cx: &Cx, at: &Scope<ActivityList>, query: &PageQuery) -> Result<Page<Activity>> {
    let organisation = at.organisation_id()?;
    let person = at.actor().person().filter(|_| !at.actor().is_staff());
    let after: Option<AuditId> = query.after()?;
    let rows = query.limit() + 1;
    let mut items = store::page(cx.db(), organisation, person, after, rows).await?;
    let owners: Vec<KeyOwner> = std::iter::once(KeyOwner::Organisation(organisation)).chain(person.map(KeyOwner::Person)).collect();
    items.extend(gate::accesses(cx.db(), &owners, after.map(Id::uuid), rows).await?.into_iter().map(seen));
    // Both tables take their ids from the same clock, so the ids order them together.
    items.sort_by_key(|item| std::cmp::Reverse(item.id));
    let mut page = Page::from_rows(items, query, |item| item.id);
    name(cx, &mut page.items).await?;
    Ok(page)
}

fn seen(access: Access) -> Activity {
    Activity {
        id: AuditId::from_uuid(access.id),
        at: access.at,
        actor: ActorView { kind: "staff".to_owned(), id: Some(access.staff), name: None },
        action: access.permission,
        target: match access.owner {
            KeyOwner::Person(id) => id.to_string(),
            KeyOwner::Organisation(id) => id.to_string(),
        },
        summary: "Looked at stored data".to_owned(),
        outcome: Outcome::Succeeded,
        staff_purpose: Some(access.purpose),
    }
}

async fn name(cx: &Cx, items: &mut [Activity]) -> Result<()> {
    // Without somebody who knows names the ids must do.
    let Ok(known) = cx.extension::<Arc<dyn Names>>() else { return Ok(()) };
    let mut ids: Vec<PersonId> = items.iter().filter_map(|item| item.actor.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(());
    }
    let names = known.names(cx, &ids).await?;
    for actor in items.iter_mut().map(|item| &mut item.actor) {
        if let Some(name) = actor.id.and_then(|id| names.get(&id)) {
            actor.name = Some(name.clone());
        }
    }
    Ok(())
}
