//! One look of the reconciler at ten thousand machines that are as they should be. How often it asks is counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use compute_driver::Driver;
use kernel::db::STATEMENTS;

use crate::fleet::{CLUSTERS, Fleet, MACHINES, another};
use crate::stand::{median, processor_us};
use crate::start::rest;

const ROUNDS: usize = 5;
/// A list that is younger is not fetched again.
const OLD: Duration = Duration::from_secs(5);

pub async fn print(fleet: &Fleet) {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.instance.reconcile").unwrap();
    let (mut walls, mut busy, mut lists, mut statements) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        // What the lists alone take: fetched and read, and nothing compared.
        let mut fresh = Vec::new();
        for cluster in &fleet.clusters {
            fresh.push(another(&fleet.stand, cluster).await);
        }
        let began = Instant::now();
        let mut listed = 0;
        for driver in &fresh {
            listed += driver.list().await.unwrap().len();
        }
        lists.push(millis(began));
        assert_eq!(listed, MACHINES);

        rest(OLD).await;
        fleet.clusters.iter().for_each(|cluster| cluster.lock().requests.clear());
        let counted = Arc::new(AtomicU64::new(0));
        let (began, worked) = (Instant::now(), processor_us());
        let changed = STATEMENTS.scope(counted.clone(), (job.run)(fleet.stand.cx.clone())).await.unwrap();
        walls.push(millis(began));
        busy.push((processor_us() - worked) / 1e3);
        statements = counted.load(Ordering::Relaxed);
        assert_eq!(changed, 0, "they are as they should be");
        for cluster in &fleet.clusters {
            let asked = cluster.lock().requests.len();
            assert!(asked <= 1, "a cluster was asked {asked} times in one interval");
        }
    }
    let [wall, busy, lists] = [walls, busy, lists].map(median);
    println!(
        "reconcile of {MACHINES} machines on {CLUSTERS} clusters: {wall:.0} ms, {busy:.0} ms of processor time with the clusters' own, {statements} statements, one call for each cluster (fetching and reading the lists alone: {lists:.0} ms, ratio {:.2})",
        wall / lists
    );
}

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}
