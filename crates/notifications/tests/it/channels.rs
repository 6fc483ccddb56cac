//! What reaches somebody on which channel: the console beside mail, topics switched off, security never.

use identity::person::SignUp;
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, OrganisationId, PageQuery, PersonId, ProjectId};
use notifications::notification::{self, Read};
use notifications::preference::{self, PreferenceLine, PreferenceUpdate};
use notifications::{Sender, Smtp, Tag, Template, Tls, Topic, Transport};
use sea_orm::{ConnectionTrait, Statement};
use testkit::{Engine, Test, both_engines, covers};

use crate::smtp::Server;

/// Ada with a mail server, who has read nothing yet.
async fn ada(engine: Engine) -> (Test, Server, PersonId) {
    let server = Server::start().await;
    let transport = Transport::Smtp(Smtp { host: "127.0.0.1".to_owned(), port: server.port, tls: Tls::Off, user: None, password: None });
    let sender = Sender { name: "Keep".to_owned(), address: "hello@keep.example".to_owned(), base_url: "https://cloud.example".to_owned() };
    let extensions = Extensions::default().with(sender).with(transport);
    let test = Test::with(engine, vec![audit::module(), identity::module(), notifications::module()], extensions).await;
    let new =
        SignUp { email: "ada@example.org".into(), password: "correct horse battery staple 9".into(), name: "Ada".into(), over_16: true, invitation: None };
    identity::person::sign_up(&test.cx, &new).await.unwrap();
    let row = Statement::from_string(test.cx.database().backend(), "SELECT id FROM identity_person");
    let id: uuid::Uuid = test.cx.db().query_one_raw(row).await.unwrap().unwrap().try_get("", "id").unwrap();
    let person = PersonId::from_uuid(id);
    test.authority.become_person(person, OrganisationId::from_uuid(id), ProjectId::from_uuid(id));
    (test, server, person)
}

async fn tell(test: &Test, person: PersonId, template: Template) {
    let values = [("machine", "web-1"), ("number", "F-1"), ("total", "EUR 5.00"), ("link", "/app/somewhere")];
    test.cx.write(async |tx| notifications::queue(&tx, person, template, &values).await).await.unwrap();
}

async fn send(test: &Test, server: &Server) -> Vec<String> {
    (notifications::mail::jobs::SEND.run)(test.cx.clone()).await.unwrap();
    server.messages()
}

fn line(topic: Topic, mail: bool, in_app: bool) -> PreferenceUpdate {
    PreferenceUpdate { items: vec![PreferenceLine { topic, mail, in_app }] }
}

async fn titles(test: &Test) -> Vec<String> {
    let page = notification::list(&test.cx, &test.scope().await, &PageQuery::default()).await.unwrap();
    page.items.into_iter().map(|one| one.title).collect()
}

fn header<'a>(message: &'a str, name: &str) -> Option<&'a str> {
    message.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name)).map(str::trim)
}

both_engines!(what_is_said_stands_in_the_console_until_it_is_read, |engine| async move {
    let (test, _, ada) = ada(engine).await;
    assert_eq!(test.lint().await, Vec::<String>::new());
    tell(&test, ada, Template::MachineReady).await;
    tell(&test, ada, Template::PaymentReceived).await;
    let page = notification::list(&test.cx, &test.scope().await, &PageQuery::default()).await.unwrap();
    assert_eq!(
        page.items.iter().map(|one| (one.topic, one.link.as_deref())).collect::<Vec<_>>(),
        [(Topic::Billing, Some("/app/somewhere")), (Topic::Machines, Some("/app/somewhere"))]
    );
    let first = PageQuery { limit: Some(1), after: None };
    let half = notification::list(&test.cx, &test.scope().await, &first).await.unwrap();
    let rest = notification::list(&test.cx, &test.scope().await, &PageQuery { limit: Some(1), after: half.next }).await.unwrap();
    assert_eq!(rest.items[0].id, page.items[1].id);

    let unread = async || notification::unread(&test.cx, &test.scope().await).await.unwrap().count;
    assert_eq!(unread().await, 2);
    notification::read(&test.cx, &test.scope().await, &Read { ids: Some(vec![page.items[0].id]) }).await.unwrap();
    assert_eq!(unread().await, 1);
    let stranger = PersonId::from_uuid(uuid::Uuid::now_v7());
    test.authority.become_person(stranger, OrganisationId::from_uuid(stranger.uuid()), ProjectId::from_uuid(stranger.uuid()));
    assert!(titles(&test).await.is_empty(), "somebody else sees them");
    notification::read(&test.cx, &test.scope().await, &Read::default()).await.unwrap();
    test.authority.become_person(ada, OrganisationId::from_uuid(ada.uuid()), ProjectId::from_uuid(ada.uuid()));
    assert_eq!(unread().await, 1, "somebody else read them");
    notification::read(&test.cx, &test.scope().await, &Read::default()).await.unwrap();
    assert_eq!(unread().await, 0);
});

both_engines!(secrets_of_mails_are_not_in_the_console, |engine| async move {
    let (test, server, ada) = ada(engine).await;
    for template in [Template::VerifyEmail, Template::PasswordReset] {
        tell(&test, ada, template).await;
    }
    assert_eq!(send(&test, &server).await.len(), 2);
    assert!(titles(&test).await.is_empty());
});

both_engines!(a_topic_goes_silent_by_mail_and_stays_in_the_console, |engine| async move {
    covers!(160, 309);
    let (test, server, ada) = ada(engine).await;
    let matrix = preference::view(&test.cx, &test.scope().await).await.unwrap().items;
    assert_eq!(matrix.iter().map(|one| (one.topic, one.mail && one.in_app)).collect::<Vec<_>>(), Topic::ALL.map(|topic| (topic, true)));
    preference::update(&test.cx, &test.scope().await, &line(Topic::Machines, false, true)).await.unwrap();
    tell(&test, ada, Template::MachineReady).await;
    tell(&test, ada, Template::PaymentReceived).await;
    let mails = send(&test, &server).await;
    assert_eq!(mails.len(), 1, "only the other topic goes by mail");
    assert_eq!(titles(&test).await.len(), 2, "both stand in the console");
    preference::update(&test.cx, &test.scope().await, &line(Topic::Billing, true, false)).await.unwrap();
    tell(&test, ada, Template::PaymentReceived).await;
    assert_eq!((send(&test, &server).await.len(), titles(&test).await.len()), (2, 2), "the other way round");

    for (mail, in_app, field) in [(false, true, "items[0].mail"), (true, false, "items[0].in_app")] {
        let refused = preference::update(&test.cx, &test.scope().await, &line(Topic::Security, mail, in_app)).await.unwrap_err();
        assert_eq!((refused.kind(), refused.fields()[0].field.as_str()), (Kind::Invalid, field));
    }
    tell(&test, ada, Template::PasswordChanged).await;
    assert_eq!((send(&test, &server).await.len(), titles(&test).await.len()), (3, 3));
});

both_engines!(the_tag_decides_whether_a_mail_can_be_left, |engine| async move {
    covers!(254);
    let (test, server, ada) = ada(engine).await;
    for template in Template::ALL {
        // Every kind has a tag, and what is transactional cannot be switched off.
        assert_eq!(template.tag().can_be_left(), template.tag() != Tag::Transactional);
    }
    // A kind that nobody tagged has no name, so the sender never opens it.
    tell(&test, ada, Template::PasswordChanged).await;
    tell(&test, ada, Template::MachineReady).await;
    tell(&test, ada, Template::PaymentReceived).await;
    test.cx
        .write(async |tx| {
            tx.db().execute_unprepared("UPDATE notifications_mail SET kind = 'untagged' WHERE kind = 'payment_received'").await?;
            Ok(())
        })
        .await
        .unwrap();
    let mails = send(&test, &server).await;
    assert_eq!(mails.len(), 2, "an unknown kind went");
    let by_subject = |part: &str| mails.iter().find(|mail| header(mail, "Subject:").unwrap().contains(part)).unwrap();
    assert_eq!(header(by_subject("password"), "List-Unsubscribe:"), None);
    let ready = by_subject("web-1");
    assert_eq!(header(ready, "List-Unsubscribe-Post:"), Some("List-Unsubscribe=One-Click"));
    // The address is longer than a line, so the header is folded.
    let unfolded = ready.replace("\n ", "");
    let address = header(&unfolded, "List-Unsubscribe:").unwrap();
    let token = address.strip_prefix("<https://cloud.example/v1/unsubscribe/").and_then(|rest| rest.strip_suffix('>')).unwrap_or_else(|| panic!("{address}"));

    assert_eq!(preference::unsubscribe(&test.cx, &token.replace("machines", "billing")).await.unwrap_err().kind(), Kind::NotFound);
    preference::unsubscribe(&test.cx, token).await.unwrap();
    let matrix = preference::view(&test.cx, &test.scope().await).await.unwrap().items;
    let silent: Vec<_> = matrix.iter().filter(|one| !one.mail).map(|one| one.topic).collect();
    assert_eq!(silent, [Topic::Machines]);
    tell(&test, ada, Template::MachineReady).await;
    assert_eq!(send(&test, &server).await.len(), 2, "left, and mailed again");
});
