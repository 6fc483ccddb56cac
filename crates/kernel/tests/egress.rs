//! The way out: recipients learn why they receive something, and both sides can find the line of the log.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::HeaderMap;
use axum::routing::post;
use kernel::egress::{DISCLOSURE_HEADER, Disclosure, PURPOSE_HEADER};
use kernel::map::{Recipient, purpose};
use kernel::{Kind, Module};
use sea_orm::{ConnectionTrait, Statement};
use testkit::{Test, both_engines, covers};

const PROCESSOR: Recipient = Recipient {
    key: "test.processor",
    name: "a processor",
    role: "does what we ask",
    purposes: &[&purpose::BILLING],
    entries: &["kernel.setting.value"],
    country: "DE",
    transfer: "",
    sale: false,
};

/// A processor that keeps what it was told.
async fn processor() -> (u16, Arc<Mutex<Vec<HeaderMap>>>) {
    let told: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let keeps = told.clone();
    let router = Router::new().route(
        "/charge",
        post(move |headers: HeaderMap| async move {
            keeps.lock().unwrap().push(headers);
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (port, told)
}

both_engines!(a_processor_is_told_the_purpose_and_the_line_of_the_log, |engine| async move {
    covers!(193);
    let module = Module { recipients: &[PROCESSOR], ..Module::named("test") };
    let test = Test::on(engine, vec![module]).await;
    let (port, told) = processor().await;
    let url = format!("http://127.0.0.1:{port}/charge");
    let what = |purpose| Disclosure { recipient: "test.processor", purpose, host: "127.0.0.1", entries: &["kernel.setting.value"], about: None };
    let refused = test.cx.egress().open(&test.cx, what(&purpose::MARKETING)).await.err().unwrap();
    assert_eq!(refused.kind(), Kind::Denied);
    let passage = test.cx.egress().open(&test.cx, what(&purpose::BILLING)).await.unwrap();
    passage.request(reqwest::Method::POST, &url).unwrap().send().await.unwrap().error_for_status().unwrap();

    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "what was refused was sent");
    let header = |name: &str| told[0].get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header(PURPOSE_HEADER), purpose::BILLING.key);
    let sql = "SELECT id, recipient, purpose, host FROM kernel_disclosure";
    let rows = test.cx.db().query_all_raw(Statement::from_string(test.cx.database().backend(), sql)).await.unwrap();
    assert_eq!(rows.len(), 1);
    let text = |name: &str| rows[0].try_get::<String>("", name).unwrap();
    assert_eq!(rows[0].try_get::<uuid::Uuid>("", "id").unwrap().to_string(), header(DISCLOSURE_HEADER), "the two logs do not join");
    assert_eq!((text("recipient"), text("purpose"), text("host")), ("test.processor".into(), header(PURPOSE_HEADER), "127.0.0.1".into()));
});
