//! The log: what it proves, what it forgets, and that it notices being edited.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use audit::log::{self, LogIndex, Origin};
use audit::proof::Broken;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::map::Class;
use kernel::{KeyOwner, PersonId};
use sea_orm::{ConnectionTrait, Database};
use serde_json::json;
use testkit::{Engine, Test, both_engines};
use tower::ServiceExt;
use uuid::Uuid;

async fn fresh(engine: Engine) -> Test {
    Test::with(engine, vec![audit::module()], Extensions::default().with(Origin("log.example/fairhold".to_owned()))).await
}

fn somebody() -> KeyOwner {
    KeyOwner::Person(PersonId::from_uuid(Uuid::now_v7()))
}

async fn append(test: &Test, count: u64, owner: Option<KeyOwner>) -> Vec<LogIndex> {
    let mut indexes = Vec::new();
    for number in 0..count {
        indexes.push(test.cx.write(async |tx| log::append(&tx, "test.said", &json!({ "number": number }), owner).await).await.unwrap());
    }
    indexes
}

/// Changes the stored bytes behind the program's back.
async fn edit(test: &Test, sql: &str) {
    let outside = Database::connect(test.database.url.replace("sqlite:", "sqlite://")).await.unwrap();
    assert_eq!(outside.execute_unprepared(sql).await.unwrap().rows_affected(), 1, "{sql}");
    outside.close().await.unwrap();
}

both_engines!(entries_are_numbered_without_gaps, |engine| async move {
    let test = fresh(engine).await;
    let indexes = append(&test, 9, None).await;
    assert_eq!(indexes, (0..9).map(LogIndex).collect::<Vec<_>>());
    // Several writers at once.
    let (one, other) = tokio::join!(append(&test, 10, None), append(&test, 10, Some(somebody())));
    let mut all: Vec<LogIndex> = one.into_iter().chain(other).collect();
    all.sort_unstable();
    assert_eq!(all, (9..29).map(LogIndex).collect::<Vec<_>>());
    let report = log::verify(&test.cx).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.size, report.opened, report.erased), (29, 29, 0));
});

both_engines!(a_statement_that_is_rolled_back_leaves_no_hole, |engine| async move {
    let test = fresh(engine).await;
    append(&test, 3, None).await;
    let failed: kernel::Result<()> = test
        .cx
        .write(async |tx| {
            log::append(&tx, "test.said", &json!({}), Some(somebody())).await?;
            Err(kernel::Error::conflict("no"))
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(append(&test, 1, None).await, [LogIndex(3)]);
    assert!(log::verify(&test.cx).await.unwrap().is_intact());
});

both_engines!(a_proof_shows_the_statement_of_nobody_and_hides_that_of_somebody, |engine| async move {
    let test = fresh(engine).await;
    append(&test, 4, None).await;
    append(&test, 1, Some(somebody())).await;
    let bundle = log::bundle(&test.cx, LogIndex(2)).await.unwrap();
    let verified = bundle.verify().unwrap();
    assert_eq!((verified.origin.as_str(), verified.size), ("log.example/fairhold", 5));
    assert!(verified.statement.unwrap().contains("\"number\":2"));
    assert_eq!(log::bundle(&test.cx, LogIndex(4)).await.unwrap().opening, None);
    assert_eq!(log::bundle(&test.cx, LogIndex(5)).await.unwrap_err().kind(), kernel::Kind::NotFound);

    let mut other = bundle.clone();
    other.opening.as_mut().unwrap().statement.push(' ');
    assert_eq!(other.verify(), Err(Broken::Opening));
    let mut other = bundle.clone();
    other.index = 3;
    assert_eq!(other.verify(), Err(Broken::Inclusion));
    let mut other = bundle.clone();
    other.checkpoint = other.checkpoint.replacen("\n5\n", "\n6\n", 1);
    assert_eq!(other.verify(), Err(Broken::Signature));
    assert_eq!(bundle.verify_with("log.example/fairhold+00000000+AQ=="), Err(Broken::OtherKey));
});

both_engines!(erasing_a_person_leaves_the_log_verifiable, |engine| async move {
    let test = fresh(engine).await;
    let (gone, stays) = (somebody(), somebody());
    append(&test, 3, Some(gone)).await;
    append(&test, 2, Some(stays)).await;
    log::checkpoint_now(&test.cx).await.unwrap();
    test.cx.write(async |tx| tx.cx().keys().destroy(tx.db(), gone, &[Class::Activity]).await).await.unwrap();
    let report = log::verify(&test.cx).await.unwrap();
    assert!(report.is_intact(), "{report:?}");
    assert_eq!((report.opened, report.erased), (2, 3));
    edit(&test, "DELETE FROM audit_body WHERE id = 1").await;
    assert!(log::verify(&test.cx).await.unwrap().is_intact());
    log::bundle(&test.cx, LogIndex(1)).await.unwrap().verify().unwrap();
});

both_engines!(every_edit_is_noticed, |engine| async move {
    for (sql, at, what) in [
        ("UPDATE audit_leaf SET data = replace(data, 'fairhold', 'fairh0ld') WHERE id = 6", 6, "a stored hash is not that of its leaves"),
        ("DELETE FROM audit_leaf WHERE id = 6", 6, "the leaf is missing"),
        ("UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE id = 0) WHERE id = 3", 2, "a stored hash is not that of its leaves"),
        ("UPDATE audit_body SET plain = replace(plain, '6', '7') WHERE id = 6", 6, "the statement is not the one that was committed to"),
        ("UPDATE audit_head SET size = 9", 9, "the log is shorter than its checkpoint"),
        ("UPDATE audit_checkpoint SET note = replace(note, 'log.example', 'log.exbmple')", 10, "the checkpoint is not signed by this instance"),
    ] {
        let test = fresh(engine).await;
        append(&test, 10, None).await;
        log::checkpoint_now(&test.cx).await.unwrap();
        assert!(log::verify(&test.cx).await.unwrap().is_intact());
        edit(&test, sql).await;
        let report = log::verify(&test.cx).await.unwrap();
        assert!(report.broken.contains(&(at, what)), "{sql}: {report:?}");
    }
});

both_engines!(a_rewritten_log_does_not_match_its_checkpoint, |engine| async move {
    let test = fresh(engine).await;
    append(&test, 10, None).await;
    log::checkpoint_now(&test.cx).await.unwrap();
    // Somebody replaces the last entry and all hashes above it consistently.
    for sql in
        ["DELETE FROM audit_leaf WHERE id = 9", "DELETE FROM audit_body WHERE id = 9", "DELETE FROM audit_hash WHERE id = 17", "UPDATE audit_head SET size = 9"]
    {
        edit(&test, sql).await;
    }
    let outside = Database::connect(test.database.url.replace("sqlite:", "sqlite://")).await.unwrap();
    outside.execute_unprepared("DELETE FROM audit_hash WHERE id > 15").await.unwrap();
    outside.close().await.unwrap();
    append(&test, 1, None).await;
    let report = log::verify(&test.cx).await.unwrap();
    assert_eq!(report.broken, [(9, "the leaves are not those that were signed")]);
});

both_engines!(checkpoints_are_signed_when_the_tree_grew, |engine| async move {
    let test = fresh(engine).await;
    let run = audit::log::jobs::SIGN.run;
    assert_eq!(run(test.cx.clone()).await.unwrap(), 1, "the empty tree has a head too");
    assert_eq!(run(test.cx.clone()).await.unwrap(), 0);
    append(&test, 2, None).await;
    assert_eq!(run(test.cx.clone()).await.unwrap(), 1);
    let note = log::checkpoint_now(&test.cx).await.unwrap();
    assert!(note.starts_with("log.example/fairhold\n2\n"), "{note}");
    assert_eq!(run(test.cx.clone()).await.unwrap(), 0);
});

async fn fetch(test: &Test, path: &str) -> (StatusCode, Vec<u8>) {
    let (router, _) = (audit::module().routes)().split_for_parts();
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.with_state(test.cx.clone()).oneshot(request).await.unwrap();
    (answer.status(), to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec())
}

both_engines!(anybody_can_fetch_it, |engine| async move {
    let test = fresh(engine).await;
    append(&test, 5, None).await;
    let (status, note) = fetch(&test, "/log/checkpoint").await;
    assert_eq!((status, String::from_utf8(note).unwrap().lines().nth(1)), (StatusCode::OK, Some("5")));
    let (_, key) = fetch(&test, "/v1/log/key").await;
    let (_, proof) = fetch(&test, "/v1/log/proofs/3").await;
    let bundle: audit::proof::ProofBundle = serde_json::from_slice(&proof).unwrap();
    assert_eq!(bundle.opening, None);
    bundle.verify_with(&String::from_utf8(key).unwrap()).unwrap();
    assert_eq!(fetch(&test, "/log/tile/0/000.p/5").await.1.len(), 5 * 32);
    assert_eq!(fetch(&test, "/log/tile/entries/000.p/5").await.0, StatusCode::OK);
    for wrong in ["/log/tile/0/000", "/log/tile/0/000.p/6", "/log/tile/0/001.p/1", "/log/tile/1/000.p/1", "/log/tile/0/0.p/5", "/v1/log/proofs/5"] {
        assert_eq!(fetch(&test, wrong).await.0, StatusCode::NOT_FOUND, "{wrong}");
    }
});
