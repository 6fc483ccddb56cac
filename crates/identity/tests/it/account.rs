//! Signing up, verifying, resetting; what is refused, and what the database holds.

use std::time::Duration;

use identity::password_reset::PasswordResetCompletion;
use identity::permissions::{OrganisationUpdate, PasswordUpdate, PersonView};
use identity::{email_verification, organisation, password_reset, person, session};
use kernel::map::purpose;
use kernel::{Kind, Place};
use testkit::{Engine, both_engines};

use crate::{EMAIL, PASSWORD, facts, fresh, new_person, sign_in, signed_in, signed_up};

both_engines!(a_sign_up_makes_account_organisation_and_project, |engine: Engine| async move {
    let test = fresh(engine).await;
    assert_eq!(test.lint().await, Vec::<String>::new());
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    test.authority.become_person(ids.person_id, ids.organisation_id, ids.project_id);

    let me = person::view(&test.cx, &test.scope::<PersonView>().await, ids.person_id, None).await.unwrap();
    assert_eq!((me.email.as_str(), me.name.as_str(), me.email_verified), ("Ada.Lovelace@example.org", "Ada", false));
    assert_eq!(me.organisations[0].name, "Ada's organisation");
    assert_eq!(me.organisations[0].role, identity::member::Role::Owner);
    assert_eq!(me.organisations[0].projects[0].name, "Default");
    assert_eq!(organisation::sole_organisations(test.cx.db(), ids.person_id).await.unwrap(), [ids.organisation_id]);
    let contact = person::contact(&test.cx, &test.scope::<PersonView>().await, &purpose::NOTICE, ids.person_id).await.unwrap();
    assert_eq!(contact.email, "Ada.Lovelace@example.org");
    // The map allows no marketing with it.
    let refused = person::contact(&test.cx, &test.scope::<PersonView>().await, &purpose::MARKETING, ids.person_id).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Denied);
});

both_engines!(a_second_sign_up_answers_the_same_and_tells_the_owner, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    person::sign_up(&test.cx, &new_person("ada.lovelace@EXAMPLE.org", "Eve")).await.unwrap();
    let told = facts(&test.cx, "identity.person.sign_up_repeated").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].place, Place::Person { person: ids.person_id });
    // Asking for mail answers the same for a stranger's address, and announces nothing.
    email_verification::ask(&test.cx, "nobody@example.org").await.unwrap();
    password_reset::ask(&test.cx, "nobody@example.org").await.unwrap();
    assert!(facts(&test.cx, "identity.password_reset.asked").await.is_empty());
});

both_engines!(wrong_input_stores_nothing, |engine: Engine| async move {
    let test = fresh(engine).await;
    for (field, wrong) in [
        ("email", person::SignUp { email: "ada@".into(), ..new_person(EMAIL, "Ada") }),
        ("password", person::SignUp { password: "password1234".into(), ..new_person(EMAIL, "Ada") }),
        ("password", person::SignUp { password: "ada.lovelace".into(), ..new_person(EMAIL, "Ada") }),
        ("name", person::SignUp { name: "Ada\r\nBcc: x".into(), ..new_person(EMAIL, "Ada") }),
        ("over_16", person::SignUp { over_16: false, ..new_person(EMAIL, "Ada") }),
    ] {
        let error = person::sign_up(&test.cx, &wrong).await.unwrap_err();
        assert_eq!((error.kind(), error.fields()[0].field.as_str()), (Kind::Invalid, field));
    }
    let refused = session::create(&test.cx, &sign_in(EMAIL, PASSWORD), None).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Unauthenticated);
});

both_engines!(a_verification_link_works_once_and_for_a_day, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    let old = test.cx.write(async |tx| email_verification::issue(&tx, ids.person_id).await).await.unwrap();
    test.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(email_verification::complete(&test.cx, &old).await.unwrap_err().fields()[0].field, "token");
    assert!(!person::is_verified(test.cx.db(), ids.person_id).await.unwrap());

    let link = test.cx.write(async |tx| email_verification::issue(&tx, ids.person_id).await).await.unwrap();
    email_verification::complete(&test.cx, &link).await.unwrap();
    assert!(person::is_verified(test.cx.db(), ids.person_id).await.unwrap());
    assert_eq!(email_verification::complete(&test.cx, &link).await.unwrap_err().kind(), Kind::Invalid);
});

both_engines!(a_reset_sets_the_password_and_ends_every_session, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    signed_in(&test.cx, EMAIL).await;
    password_reset::ask(&test.cx, "ada.lovelace@example.org").await.unwrap();
    assert_eq!(facts(&test.cx, "identity.password_reset.asked").await.len(), 1);
    let first = test.cx.write(async |tx| password_reset::issue(&tx, ids.person_id).await).await.unwrap();
    let link = test.cx.write(async |tx| password_reset::issue(&tx, ids.person_id).await).await.unwrap();
    let completion = |token: &str, password: &str| PasswordResetCompletion { token: token.into(), password: password.into() };

    // A newer link replaces the older; a weak password leaves the link alone.
    assert!(password_reset::complete(&test.cx, &completion(&first, "seven purple otters row")).await.is_err());
    assert_eq!(password_reset::complete(&test.cx, &completion(&link, "short")).await.unwrap_err().fields()[0].field, "password");
    password_reset::complete(&test.cx, &completion(&link, "seven purple otters row")).await.unwrap();
    assert_eq!(password_reset::complete(&test.cx, &completion(&link, "eight purple otters row")).await.unwrap_err().fields()[0].field, "token");

    test.authority.become_person(ids.person_id, ids.organisation_id, ids.project_id);
    let sessions = session::list(&test.cx, &test.scope().await, &kernel::PageQuery::default(), None).await.unwrap();
    assert!(sessions.items.is_empty());
    assert!(session::create(&test.cx, &sign_in(EMAIL, PASSWORD), None).await.is_err());
    assert!(session::create(&test.cx, &sign_in(EMAIL, "seven purple otters row"), None).await.is_ok());
});

both_engines!(a_password_change_asks_for_the_present_one_and_ends_other_sessions, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    test.authority.become_person(ids.person_id, ids.organisation_id, ids.project_id);
    let here = signed_in(&test.cx, EMAIL).await;
    signed_in(&test.cx, EMAIL).await;
    let at = test.scope::<PasswordUpdate>().await;
    let change = |current: &str, new: &str| person::PasswordChange { current: current.into(), new: new.into() };

    let wrong = person::change_password(&test.cx, &at, &change("violet tractor", "seven purple otters row"), Some(&here)).await.unwrap_err();
    assert_eq!(wrong.fields()[0].field, "current");
    person::change_password(&test.cx, &at, &change(PASSWORD, "seven purple otters row"), Some(&here)).await.unwrap();
    let left = session::list(&test.cx, &test.scope().await, &kernel::PageQuery::default(), Some(&here)).await.unwrap();
    assert_eq!(left.items.iter().map(|one| one.current).collect::<Vec<_>>(), [true]);
    assert_eq!(facts(&test.cx, "identity.password.changed").await.len(), 1);
});

/// What people gave us is not among the bytes of the database, nor is any secret.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_readable_is_on_disk() {
    let test = fresh(Engine::Sqlite).await;
    let ids = signed_up(&test.cx, EMAIL, "Augusta King").await;
    test.authority.become_person(ids.person_id, ids.organisation_id, ids.project_id);
    let secret = signed_in(&test.cx, EMAIL).await;
    let patch = organisation::OrganisationPatch {
        legal_name: Some(Some("Analytical Engines Ltd".into())),
        address: Some(Some("12 St James's Square".into())),
        tax_id: Some(Some("GB123456789".into())),
        ..Default::default()
    };
    let shown = organisation::update(&test.cx, &test.scope::<OrganisationUpdate>().await, &patch).await.unwrap();
    assert_eq!(shown.tax_id.as_deref(), Some("GB123456789"));
    let billed = organisation::billing_particulars(&test.cx, &test.scope::<OrganisationUpdate>().await).await.unwrap();
    assert_eq!(billed.name, "Analytical Engines Ltd");

    let mut bytes = Vec::new();
    for file in std::fs::read_dir(test.database.folder()).unwrap() {
        bytes.extend(std::fs::read(file.unwrap().path()).unwrap().to_ascii_lowercase());
    }
    assert!(bytes.windows(15).any(|window| window == b"identity_person"), "the scan reads the database");
    for value in ["ada.lovelace", "augusta", "analytical engines", "james's square", "gb123456789", PASSWORD, &secret] {
        let value = value.to_ascii_lowercase();
        assert!(!bytes.windows(value.len()).any(|window| window == value.as_bytes()), "{value} is readable");
    }
}
