//! Mails from the event to the mail server, which drops, hangs and refuses.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use identity::person::SignUp;
use kernel::cx::Extensions;
use kernel::map::Class;
use kernel::{Cx, KeyOwner, PersonId};
use notifications::{Sender, Smtp, Template, Tls, Transport};
use sea_orm::{ConnectionTrait, Statement};
use testkit::{Engine, Test, both_engines};
use tower::ServiceExt;

use crate::smtp::{Fault, Server};

const EMAIL: &str = "ada@example.org";

async fn with(engine: Engine, transport: Transport) -> Test {
    let sender = Sender { name: "Example Hosting".to_owned(), address: "hello@hosting.example".to_owned(), base_url: "https://cloud.example".to_owned() };
    let extensions = Extensions::default().with(sender).with(transport);
    Test::with(engine, vec![audit::module(), identity::module(), notifications::module()], extensions).await
}

async fn smtp(engine: Engine) -> (Test, Server) {
    let server = Server::start().await;
    let transport = Transport::Smtp(Smtp { host: "127.0.0.1".to_owned(), port: server.port, tls: Tls::Off, user: None, password: None });
    (with(engine, transport).await, server)
}

/// Signs Ada up and lets the reactions run; tells who she is.
async fn sign_up(test: &Test) -> PersonId {
    let new = SignUp {
        email: EMAIL.to_owned(),
        password: "correct horse battery staple 9".to_owned(),
        name: "Ada Lovelace".to_owned(),
        over_16: true,
        invitation: None,
    };
    identity::person::sign_up(&test.cx, &new).await.unwrap();
    react(&test.cx).await;
    let id = value(&test.cx, "SELECT id FROM identity_person").await.try_get::<uuid::Uuid>("", "id").unwrap();
    kernel::id::Id::from_uuid(id)
}

async fn react(cx: &Cx) {
    while kernel::event::deliver(cx, notifications::reactions::ALL).await.unwrap() > 0 {}
}

async fn send(test: &Test) -> usize {
    (notifications::mail::jobs::SEND.run)(test.cx.clone()).await.unwrap()
}

async fn value(cx: &Cx, sql: &str) -> sea_orm::QueryResult {
    cx.db().query_one_raw(Statement::from_string(cx.database().backend(), sql)).await.unwrap().expect("one row")
}

async fn count(test: &Test, sql: &str) -> i64 {
    value(&test.cx, &format!("SELECT COUNT(*) AS n FROM {sql}")).await.try_get("", "n").unwrap()
}

fn header<'a>(message: &'a str, name: &str) -> &'a str {
    message.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {message}")).trim()
}

/// A message with quoted-printable undone.
fn decoded(message: &str) -> String {
    message.replace("=\n", "").replace("=3D", "=")
}

/// The link in a message.
fn link(message: &str) -> String {
    decoded(message).lines().find(|line| line.starts_with("https://cloud.example/")).unwrap().to_owned()
}

/// What follows `address` in the message's link.
fn token(message: &str, address: &str) -> String {
    link(message).strip_prefix(address).unwrap_or_else(|| panic!("no {address} in {message}")).to_owned()
}

both_engines!(the_map_matches_the_tables, |engine| async move {
    assert_eq!(with(engine, Transport::Mailbox).await.lint().await, Vec::<String>::new());
});

both_engines!(whoever_signs_up_gets_one_mail_with_a_link_that_works, |engine| async move {
    testkit::covers!(104, 261);
    let (test, server) = smtp(engine).await;
    let ada = sign_up(&test).await;
    assert_eq!(send(&test).await, 1);
    assert_eq!(send(&test).await, 0);
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    let message = &messages[0];
    assert_eq!(header(message, "To:"), "\"Ada Lovelace\" <ada@example.org>");
    assert_eq!(header(message, "From:"), "\"Example Hosting\" <hello@hosting.example>");
    assert_eq!(header(message, "Subject:"), "Confirm your e-mail address");
    assert_eq!(header(message, "Auto-Submitted:"), "auto-generated");
    assert_eq!(header(message, "Date:"), "Sun, 01 Mar 2026 12:00:00 +0000");
    assert!(header(message, "Message-ID:").starts_with("<mal_"));
    assert!(message.contains("text/plain") && message.contains("text/html"));
    // Nothing in it tells us whether it was opened: one link, which is the one in the text, and nothing to load.
    let html = decoded(message).split_once("<body").unwrap().1.to_owned();
    let address = link(message).replace('/', "&#x2f;");
    assert_eq!(html.matches("href=").count(), 1, "{html}");
    assert!(html.contains(&format!("<a href=\"{address}\">{address}</a>")), "{html}");
    for loads in ["<img", "src=", "url(", "<link", "<iframe"] {
        assert!(!html.contains(loads), "{loads} in {html}");
    }

    identity::email_verification::complete(&test.cx, &token(message, "https://cloud.example/app/verify#")).await.unwrap();
    assert!(identity::person::is_verified(test.cx.db(), ada).await.unwrap());
    // What left is on record.
    assert_eq!(count(&test, "kernel_disclosure WHERE recipient = 'mail.smtp' AND purpose = 'account.manage' AND host = '127.0.0.1'").await, 1);
    // Neither address nor link is readable in the database.
    assert_eq!(count(&test, "notifications_mail WHERE state = 'sent' AND last_error IS NULL").await, 1);
});

both_engines!(a_repeated_sign_up_is_told_to_the_owner, |engine| async move {
    let (test, server) = smtp(engine).await;
    sign_up(&test).await;
    sign_up(&test).await;
    send(&test).await;
    let mut subjects: Vec<String> = server.messages().iter().map(|message| header(message, "Subject:").to_owned()).collect();
    subjects.sort();
    assert_eq!(subjects, ["Confirm your e-mail address", "You already have an account"]);
});

both_engines!(a_reset_link_changes_the_password, |engine| async move {
    let (test, server) = smtp(engine).await;
    sign_up(&test).await;
    send(&test).await;
    identity::password_reset::ask(&test.cx, EMAIL).await.unwrap();
    react(&test.cx).await;
    send(&test).await;
    let messages = server.messages();
    let token = token(&messages[1], "https://cloud.example/app/reset-password#");
    let completion = identity::password_reset::PasswordResetCompletion { token, password: "another horse, another battery 7".to_owned() };
    identity::password_reset::complete(&test.cx, &completion).await.unwrap();
    react(&test.cx).await;
    send(&test).await;
    assert_eq!(header(&server.messages()[2], "Subject:"), "Your password was changed");
});

both_engines!(a_broken_connection_means_the_same_message_again, |engine| async move {
    let (test, server) = smtp(engine).await;
    server.misbehave(&[Fault::BreakOffAfterData, Fault::Busy]);
    sign_up(&test).await;
    assert_eq!(send(&test).await, 0);
    assert_eq!(send(&test).await, 0, "not before its time");
    test.clock.advance(Duration::from_secs(11));
    assert_eq!(send(&test).await, 0, "the server is busy");
    test.clock.advance(Duration::from_secs(21));
    assert_eq!(send(&test).await, 1);
    test.clock.advance(Duration::from_secs(7200));
    assert_eq!(send(&test).await, 0);
    let messages = server.messages();
    assert_eq!(messages.len(), 2);
    for name in ["Message-ID:", "Date:", "Subject:"] {
        assert_eq!(header(&messages[0], name), header(&messages[1], name));
    }
    assert_eq!(link(&messages[0]), link(&messages[1]));
});

both_engines!(a_sender_that_vanishes_loses_no_mail, |engine| async move {
    let (test, server) = smtp(engine).await;
    server.misbehave(&[Fault::HangAfterData]);
    sign_up(&test).await;
    let cx = test.cx.clone();
    let sender = tokio::spawn(async move { (notifications::mail::jobs::SEND.run)(cx).await });
    while server.messages().is_empty() {
        tokio::task::yield_now().await;
    }
    sender.abort();
    assert!(sender.await.unwrap_err().is_cancelled());
    assert_eq!(send(&test).await, 0, "its lease still runs");
    test.clock.advance(Duration::from_secs(301));
    assert_eq!(send(&test).await, 1);
    let messages = server.messages();
    assert_eq!(header(&messages[0], "Message-ID:"), header(&messages[1], "Message-ID:"));
});

both_engines!(a_mail_that_is_refused_for_good_is_not_tried_again, |engine| async move {
    let (test, server) = smtp(engine).await;
    server.misbehave(&[Fault::RefuseRecipient]);
    sign_up(&test).await;
    assert_eq!(send(&test).await, 0);
    test.clock.advance(Duration::from_secs(100_000));
    assert_eq!(send(&test).await, 0);
    assert!(server.messages().is_empty());
    assert_eq!(count(&test, "notifications_mail WHERE state = 'failed' AND attempts = 1").await, 1);
});

both_engines!(several_senders_send_each_mail_once, |engine| async move {
    let (test, server) = smtp(engine).await;
    let ada = sign_up(&test).await;
    for number in 0..9 {
        let machine = format!("vm-{number}");
        test.cx
            .write(async |tx| notifications::queue(&tx, ada, Template::MachineReady, &[("machine", &machine), ("link", "/app/machines")]).await)
            .await
            .unwrap();
    }
    let (one, other) = tokio::join!(send(&test), send(&test));
    assert_eq!(one + other, 10);
    let mut ids: Vec<String> = server.messages().iter().map(|message| header(message, "Message-ID:").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), server.messages().len()), (10, 10));
});

both_engines!(nothing_goes_to_somebody_who_was_erased, |engine| async move {
    let (test, server) = smtp(engine).await;
    let ada = sign_up(&test).await;
    test.cx.write(async |tx| notifications::queue(&tx, ada, Template::ErasureBegun, &[("bills", ""), ("link", "/v1/certificates/crt_1")]).await).await.unwrap();
    // What must still go, goes before the keys do.
    assert_eq!(notifications::flush(&test.cx, ada).await.unwrap(), 0);
    test.cx.write(async |tx| notifications::queue(&tx, ada, Template::ExportReady, &[("link", "/app/privacy")]).await).await.unwrap();
    test.cx.write(async |tx| tx.cx().keys().destroy(tx.db(), KeyOwner::Person(ada), &[Class::Account]).await).await.unwrap();
    assert_eq!(send(&test).await, 0);
    assert_eq!(server.messages().len(), 2);
    assert_eq!(count(&test, "notifications_mail WHERE state = 'failed'").await, 1);
});

async fn page(test: &Test) -> (StatusCode, String) {
    let (router, _) = (notifications::module().routes)().split_for_parts();
    let answer = router.with_state(test.cx.clone()).oneshot(Request::get("/demo/mailbox").body(Body::empty()).unwrap()).await.unwrap();
    (answer.status(), String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap())
}

both_engines!(the_demonstration_shows_its_mails_and_nobody_else_does, |engine| async move {
    let test = with(engine, Transport::Mailbox).await;
    assert!(page(&test).await.1.contains("There is no mail yet."));
    sign_up(&test).await;
    send(&test).await;
    let (status, html) = page(&test).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Confirm your e-mail address") && html.contains(EMAIL), "{html}");
    assert!(html.contains("<a href=\"https:&#x2f;&#x2f;cloud.example&#x2f;app&#x2f;verify#"), "{html}");
    assert!(!html.contains("<script"));
    assert_eq!(count(&test, "kernel_disclosure").await, 0);

    let (real, _) = smtp(engine).await;
    sign_up(&real).await;
    send(&real).await;
    assert_eq!(page(&real).await.0, StatusCode::NOT_FOUND);
});
