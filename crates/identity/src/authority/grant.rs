//! From credentials to a grant, with two statements: who it is, and their role in the place.

use kernel::http::{Credentials, Wanted};
use kernel::permission::Level;
use kernel::scope::Granted;
use kernel::{Actor, Cx, Error, OrganisationId, Place, Result};

use super::decide::{Caller, Policies, Via};
use super::store::{self, Found, Standing};
use crate::session::{self, csrf_matches};
use crate::{api_token, token};

/// Who asks, and how they came in.
struct Asking {
    found: Found,
    via: Via,
    actor: Actor,
    /// The only organisation that a token may act in.
    bound_to: Option<OrganisationId>,
}

pub(super) async fn grant(policies: &Policies, cx: &Cx, credentials: &Credentials, wanted: Wanted) -> Result<Granted> {
    let asking = who(cx, credentials).await?;
    let person = asking.found.person;
    match wanted.permission.level {
        Level::Person => {
            demand(policies.allow(wanted.permission, Caller::Oneself, asking.via)?)?;
            Ok(Granted { actor: asking.actor, place: Place::Person { person }, without_choices: false })
        }
        Level::Platform => {
            let role = asking.found.staff_role.ok_or_else(|| Error::denied("Only the operator's staff may do this."))?;
            demand(policies.allow(wanted.permission, Caller::Staff { role, named: false }, asking.via)?)?;
            Ok(Granted { actor: Actor::Staff { person }, place: Place::Platform, without_choices: false })
        }
        Level::Open => Err(Error::internal(format!("{} is open to all and granted to nobody", wanted.permission.name))),
        Level::Project | Level::Organisation => in_organisation(policies, cx, asking, wanted).await,
    }
}

async fn in_organisation(policies: &Policies, cx: &Cx, asking: Asking, wanted: Wanted) -> Result<Granted> {
    let person = asking.found.person;
    let at_project = wanted.permission.level == Level::Project;
    let standing = match (wanted.project, wanted.organisation) {
        (Some(project), organisation) => {
            let standing = store::in_project(cx.db(), person, project).await?.ok_or_else(unknown)?;
            if organisation.is_some_and(|named| named != standing.organisation) {
                return Err(unknown());
            }
            standing
        }
        (None, Some(organisation)) if !at_project => store::in_organisation(cx.db(), person, organisation).await?.ok_or_else(unknown)?,
        (None, organisation) => only_one(cx, &asking, organisation, at_project).await?,
    };
    if asking.bound_to.is_some_and(|bound| bound != standing.organisation) {
        return Err(unknown());
    }
    let place = match (at_project, standing.project) {
        (true, Some(project)) => Place::Project { organisation: standing.organisation, project },
        (true, None) => return Err(unknown()),
        (false, _) => Place::Organisation { organisation: standing.organisation },
    };
    let without_choices = !standing.has_choices;
    if let Some(role) = standing.role {
        demand(policies.allow(wanted.permission, Caller::Member(role), asking.via)?)?;
        return Ok(Granted { actor: asking.actor, place, without_choices });
    }
    // Not a member: existence is private, except to staff who may look.
    let Some(role) = asking.found.staff_role else { return Err(unknown()) };
    demand(policies.allow(wanted.permission, Caller::Staff { role, named: true }, asking.via)?)?;
    Ok(Granted { actor: Actor::Staff { person }, place, without_choices })
}

/// The caller's only project or organisation; naming none is fine as long as there is no choice.
async fn only_one(cx: &Cx, asking: &Asking, organisation: Option<OrganisationId>, at_project: bool) -> Result<Standing> {
    let within = organisation.or(asking.bound_to);
    let mut found = if at_project {
        store::projects_of(cx.db(), asking.found.person, within).await?
    } else {
        store::organisations_of(cx.db(), asking.found.person, within).await?
    };
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(unknown()),
        (Some(_), false) if at_project => Err(Error::invalid("project", "You have several projects: name one with ?project=prj_…")),
        (Some(_), false) => Err(Error::invalid("organisation", "You have several organisations: name one with ?organisation=org_…")),
    }
}

async fn who(cx: &Cx, credentials: &Credentials) -> Result<Asking> {
    let now = cx.now();
    if let Some(bearer) = &credentials.bearer {
        let ended = || Error::unauthenticated("This API token is not valid.");
        let (found, key) = store::by_api_token(cx.db(), &token::digest(bearer), now).await?.ok_or_else(ended)?;
        if key.last_used_at.is_none_or(|last| now.since(last) >= session::NOTED_EVERY) {
            cx.write(async |tx| api_token::set_used(tx.db(), key.id, now).await).await?;
        }
        let via = if key.read_only { Via::ReadOnlyToken } else { Via::Token };
        let actor = Actor::Token { person: found.person, token: key.prefix };
        return Ok(Asking { found, via, actor, bound_to: Some(key.organisation) });
    }
    let Some(secret) = &credentials.session else { return Err(Error::unauthenticated("Please sign in.")) };
    let ended = || Error::unauthenticated("Your session has ended. Please sign in again.");
    let (found, session) = store::by_session(cx.db(), &token::digest(secret), now).await?.ok_or_else(ended)?;
    if !credentials.safe_method && !csrf_matches(cx, secret, credentials.csrf.as_deref().unwrap_or_default())? {
        return Err(Error::denied("The header X-CSRF-Token is missing or of another session. Reload the page and try again."));
    }
    if now.since(session.last_seen_at) >= session::NOTED_EVERY {
        let expires_at = session::end(session.created_at, now);
        cx.write(async |tx| session::store::set_seen(tx.db(), session.id, now, expires_at).await).await?;
    }
    let actor = Actor::Person { person: found.person };
    Ok(Asking { found, via: Via::Session, actor, bound_to: None })
}

fn demand(allowed: bool) -> Result<()> {
    if allowed { Ok(()) } else { Err(Error::denied("Your role does not allow this.")) }
}

fn unknown() -> Error {
    Error::not_found("project or organisation")
}
