//! The history of sign-ins and the record of what visitors do: the right name, the right actor.

use audit::Outcome;
use identity::permissions::SignInList;
use identity::{email_verification, password_reset, person, session, sign_in};
use kernel::agent::{Agent, Device, System};
use kernel::cx::RequestInfo;
use kernel::map::purpose;
use kernel::{Kind, PageQuery};
use testkit::{Engine, both_engines, covers};

use crate::{EMAIL, PASSWORD, firefox, fresh, new_person, record, sign_in as attempt, signed_up};

fn from(ip: &str, agent: Agent) -> RequestInfo {
    RequestInfo { ip: Some(ip.parse().unwrap()), agent: Some(agent), ..RequestInfo::default() }
}

both_engines!(the_history_lists_each_agent_and_each_failure, |engine: Engine| async move {
    covers!(306);
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    signed_up(&test.cx, "eve@example.org", "Eve").await;
    let phone = Agent { browser: Some("Safari 17".into()), system: System::Ios, device: Device::Mobile };
    session::create(&test.cx.for_request(from("192.0.2.7", firefox()), None), &attempt(EMAIL, PASSWORD), None).await.unwrap();
    session::create(&test.cx.for_request(from("2001:db8:1:2::7", phone.clone()), None), &attempt(EMAIL, PASSWORD), None).await.unwrap();
    session::create(&test.cx.for_request(from("198.51.100.9", phone), None), &attempt(EMAIL, "wrong"), None).await.err().unwrap();
    session::create(&test.cx, &attempt("eve@example.org", PASSWORD), None).await.unwrap();

    test.authority.become_person(ada.person_id, ada.organisation_id, ada.project_id);
    let at = test.scope::<SignInList>().await;
    let page = sign_in::list(&test.cx, &at, &purpose::ACCOUNT, &PageQuery::default()).await.unwrap();
    let told: Vec<_> = page.items.iter().map(|one| (one.outcome, one.browser.as_deref().unwrap_or(""), one.network.as_deref().unwrap_or(""))).collect();
    assert_eq!(
        told,
        [
            (sign_in::Outcome::WrongPassword, "Safari 17", "198.51.100.0/24"),
            (sign_in::Outcome::Succeeded, "Safari 17", "2001:db8:1::/48"),
            (sign_in::Outcome::Succeeded, "Firefox 141", "192.0.2.0/24"),
        ]
    );
    for foreign in [&purpose::MARKETING, &purpose::ANALYTICS, &purpose::NOTICE] {
        let refused = sign_in::list(&test.cx, &at, foreign, &PageQuery::default()).await.unwrap_err();
        assert_eq!(refused.kind(), Kind::Denied, "{}", foreign.key);
    }
});

both_engines!(what_visitors_do_is_on_record_under_its_own_name, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ada = signed_up(&test.cx, EMAIL, "Ada").await;
    person::sign_up(&test.cx, &new_person(EMAIL, "Eve")).await.unwrap();
    email_verification::ask(&test.cx, EMAIL).await.unwrap();
    let link = test.cx.write(async |tx| email_verification::issue(&tx, ada.person_id).await).await.unwrap();
    email_verification::complete(&test.cx, &link).await.unwrap();
    session::create(&test.cx, &attempt(EMAIL, "wrong"), None).await.err().unwrap();
    session::create(&test.cx, &attempt(EMAIL, PASSWORD), None).await.unwrap();
    password_reset::ask(&test.cx, EMAIL).await.unwrap();
    let link = test.cx.write(async |tx| password_reset::issue(&tx, ada.person_id).await).await.unwrap();
    let completion = password_reset::PasswordResetCompletion { token: link, password: "seven purple otters row".into() };
    password_reset::complete(&test.cx, &completion).await.unwrap();

    let mut lines = record(&test, &ada).await;
    lines.reverse();
    let lines: Vec<_> = lines.iter().map(|(kind, action, outcome)| (kind.as_str(), action.as_str(), *outcome)).collect();
    assert_eq!(
        lines,
        [
            ("person", "identity.person.sign_up", Outcome::Succeeded),
            ("visitor", "identity.person.sign_up", Outcome::Failed),
            ("visitor", "identity.email_verification.ask", Outcome::Succeeded),
            ("person", "identity.email_verification.complete", Outcome::Succeeded),
            ("visitor", "identity.session.create", Outcome::Failed),
            ("person", "identity.session.create", Outcome::Succeeded),
            ("visitor", "identity.password_reset.ask", Outcome::Succeeded),
            ("person", "identity.password_reset.complete", Outcome::Succeeded),
        ]
    );
});

both_engines!(what_was_typed_at_a_refused_sign_in_is_kept_nowhere, |engine: Engine| async move {
    let test = fresh(engine).await;
    session::create(&test.cx, &attempt("canary-7f3a@example.org", "canary-7f3a"), None).await.err().unwrap();
    use sea_orm::ConnectionTrait;
    let lines = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT actor_kind, action, target, summary FROM audit_line");
    let rows = test.cx.db().query_all_raw(lines).await.unwrap();
    assert_eq!(rows.len(), 1);
    let text = |column: &str| rows[0].try_get::<String>("", column).unwrap();
    assert_eq!((text("actor_kind").as_str(), text("action").as_str()), ("visitor", "identity.session.create"));
    assert!(!text("target").contains("7f3a") && !text("summary").contains("7f3a"));
});
