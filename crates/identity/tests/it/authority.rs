//! The authority on real rows: who gets in where, with what, and for how many statements.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use identity::IdentityAuthority;
use identity::api_token::{self, NewApiToken};
use identity::permissions::{OrganisationUpdate, OrganisationView, PersonUpdate, PersonView};
use kernel::db::STATEMENTS;
use kernel::http::{Authority, Credentials, Wanted};
use kernel::permission::{Level, Permission, PermissionInfo, Reach};
use kernel::scope::Granted;
use kernel::{Actor, Cx, Kind, OrganisationId, Place, ProjectId, Result};
use testkit::{Engine, both_engines, covers};

use crate::operator::set_up;
use crate::{EMAIL, fresh, signed_in, signed_up};

const LOOK: PermissionInfo = PermissionInfo { name: "test.thing.view", level: Level::Project, reach: Reach::View };
const MAKE: PermissionInfo = PermissionInfo { name: "test.thing.create", level: Level::Project, reach: Reach::Use };
const PRICE: PermissionInfo = PermissionInfo { name: "test.price.update", level: Level::Platform, reach: Reach::Manage };

fn authority() -> IdentityAuthority {
    IdentityAuthority::new(vec![LOOK, MAKE, PRICE]).unwrap()
}

fn session(secret: &str) -> Credentials {
    Credentials { session: Some(secret.to_owned()), safe_method: true, ..Credentials::default() }
}

fn bearer(secret: &str) -> Credentials {
    Credentials { bearer: Some(secret.to_owned()), ..Credentials::default() }
}

async fn ask(
    cx: &Cx,
    credentials: &Credentials,
    permission: PermissionInfo,
    project: Option<ProjectId>,
    organisation: Option<OrganisationId>,
) -> Result<Granted> {
    authority().grant(cx, credentials, Wanted { permission, project, organisation }).await
}

async fn kind(cx: &Cx, credentials: &Credentials, permission: PermissionInfo, project: Option<ProjectId>, organisation: Option<OrganisationId>) -> Kind {
    ask(cx, credentials, permission, project, organisation).await.unwrap_err().kind()
}

both_engines!(a_session_gets_in_to_its_own_place_and_no_other, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    let eve = signed_up(&test.cx, "eve@example.org", "Eve").await;
    let secret = session(&signed_in(&test.cx, EMAIL).await);

    let granted = ask(&test.cx, &secret, MAKE, None, None).await.unwrap();
    assert_eq!(granted.actor, Actor::Person { person: ada.person_id });
    assert_eq!(granted.place, Place::Project { organisation: ada.organisation_id, project: ada.project_id });
    assert!(ask(&test.cx, &secret, LOOK, Some(ada.project_id), Some(ada.organisation_id)).await.is_ok());
    assert!(ask(&test.cx, &secret, OrganisationUpdate::INFO, None, None).await.is_ok());

    assert_eq!(kind(&test.cx, &secret, LOOK, Some(eve.project_id), None).await, Kind::NotFound);
    assert_eq!(kind(&test.cx, &secret, LOOK, Some(ada.project_id), Some(eve.organisation_id)).await, Kind::NotFound);
    assert_eq!(kind(&test.cx, &secret, OrganisationView::INFO, None, Some(eve.organisation_id)).await, Kind::NotFound);
    assert_eq!(kind(&test.cx, &secret, PRICE, None, None).await, Kind::Denied);
    assert_eq!(kind(&test.cx, &session("wrong"), LOOK, None, None).await, Kind::Unauthenticated);
    assert_eq!(kind(&test.cx, &Credentials::default(), LOOK, None, None).await, Kind::Unauthenticated);
});

both_engines!(a_change_with_a_cookie_needs_the_token_of_its_session, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    test.authority.become_person(ada.person_id, ada.organisation_id, ada.project_id);
    let secret = signed_in(&test.cx, EMAIL).await;
    let other = signed_in(&test.cx, EMAIL).await;
    let at = test.scope::<PersonView>().await;
    let token_of = async |secret: &str| identity::person::view(&test.cx, &at, ada.person_id, Some(secret)).await.unwrap().csrf_token;
    let with = |csrf: Option<String>| Credentials { session: Some(secret.clone()), csrf, ..Credentials::default() };

    assert!(ask(&test.cx, &with(Some(token_of(&secret).await)), PersonUpdate::INFO, None, None).await.is_ok());
    assert_eq!(kind(&test.cx, &with(Some(token_of(&other).await)), PersonUpdate::INFO, None, None).await, Kind::Denied);
    assert_eq!(kind(&test.cx, &with(None), PersonUpdate::INFO, None, None).await, Kind::Denied);
});

both_engines!(a_session_ends_when_idle_and_lives_on_when_used, |engine: Engine| async move {
    covers!(78);
    let (_, cookie) = identity::CookieSecurity::default().set("secret");
    assert_eq!(cookie, "__Host-fairhold_session=secret; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000");
    let test = fresh(engine).await;
    signed_up(&test.cx, EMAIL, "Ada").await;
    let secret = session(&signed_in(&test.cx, EMAIL).await);
    let day = Duration::from_secs(24 * 3600);
    for _ in 0..2 {
        test.clock.advance(day * 13);
        assert!(ask(&test.cx, &secret, LOOK, None, None).await.is_ok());
    }
    test.clock.advance(day * 4);
    assert_eq!(kind(&test.cx, &secret, LOOK, None, None).await, Kind::Unauthenticated, "thirty days are the end");
    let secret = session(&signed_in(&test.cx, EMAIL).await);
    test.clock.advance(day * 14);
    assert_eq!(kind(&test.cx, &secret, LOOK, None, None).await, Kind::Unauthenticated, "fourteen idle days too");
});

both_engines!(tokens_act_in_their_organisation_within_their_reach, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    let eve = signed_up(&test.cx, "eve@example.org", "Eve").await;
    test.authority.become_person(ada.person_id, ada.organisation_id, ada.project_id);
    let at = test.scope().await;
    let new = |read_only| NewApiToken { name: "ci".into(), read_only, organisation_id: None, expires_at: None };
    let full = api_token::create(&test.cx, &at, &new(false)).await.unwrap();
    let read_only = api_token::create(&test.cx, &at, &new(true)).await.unwrap();
    let foreign = NewApiToken { organisation_id: Some(eve.organisation_id), ..new(false) };
    assert_eq!(api_token::create(&test.cx, &at, &foreign).await.err().unwrap().fields()[0].field, "organisation_id");

    let granted = ask(&test.cx, &bearer(&full.secret), MAKE, None, None).await.unwrap();
    assert_eq!(granted.actor, Actor::Token { person: ada.person_id, token: full.prefix.clone() });
    assert!(ask(&test.cx, &bearer(&read_only.secret), LOOK, None, None).await.is_ok());
    assert_eq!(kind(&test.cx, &bearer(&read_only.secret), MAKE, None, None).await, Kind::Denied);
    assert_eq!(kind(&test.cx, &bearer(&full.secret), LOOK, Some(eve.project_id), None).await, Kind::NotFound);

    let shown = api_token::list(&test.cx, &test.scope().await, &kernel::PageQuery::default()).await.unwrap();
    assert_eq!(shown.items.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ci", "ci"]);
    assert!(shown.items.iter().all(|one| one.last_used_at.is_some()));
    api_token::delete(&test.cx, &test.scope().await, full.id).await.unwrap();
    assert_eq!(kind(&test.cx, &bearer(&full.secret), LOOK, None, None).await, Kind::Unauthenticated);
});

both_engines!(staff_look_at_what_they_name_and_change_nothing, |engine: Engine| async move {
    let test = fresh(engine).await;
    set_up(&test).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    let owner = session(&signed_in(&test.cx, "owner@example.org").await);
    let granted = ask(&test.cx, &owner, LOOK, Some(ada.project_id), None).await.unwrap();
    assert!(granted.actor.is_staff());
    assert_eq!(granted.place, Place::Project { organisation: ada.organisation_id, project: ada.project_id });
    assert_eq!(kind(&test.cx, &owner, MAKE, Some(ada.project_id), None).await, Kind::Denied);
    assert_eq!(kind(&test.cx, &owner, OrganisationUpdate::INFO, None, Some(ada.organisation_id)).await, Kind::Denied);
    assert!(ask(&test.cx, &owner, PRICE, None, None).await.unwrap().actor.is_staff());
    let own = ask(&test.cx, &owner, MAKE, None, None).await.unwrap();
    assert!(!own.actor.is_staff(), "at home they are a customer like others");
});

both_engines!(a_grant_takes_two_statements, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    let secret = session(&signed_in(&test.cx, EMAIL).await);
    for (project, organisation) in [(None, None), (Some(ada.project_id), None), (None, Some(ada.organisation_id))] {
        let count = Arc::new(AtomicU64::new(0));
        STATEMENTS.scope(count.clone(), ask(&test.cx, &secret, LOOK, project, organisation)).await.unwrap();
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }
});
