//! How fast the log takes entries and makes proofs, each beside a baseline of the same run:
//! plain inserts into SQLite, and computing a proof from all leaves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::cast_precision_loss)]

use std::time::{Duration, Instant};

use audit::log::{self, LogIndex, Statement};
use sea_orm::{ConnectionTrait, Database};
use serde_json::json;
use testkit::{Engine, Test};
use tlog_tiles::{Hash, node_hash, record_hash};

const BATCH: u64 = 500;

fn main() {
    let leaves: u64 = std::env::var("FAIRHOLD_BENCH_LEAVES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let test = Test::on(Engine::Sqlite, vec![audit::module()]).await;
        plain_inserts(&test).await;
        let (rate, baseline) = (append(&test, leaves).await, plain_inserts(&test).await);
        println!("append: {rate:.0} entries/s in batches of {BATCH} (plain inserts of the same leaves: {baseline:.0} rows/s, ratio {:.2})", rate / baseline);
        proofs(&test, leaves).await;
        test.cx.database().clone().close().await.unwrap();
    });
}

async fn append(test: &Test, leaves: u64) -> f64 {
    let began = Instant::now();
    let mut number = 0;
    while number < leaves {
        let now = test.cx.now();
        let batch: Vec<_> =
            (number..(number + BATCH).min(leaves)).map(|number| (Statement::new("bench.said", now, &json!({ "number": number })).unwrap(), None)).collect();
        test.cx.write(async |tx| log::append_all(&tx, &batch).await).await.unwrap();
        number += BATCH;
    }
    leaves as f64 / began.elapsed().as_secs_f64()
}

/// One row of a leaf's size per entry, in transactions of the same size, on the same disk.
async fn plain_inserts(test: &Test) -> f64 {
    let path = test.database.folder().join("plain.db");
    let db = Database::connect(format!("sqlite://{}?mode=rwc", path.display())).await.unwrap();
    db.execute_unprepared("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; DROP TABLE IF EXISTS leaf; CREATE TABLE leaf (id INTEGER PRIMARY KEY, data TEXT)")
        .await
        .unwrap();
    let count = 50 * BATCH;
    let data = "x".repeat(81);
    let began = Instant::now();
    for batch in 0..count / BATCH {
        let values: Vec<String> = (batch * BATCH..(batch + 1) * BATCH).map(|id| format!("({id},'{data}')")).collect();
        db.execute_unprepared(&format!("BEGIN IMMEDIATE; INSERT INTO leaf VALUES {}; COMMIT", values.join(","))).await.unwrap();
    }
    let rate = count as f64 / began.elapsed().as_secs_f64();
    db.close().await.unwrap();
    rate
}

async fn proofs(test: &Test, leaves: u64) {
    log::checkpoint_now(&test.cx).await.unwrap();
    let mut times: Vec<Duration> = Vec::new();
    for step in 0..200 {
        let index = (step * 7_919 * 104_729) % leaves;
        let began = Instant::now();
        let bundle = log::bundle(&test.cx, LogIndex(index)).await.unwrap();
        times.push(began.elapsed());
        if step == 0 {
            bundle.verify().unwrap();
        }
    }
    times.sort_unstable();
    let (median, worst) = (times.get(times.len() / 2).unwrap(), times.last().unwrap());
    let began = Instant::now();
    let mut level: Vec<Hash> = (0..leaves).map(|number| record_hash(&number.to_be_bytes())).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| if let [left, right] = pair { node_hash(*left, *right) } else { pair.first().copied().unwrap() }).collect();
    }
    let naive = began.elapsed();
    println!(
        "proof among {leaves} entries: median {median:?}, slowest of 200 {worst:?} (hashing all leaves in memory instead: {naive:?}, {:.0} times as long)",
        naive.as_secs_f64() / median.as_secs_f64()
    );
}
