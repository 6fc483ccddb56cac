//! The kernel on both databases: transactions, sealing and the gate, events, idempotency, leases, the lint.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kernel::cx::{Extensions, RequestInfo};
use kernel::event::{self, Event, EventKind, Reaction};
use kernel::idempotency::{Answer, Claim};
use kernel::{Error, Kind, Place, Tx, lease, setting};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use sha2::{Digest, Sha256};
use testkit::{Test, both_engines};

const THING_MADE: EventKind<String> = EventKind::new("test.thing.made");

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

fn hear(tx: Tx, event: Event) -> futures::future::BoxFuture<'static, kernel::Result<()>> {
    Box::pin(async move {
        let fact: String = event.fact()?;
        if fact == "unheard" {
            return Err(Error::unavailable("deaf today"));
        }
        tx.cx().extension::<Heard>()?.0.lock().unwrap().push(fact);
        Ok(())
    })
}

const REACTIONS: &[Reaction] = &[Reaction { to: "test.thing.made", name: "test.hear", run: hear }];

both_engines!(the_map_and_the_schema_agree, |engine| async move {
    let test = Test::on(engine, vec![]).await;
    assert_eq!(test.lint().await, Vec::<String>::new());
});

both_engines!(a_failed_transaction_leaves_nothing, |engine| async move {
    let test = Test::on(engine, vec![]).await;
    let outcome: kernel::Result<()> = test
        .cx
        .write(async |tx| {
            setting::write(&tx, "a", &1).await?;
            Err(Error::conflict("no"))
        })
        .await;
    assert_eq!(outcome.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(setting::read::<i32>(test.cx.db(), "a").await.unwrap(), None);
    test.cx.write(async |tx| setting::write(&tx, "a", &2).await).await.unwrap();
    assert_eq!(setting::read::<i32>(test.cx.db(), "a").await.unwrap(), Some(2));
});

both_engines!(reading_connections_cannot_write, |engine| async move {
    use sea_orm::ConnectionTrait;
    let test = Test::on(engine, vec![]).await;
    let refused = test.cx.db().execute_unprepared("DELETE FROM kernel_setting").await;
    assert!(refused.is_err(), "a write outside a transaction went through");
});

both_engines!(events_keep_their_order_per_subject_and_come_once, |engine| async move {
    let test = Test::with(engine, vec![], Extensions::default().with(Heard::default())).await;
    test.cx
        .write(async |tx| {
            for (subject, fact) in [("x", "one"), ("x", "unheard"), ("x", "three"), ("y", "other")] {
                tx.announce(THING_MADE, Place::Platform, subject, &fact.to_owned()).await?;
            }
            Ok(())
        })
        .await
        .unwrap();
    event::deliver(&test.cx, REACTIONS).await.unwrap();
    event::deliver(&test.cx, REACTIONS).await.unwrap();
    let heard = test.cx.extension::<Heard>().unwrap().0.lock().unwrap().clone();
    assert_eq!(heard, ["one", "other"], "nothing overtakes a waiting event of its subject, and nothing comes twice");
    test.clock.advance(Duration::from_secs(5));
    event::deliver(&test.cx, REACTIONS).await.unwrap();
    assert_eq!(test.cx.extension::<Heard>().unwrap().0.lock().unwrap().len(), 2);
});

both_engines!(an_idempotency_key_protects_one_request, |engine| async move {
    let test = Test::on(engine, vec![]).await;
    let claim = |body: &[u8]| Arc::new(Claim::new(&test.cx, "caller", "POST /v1/things", "key-1", body).unwrap());
    assert!(claim(b"{}").answer(&test.cx).await.unwrap().is_none());
    let cx = test.cx.for_request(RequestInfo::default(), Some(claim(b"{}")));
    cx.write(async |tx| setting::write(&tx, "made", &1).await).await.unwrap();
    let running = claim(b"{}").answer(&test.cx).await.unwrap_err();
    assert_eq!(running.kind(), Kind::Conflict, "an unfinished request is not repeated");
    let answer = Answer { status: 201, body: b"{\"id\":7}".to_vec() };
    claim(b"{}").keep(&test.cx, &answer).await.unwrap();
    assert_eq!(claim(b"{}").answer(&test.cx).await.unwrap(), Some(answer));
    let rows = test.cx.db().query_all(Query::select().column("request").from("kernel_idempotency")).await.unwrap();
    let kept: Vec<u8> = rows[0].try_get("", "request").unwrap();
    assert_ne!(kept, Sha256::digest(b"{}").to_vec(), "a body that can be guessed could be found by its plain hash");
    assert!(claim(b"{\"other\":1}").answer(&test.cx).await.is_err(), "another body with the same key is refused");
    let twice = test.cx.for_request(RequestInfo::default(), Some(claim(b"{}")));
    assert!(twice.write(async |tx| setting::write(&tx, "made", &2).await).await.is_err());
    assert_eq!(setting::read::<i32>(test.cx.db(), "made").await.unwrap(), Some(1));
});

both_engines!(a_lease_has_one_holder_and_a_fence, |engine| async move {
    let test = Test::on(engine, vec![]).await;
    let length = Duration::from_secs(10);
    let first = lease::take(&test.cx, "job", "a", length).await.unwrap().unwrap();
    assert!(lease::take(&test.cx, "job", "b", length).await.unwrap().is_none());
    test.clock.advance(Duration::from_secs(11));
    let second = lease::take(&test.cx, "job", "b", length).await.unwrap().unwrap();
    assert!(second > first);
    lease::give_back(&test.cx, "job", first, Duration::ZERO).await.unwrap();
    assert!(lease::take(&test.cx, "job", "c", length).await.unwrap().is_none(), "a stale fence gave the lease back");
    lease::give_back(&test.cx, "job", second, Duration::from_secs(60)).await.unwrap();
    assert!(lease::take(&test.cx, "job", "c", length).await.unwrap().is_none(), "work that is not due was taken");
    test.clock.advance(Duration::from_secs(61));
    assert!(lease::take(&test.cx, "job", "c", length).await.unwrap().is_some());
});
