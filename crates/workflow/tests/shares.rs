//! Workers of several processes share what is due, and one that is gone keeps nothing from the others.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::cx::Extensions;
use kernel::map::purpose;
use kernel::{Place, Result};
use sea_orm::{ConnectionTrait, Statement};
use serde::{Deserialize, Serialize};
use testkit::{Engine, Test};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use workflow::{Next, Registered, Start, StepCx, WhenFailed, Worker, Workflow, nothing, step};

/// Lets the steps end.
#[derive(Default)]
struct Gate(watch::Sender<bool>);

#[derive(Clone, Serialize, Deserialize)]
struct Job {}

async fn hold(step: StepCx, _: Job) -> Result<Next> {
    let gate = step.cx().extension::<Gate>()?;
    gate.0.subscribe().wait_for(|open| *open).await.ok();
    Ok(Next::Done)
}

static HOLD: Workflow<Job> = Workflow {
    name: "test.thing.hold",
    title: "Hold the thing",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("hold", "Hold it", hold, nothing)],
};

const JOBS: u64 = 32;

struct Process {
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

/// A worker as each process has one, with room for everything.
fn process(test: &Test) -> Process {
    let worker = Worker::new(test.cx.clone(), vec![Registered::of(&HOLD)], 32);
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(async move {
        worker
            .run(async {
                stopped.await.ok();
            })
            .await;
    });
    Process { stop, running }
}

async fn start_all(test: &Test) {
    let caller = test.authority.caller();
    let place = Place::Project { organisation: caller.organisation, project: caller.project };
    let begun = test.cx.write(async |tx| {
        for number in 0..JOBS {
            let subject = format!("thing-{number}");
            HOLD.start(&tx, Start { place, subject: &subject, started_by: None, key: Some(&subject) }, &Job {}).await?;
        }
        Ok(())
    });
    begun.await.unwrap();
}

async fn rows(test: &Test, sql: &str) -> BTreeMap<String, i64> {
    let rows = test.cx.db().query_all_raw(Statement::from_string(test.cx.database().backend(), sql)).await.unwrap();
    rows.iter().map(|row| (row.try_get("", "name").unwrap(), row.try_get("", "number").unwrap())).collect()
}

async fn until(what: &str, test: &Test, sql: &str, holds: impl Fn(&BTreeMap<String, i64>) -> bool) -> BTreeMap<String, i64> {
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        ticks.tick().await;
        let found = rows(test, sql).await;
        if holds(&found) {
            return found;
        }
    }
    panic!("never seen: {what}; last {:?}", rows(test, sql).await);
}

const LIVING: &str = "SELECT 'living' AS name, count(*) AS number FROM workflow_worker";
const HELD: &str = "SELECT holder AS name, count(*) AS number FROM workflow_operation WHERE holder <> '' GROUP BY holder";
const DONE: &str = "SELECT state AS name, count(*) AS number FROM workflow_operation GROUP BY state";

// The embedded database has one process, so shares are a matter of PostgreSQL.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workers_take_half_each_and_a_third_what_comes_free() {
    let test = Test::with(Engine::Postgres, vec![], Extensions::default().with(Gate::default())).await;
    let processes = [process(&test), process(&test)];
    until("two workers", &test, LIVING, |found| found["living"] == 2).await;
    // They look at each other again every few seconds.
    test.clock.advance(Duration::from_secs(6));
    start_all(&test).await;
    // The clock stands still, so nothing has waited too long, and no lease ends.
    let held = until("all work taken", &test, HELD, |held| held.values().sum::<i64>() == 32).await;
    assert_eq!(held.values().copied().collect::<Vec<_>>(), [16, 16], "{held:?}");
    test.cx.extension::<Gate>().unwrap().0.send_replace(true);
    until("all work done", &test, DONE, |states| states.get("succeeded") == Some(&32)).await;
    for one in processes {
        one.stop.send(()).unwrap();
        one.running.await.unwrap();
    }
    assert_eq!(rows(&test, LIVING).await["living"], 0, "a worker that was stopped still counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_a_dead_neighbour_is_taken_by_the_living() {
    let test = Test::with(Engine::Postgres, vec![], Extensions::default().with(Gate::default())).await;
    let (dead, living) = (process(&test), process(&test));
    until("two workers", &test, LIVING, |found| found["living"] == 2).await;
    // They look at each other again every few seconds.
    test.clock.advance(Duration::from_secs(6));
    dead.running.abort();
    dead.running.await.unwrap_err();
    start_all(&test).await;
    until("a share", &test, HELD, |held| held.values().sum::<i64>() == 16).await;
    test.clock.advance(Duration::from_secs(3));
    until("everything", &test, HELD, |held| held.values().sum::<i64>() == 32).await;
    test.cx.extension::<Gate>().unwrap().0.send_replace(true);
    until("all work done", &test, DONE, |states| states.get("succeeded") == Some(&32)).await;
    living.stop.send(()).unwrap();
    living.running.await.unwrap();
}
