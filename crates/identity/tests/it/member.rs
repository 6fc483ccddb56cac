//! Members: roles, suspension, removal, leaving, handing over; an owner is always left.

use identity::api_token::{self, NewApiToken};
use identity::member::{self, MemberPatch, Role};
use identity::permissions::{MemberList, PersonView};
use identity::{IdentityAuthority, organisation, person, session};
use kernel::http::{Authority, Credentials, Wanted};
use kernel::permission::Permission;
use kernel::{Kind, PageQuery, PersonId};
use testkit::{Engine, Test, both_engines};

use crate::invitation::{become_in, become_one, joined, verified};
use crate::{EMAIL, PASSWORD, facts, fresh, sign_in, signed_in};

async fn roles(test: &Test) -> Vec<(PersonId, Role)> {
    let members = member::list(&test.cx, &test.scope::<MemberList>().await, &PageQuery::default()).await.unwrap().items;
    members.into_iter().map(|one| (one.person_id, one.role)).collect()
}

fn role(role: Role) -> MemberPatch {
    MemberPatch { role: Some(role), suspended: None }
}

both_engines!(an_organisation_always_has_an_owner, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Member).await;
    become_one(&test, &ada);
    let id = ada.person_id;
    for refused in [
        member::update(&test.cx, &test.scope().await, id, &role(Role::Admin)).await,
        member::update(&test.cx, &test.scope().await, id, &MemberPatch { suspended: Some(true), role: None }).await,
        member::leave(&test.cx, &test.scope().await).await,
        member::delete(&test.cx, &test.scope().await, id).await,
        member::transfer(&test.cx, &test.scope().await, id).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), Kind::Conflict);
    }
    assert_eq!(roles(&test).await, [(eve.person_id, Role::Member), (id, Role::Owner)]);

    member::transfer(&test.cx, &test.scope().await, eve.person_id).await.unwrap();
    assert_eq!(roles(&test).await, [(eve.person_id, Role::Owner), (id, Role::Admin)]);
    assert_eq!(organisation::owners(test.cx.db(), &test.scope::<MemberList>().await).await.unwrap(), [eve.person_id]);
    member::leave(&test.cx, &test.scope().await).await.unwrap();
    become_in(&test, &eve, &ada);
    assert_eq!(roles(&test).await, [(eve.person_id, Role::Owner)]);
});

both_engines!(two_owners_who_leave_at_once_leave_one, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Owner).await;
    become_one(&test, &ada);
    let one = test.scope().await;
    become_in(&test, &eve, &ada);
    let other = test.scope().await;
    let (one, other) = tokio::join!(member::leave(&test.cx, &one), member::leave(&test.cx, &other));
    assert_eq!([one.is_ok(), other.is_ok()].into_iter().filter(|left| *left).count(), 1, "{one:?} {other:?}");
});

both_engines!(admins_manage_everybody_but_owners, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    let bob = verified(&test, "bob@example.org", "Bob").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Admin).await;
    joined(&test, &ada, &bob, "bob@example.org", Role::Member).await;
    become_in(&test, &eve, &ada);
    for refused in [
        member::update(&test.cx, &test.scope().await, ada.person_id, &role(Role::Viewer)).await,
        member::update(&test.cx, &test.scope().await, bob.person_id, &role(Role::Owner)).await,
        member::update(&test.cx, &test.scope().await, eve.person_id, &role(Role::Owner)).await,
        member::delete(&test.cx, &test.scope().await, ada.person_id).await,
        member::reset_password(&test.cx, &test.scope().await, ada.person_id).await,
    ] {
        assert_eq!(refused.unwrap_err().kind(), Kind::Denied);
    }
    member::update(&test.cx, &test.scope().await, bob.person_id, &role(Role::Billing)).await.unwrap();
    assert!(roles(&test).await.contains(&(bob.person_id, Role::Billing)));
    member::delete(&test.cx, &test.scope().await, bob.person_id).await.unwrap();
    assert_eq!(member::delete(&test.cx, &test.scope().await, bob.person_id).await.unwrap_err().kind(), Kind::NotFound);
    joined(&test, &ada, &bob, "bob@example.org", Role::Viewer).await;
    become_one(&test, &ada);
    assert!(roles(&test).await.contains(&(bob.person_id, Role::Viewer)), "who was removed can come back");
});

both_engines!(who_leaves_is_out_at_once_with_their_tokens, |engine: Engine| async move {
    let test = fresh(engine).await;
    let authority = IdentityAuthority::new(Vec::new()).unwrap();
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Member).await;
    become_in(&test, &eve, &ada);
    let new = NewApiToken { name: "ci".into(), read_only: false, organisation_id: Some(ada.organisation_id), expires_at: None };
    let token = api_token::create(&test.cx, &test.scope().await, &new).await.unwrap();
    let session = Credentials { session: Some(signed_in(&test.cx, "eve@example.org").await), safe_method: true, ..Credentials::default() };
    let bearer = Credentials { bearer: Some(token.secret), ..Credentials::default() };
    let wanted = Wanted { permission: MemberList::INFO, project: None, organisation: Some(ada.organisation_id) };
    for credentials in [&session, &bearer] {
        assert!(authority.grant(&test.cx, credentials, wanted).await.is_ok());
    }
    let suspend = |suspended| MemberPatch { role: None, suspended: Some(suspended) };
    become_one(&test, &ada);
    member::update(&test.cx, &test.scope().await, eve.person_id, &suspend(true)).await.unwrap();
    for credentials in [&session, &bearer] {
        assert_eq!(authority.grant(&test.cx, credentials, wanted).await.unwrap_err().kind(), Kind::NotFound, "suspended");
    }
    member::update(&test.cx, &test.scope().await, eve.person_id, &suspend(false)).await.unwrap();
    assert!(authority.grant(&test.cx, &session, wanted).await.is_ok(), "lifted");

    become_in(&test, &eve, &ada);
    member::leave(&test.cx, &test.scope().await).await.unwrap();
    assert_eq!(authority.grant(&test.cx, &session, wanted).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(authority.grant(&test.cx, &bearer, wanted).await.unwrap_err().kind(), Kind::Unauthenticated);
    become_one(&test, &eve);
    let me = person::view(&test.cx, &test.scope::<PersonView>().await, eve.person_id, None).await.unwrap();
    assert_eq!(me.organisations.iter().map(|one| one.id).collect::<Vec<_>>(), [eve.organisation_id]);
});

both_engines!(an_admin_makes_a_member_choose_a_new_password_and_learns_nothing, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Member).await;
    signed_in(&test.cx, "eve@example.org").await;
    become_one(&test, &ada);
    member::reset_password(&test.cx, &test.scope().await, eve.person_id).await.unwrap();
    assert_eq!(facts(&test.cx, "identity.password_reset.asked").await.len(), 1, "the mail is asked for");
    assert!(session::create(&test.cx, &sign_in("eve@example.org", PASSWORD), None).await.is_err(), "the old password works");
    become_one(&test, &eve);
    assert!(session::list(&test.cx, &test.scope().await, &PageQuery::default(), None).await.unwrap().items.is_empty());
});

/// The password is a PHC string of Argon2id in the row, and nothing else of it is stored.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_kept_as_argon2id_only() {
    let test = fresh(Engine::Sqlite).await;
    verified(&test, EMAIL, "Ada").await;
    use sea_orm::ConnectionTrait;
    let row = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT password FROM identity_person");
    let stored: String = test.cx.db().query_one_raw(row).await.unwrap().unwrap().try_get("", "password").unwrap();
    let parts: Vec<&str> = stored.split('$').collect();
    assert_eq!((parts[1], parts[2]), ("argon2id", "v=19"), "{stored}");
    assert!(!stored.contains(PASSWORD));
}
