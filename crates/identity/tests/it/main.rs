//! Identity on both engines: accounts, sign-in, authority, organisations, set-up.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod account;
mod authority;
mod http;
mod invitation;
mod member;
mod operator;
mod project;
mod session;
mod sign_in;

use audit::Outcome;
use identity::events::PersonSignedUp;
use identity::person::SignUp;
use identity::session::NewSession;
use kernel::agent::{Agent, Device, System};
use kernel::event::{self, Event, Reaction};
use kernel::{Cx, Module};
use testkit::{Engine, Test};

pub(crate) const EMAIL: &str = "Ada.Lovelace@Example.org";
pub(crate) const PASSWORD: &str = "violet tractor hums again";

pub(crate) fn modules() -> Vec<Module> {
    vec![audit::module(), identity::module()]
}

pub(crate) async fn fresh(engine: Engine) -> Test {
    Test::on(engine, modules()).await
}

pub(crate) fn new_person(email: &str, name: &str) -> SignUp {
    SignUp { email: email.into(), password: PASSWORD.into(), name: name.into(), over_16: true, invitation: None }
}

/// Signs somebody up and tells the ids that were announced.
pub(crate) async fn signed_up(cx: &Cx, email: &str, name: &str) -> PersonSignedUp {
    identity::person::sign_up(cx, &new_person(email, name)).await.unwrap();
    facts(cx, "identity.person.signed_up").await.last().expect("announced").fact().unwrap()
}

/// The secret of a new session.
pub(crate) async fn signed_in(cx: &Cx, email: &str) -> String {
    identity::session::create(cx, &sign_in(email, PASSWORD), None).await.unwrap().secret
}

pub(crate) fn sign_in(email: &str, password: &str) -> NewSession {
    NewSession { email: email.into(), password: password.into() }
}

/// A browser.
pub(crate) fn firefox() -> Agent {
    Agent { browser: Some("Firefox 141".into()), system: System::Linux, device: Device::Desktop }
}

/// The lines of the record about `person` and in `organisation`, as they see them: who did what, and how it ended.
pub(crate) async fn record(test: &Test, who: &PersonSignedUp) -> Vec<(String, String, Outcome)> {
    test.authority.become_person(who.person_id, who.organisation_id, who.project_id);
    let page = audit::line::list::list(&test.cx, &test.scope().await, &kernel::PageQuery::default()).await.unwrap();
    page.items.into_iter().map(|line| (line.actor.kind, line.action, line.outcome)).collect()
}

/// Delivers what was announced, and tells those of `kind`.
pub(crate) async fn facts(cx: &Cx, kind: &'static str) -> Vec<Event> {
    static HEARD: std::sync::Mutex<Vec<(usize, Event)>> = std::sync::Mutex::new(Vec::new());
    let reaction = Reaction {
        to: kind,
        name: "test.hear",
        run: |tx, event| {
            Box::pin(async move {
                let database = std::ptr::from_ref(tx.cx().database()).addr();
                HEARD.lock().unwrap().push((database, event));
                Ok(())
            })
        },
    };
    while event::deliver(cx, &[reaction]).await.unwrap() > 0 {}
    let here = std::ptr::from_ref(cx.database()).addr();
    HEARD.lock().unwrap().iter().filter(|(database, event)| *database == here && event.kind == kind).map(|(_, event)| event.clone()).collect()
}
