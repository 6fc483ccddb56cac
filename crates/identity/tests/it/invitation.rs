//! Invitations: for new and existing people, once, for a week, and never above one's own role.

use std::time::Duration;

use identity::events::PersonSignedUp;
use identity::invitation::{self, Letter, NewInvitation};
use identity::member::{self, Role};
use identity::permissions::MemberList;
use identity::{email_verification, person, session};
use kernel::{Cx, Kind, PageQuery};
use testkit::{Engine, Test, both_engines};

use crate::{EMAIL, PASSWORD, facts, fresh, new_person, record, sign_in, signed_up};

/// Somebody who signed up and confirmed their address.
pub(crate) async fn verified(test: &Test, email: &str, name: &str) -> PersonSignedUp {
    let ids = signed_up(&test.cx, email, name).await;
    let link = test.cx.write(async |tx| email_verification::issue(&tx, ids.person_id).await).await.unwrap();
    email_verification::complete(&test.cx, &link).await.unwrap();
    ids
}

pub(crate) fn become_one(test: &Test, who: &PersonSignedUp) {
    test.authority.become_person(who.person_id, who.organisation_id, who.project_id);
}

/// The same person, asking about somebody else's organisation.
pub(crate) fn become_in(test: &Test, who: &PersonSignedUp, place: &PersonSignedUp) {
    test.authority.become_person(who.person_id, place.organisation_id, place.project_id);
}

/// Invites on behalf of whoever the test authority says, and tells what the mail says.
pub(crate) async fn invited(test: &Test, email: &str, role: Role) -> Letter {
    let new = NewInvitation { email: email.into(), role };
    let made = invitation::create(&test.cx, &test.scope().await, &new).await.unwrap();
    letter(&test.cx, made.id).await
}

async fn letter(cx: &Cx, id: invitation::InvitationId) -> Letter {
    cx.write(async |tx| invitation::issue(&tx, id).await).await.unwrap().expect("still open")
}

/// Makes `who` a member of the organisation of `owner`.
pub(crate) async fn joined(test: &Test, owner: &PersonSignedUp, who: &PersonSignedUp, email: &str, role: Role) {
    become_one(test, owner);
    let letter = invited(test, email, role).await;
    become_one(test, who);
    invitation::accept(&test.cx, &test.scope().await, &letter.secret).await.unwrap();
}

both_engines!(somebody_with_an_account_joins_once, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    become_one(&test, &ada);
    let letter = invited(&test, "Eve@Example.org", Role::Member).await;
    assert_eq!((letter.inviter.as_str(), letter.organisation.as_str(), letter.email.as_str()), ("Ada", "Ada's organisation", "Eve@example.org"));
    let shown = invitation::view(&test.cx, &letter.secret).await.unwrap();
    assert_eq!((shown.organisation.as_str(), shown.invited_by.as_deref(), shown.role), ("Ada's organisation", Some("Ada"), Role::Member));

    become_one(&test, &eve);
    assert_eq!(invitation::accept(&test.cx, &test.scope().await, &letter.secret).await.unwrap(), ada.organisation_id);
    let again = invitation::accept(&test.cx, &test.scope().await, &letter.secret).await.unwrap_err();
    assert_eq!(again.fields()[0].field, "token");
    assert_eq!(facts(&test.cx, "identity.member.joined").await.len(), 1);

    become_one(&test, &ada);
    let members = member::list(&test.cx, &test.scope::<MemberList>().await, &PageQuery::default()).await.unwrap().items;
    assert_eq!(members.iter().map(|one| (one.name.as_str(), one.role)).collect::<Vec<_>>(), [("Eve", Role::Member), ("Ada", Role::Owner)]);
    let lines: Vec<String> = record(&test, &ada).await.into_iter().map(|(_, action, _)| action).collect();
    assert!(lines.contains(&"identity.member.join".to_owned()) && lines.contains(&"identity.invitation.create".to_owned()), "{lines:?}");
    let member = NewInvitation { email: "eve@example.org".into(), role: Role::Viewer };
    let refused = invitation::create(&test.cx, &test.scope().await, &member).await.unwrap_err();
    assert_eq!((refused.kind(), refused.fields()[0].field.as_str()), (Kind::Conflict, "email"));
});

both_engines!(somebody_new_signs_up_with_the_link_and_is_verified, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    become_one(&test, &ada);
    let letter = invited(&test, "new@example.org", Role::Billing).await;
    let wrong = person::SignUp { invitation: Some("unknown".into()), ..new_person("new@example.org", "New") };
    assert_eq!(person::sign_up(&test.cx, &wrong).await.unwrap_err().fields()[0].field, "token");
    assert!(session::create(&test.cx, &sign_in("new@example.org", PASSWORD), None).await.is_err(), "nothing was stored");

    person::sign_up(&test.cx, &person::SignUp { invitation: Some(letter.secret.clone()), ..new_person("new@example.org", "New") }).await.unwrap();
    let new: PersonSignedUp = facts(&test.cx, "identity.person.signed_up").await.last().unwrap().fact().unwrap();
    assert!(person::is_verified(test.cx.db(), new.person_id).await.unwrap());
    become_one(&test, &new);
    let me = person::view(&test.cx, &test.scope::<identity::permissions::PersonView>().await, new.person_id, None).await.unwrap();
    let roles: Vec<_> = me.organisations.iter().map(|one| (one.name.as_str(), one.role)).collect();
    assert_eq!(roles, [("Ada's organisation", Role::Billing), ("New's organisation", Role::Owner)]);

    // With another address the link is no proof of that address.
    become_one(&test, &ada);
    let letter = invited(&test, "third@example.org", Role::Viewer).await;
    person::sign_up(&test.cx, &person::SignUp { invitation: Some(letter.secret), ..new_person("other@example.org", "Other") }).await.unwrap();
    let other: PersonSignedUp = facts(&test.cx, "identity.person.signed_up").await.last().unwrap().fact().unwrap();
    assert!(!person::is_verified(test.cx.db(), other.person_id).await.unwrap());
});

both_engines!(a_link_ends_after_a_week_when_taken_back_and_when_sent_anew, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    become_one(&test, &ada);
    let first = invited(&test, "eve@example.org", Role::Member).await;
    let second = invited(&test, "eve@example.org", Role::Viewer).await;
    assert!(invitation::view(&test.cx, &first.secret).await.is_err(), "a newer one replaces it");
    let open = invitation::list(&test.cx, &test.scope().await, &PageQuery::default()).await.unwrap().items;
    assert_eq!(open.iter().map(|one| (one.email.as_str(), one.role)).collect::<Vec<_>>(), [("eve@example.org", Role::Viewer)]);

    test.clock.advance(invitation_lifetime());
    become_one(&test, &eve);
    assert!(invitation::accept(&test.cx, &test.scope().await, &second.secret).await.is_err(), "too old");
    become_one(&test, &ada);
    let third = invited(&test, "eve@example.org", Role::Member).await;
    let id = invitation::list(&test.cx, &test.scope().await, &PageQuery::default()).await.unwrap().items[0].id;
    invitation::delete(&test.cx, &test.scope().await, id).await.unwrap();
    assert!(invitation::view(&test.cx, &third.secret).await.is_err(), "taken back");
});

fn invitation_lifetime() -> Duration {
    Duration::from_secs(7 * 24 * 3600)
}

both_engines!(nobody_invites_above_themselves_or_unconfirmed, |engine: Engine| async move {
    let test = fresh(engine).await;
    let unconfirmed = signed_up(&test.cx, "una@example.org", "Una").await;
    become_one(&test, &unconfirmed);
    let new = |role| NewInvitation { email: "x@example.org".into(), role };
    assert_eq!(invitation::create(&test.cx, &test.scope().await, &new(Role::Viewer)).await.unwrap_err().kind(), Kind::Denied);

    let ada = verified(&test, EMAIL, "Ada").await;
    let eve = verified(&test, "eve@example.org", "Eve").await;
    joined(&test, &ada, &eve, "eve@example.org", Role::Admin).await;
    become_in(&test, &eve, &ada);
    assert_eq!(invitation::create(&test.cx, &test.scope().await, &new(Role::Owner)).await.unwrap_err().kind(), Kind::Denied);
    assert!(invitation::create(&test.cx, &test.scope().await, &new(Role::Admin)).await.is_ok());
    let wrong = NewInvitation { email: "x@".into(), role: Role::Viewer };
    assert_eq!(invitation::create(&test.cx, &test.scope().await, &wrong).await.unwrap_err().fields()[0].field, "email");
});
