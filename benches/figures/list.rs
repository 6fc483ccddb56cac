//! A list of machines: statements, which are counted and held to the limit, and processor time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use compute::instance::{self, InstanceQuery};
use compute::permissions::InstanceView;
use kernel::db::STATEMENTS;
use kernel::{PageQuery, Scope};
use sea_orm::{ConnectionTrait, Statement};

use crate::stand::{Stand, processor_us};

const ROUNDS: usize = 300;

pub async fn print(stand: &Stand) {
    for wanted in [10_u64, 50] {
        let query = PageQuery { limit: Some(wanted), after: None };
        let (asking, listing) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let at = STATEMENTS.scope(asking.clone(), Scope::<InstanceView>::ask(&stand.cx, &stand.credentials, None, None)).await.unwrap();
        let page = STATEMENTS.scope(listing.clone(), instance::list(&stand.cx, &at, &InstanceQuery::default(), &query)).await.unwrap();
        assert_eq!(page.items.len() as u64, wanted);
        let (asking, listing) = (asking.load(Ordering::Relaxed), listing.load(Ordering::Relaxed));
        assert!(listing <= 4, "a list of {wanted} took {listing} statements");

        let plain = format!("SELECT * FROM compute_instance ORDER BY id DESC LIMIT {wanted}");
        let (mut whole, mut baseline) = (0.0, 0.0);
        for _ in 0..ROUNDS {
            let began = processor_us();
            let at = Scope::<InstanceView>::ask(&stand.cx, &stand.credentials, None, None).await.unwrap();
            let page = instance::list(&stand.cx, &at, &InstanceQuery::default(), &query).await.unwrap();
            serde_json::to_vec(&page).unwrap();
            let middle = processor_us();
            stand.cx.db().query_all_raw(Statement::from_string(stand.cx.database().backend(), &plain)).await.unwrap();
            whole += middle - began;
            baseline += processor_us() - middle;
        }
        let (whole, baseline) = (whole / ROUNDS as f64, baseline / ROUNDS as f64);
        println!(
            "list of {wanted}: {listing} statements and {asking} more for who asks; {whole:.0} µs of processor time, authorised, opened and encoded (selecting the rows alone: {baseline:.0} µs, ratio {:.2})",
            whole / baseline
        );
    }
}

/// The last page of ten thousand machines beside the first: pages are found by a key, however deep they lie.
pub async fn print_depth(stand: &Stand, machines: usize) {
    let at = Scope::<InstanceView>::ask(&stand.cx, &stand.credentials, None, None).await.unwrap();
    let page = async |after: Option<String>, limit: u64| {
        let query = PageQuery { limit: Some(limit), after };
        instance::list(&stand.cx, &at, &InstanceQuery::default(), &query).await.unwrap()
    };
    let (mut after, mut before, mut seen) = (None, None, 0);
    loop {
        let walked = page(after.clone(), kernel::page::MAX_LIMIT).await;
        seen += walked.items.len();
        if walked.next.is_none() {
            break;
        }
        before = after;
        after = walked.next;
    }
    assert!(seen >= machines, "{seen} machines");
    let deep = before.expect("there are several pages");
    let (mut first, mut last) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let began = processor_us();
        assert_eq!(page(None, 50).await.items.len(), 50);
        let middle = processor_us();
        assert_eq!(page(Some(deep.clone()), 50).await.items.len(), 50);
        first += middle - began;
        last += processor_us() - middle;
    }
    let (first, last) = (first / ROUNDS as f64, last / ROUNDS as f64);
    println!("list of {machines}, paged: {last:.0} µs of processor time for a page at the end (the first page: {first:.0} µs, ratio {:.2})", last / first);
}
