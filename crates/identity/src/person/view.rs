//! The signed-in person as they see themselves.

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, PersonId, Result, Scope};

use super::model::{Me, Membership, Named};
use super::store;
use crate::{email_change, organisation};

/// `person` with their organisations and projects; `session` is the secret of their session, if
/// there is one.
///
/// # Errors
/// `NotFound` when the account was erased meanwhile.
pub async fn view<P: Permission>(cx: &Cx, at: &Scope<P>, person: PersonId, session: Option<&str>) -> Result<Me> {
    let row = store::by_id(cx.db(), person).await?.ok_or_else(|| Error::not_found("account"))?;
    let waiting = email_change::store::of(cx.db(), person, cx.now()).await?;
    let places = organisation::places_of(cx.db(), person).await?;
    let mut sealed = vec![row.email.bytes(), row.name.bytes()];
    sealed.extend(waiting.iter().map(|change| change.email.bytes()));
    for place in &places {
        sealed.push(place.organisation_name.bytes());
        sealed.extend(place.project.iter().map(|(_, name)| name.bytes()));
    }
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, sealed).await?;
    let mut organisations: Vec<Membership> = Vec::new();
    for place in &places {
        if organisations.last().is_none_or(|last| last.id != place.organisation) {
            let name = place.organisation_name.open(&gate)?;
            organisations.push(Membership { id: place.organisation, name, role: place.role, projects: Vec::new() });
        }
        if let (Some(last), Some((id, name))) = (organisations.last_mut(), &place.project) {
            last.projects.push(Named { id: *id, name: name.open(&gate)? });
        }
    }
    Ok(Me {
        id: row.id,
        email: row.email.open(&gate)?,
        name: row.name.open(&gate)?,
        email_verified: row.verified,
        new_email: waiting.map(|change| change.email.open(&gate)).transpose()?,
        staff_role: row.staff_role,
        csrf_token: session.map(|secret| crate::session::csrf_token(cx, secret)).transpose()?.unwrap_or_default(),
        organisations,
    })
}
