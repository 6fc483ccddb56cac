//! The standard tests of every workflow, for export and erasure.

use privacy::erasure::{NewErasure, carry_out::CARRY_OUT, ledger};
use privacy::export::build::BUILD;
use testkit::workflows::{Case, steps_can_fail_anywhere, steps_can_run_twice, survives_restart_at_each_step};
use testkit::{Engine, Test};

use crate::toy::World;

async fn make() -> Test {
    let world = World::on(Engine::Sqlite).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    world.test
}

async fn start_export(test: &Test) -> (String, String) {
    let at = test.scope().await;
    (BUILD.name.to_owned(), privacy::export::create(&test.cx, &at).await.unwrap().id.to_string())
}

async fn check_export(test: &Test, succeeded: bool) {
    let folder = test.cx.extension::<privacy::Wiring>().unwrap().folder.join("exports");
    let names: Vec<String> =
        std::fs::read_dir(folder).map(|list| list.flatten().map(|entry| entry.file_name().display().to_string()).collect()).unwrap_or_default();
    let finished = names.iter().filter(|name| name.ends_with(".zip.sealed")).count();
    assert_eq!((finished, names.len()), (usize::from(succeeded), usize::from(succeeded)), "one file or none, and no parts: {names:?}");
}

async fn start_erasure(test: &Test) -> (String, String) {
    let at = test.scope().await;
    let new = NewErasure { confirm_email: "ada@toy.example".to_owned() };
    (CARRY_OUT.name.to_owned(), privacy::erasure::create(&test.cx, &at, &new).await.unwrap().id.to_string())
}

async fn check_erasure(test: &Test, succeeded: bool) {
    let folder = &test.cx.extension::<privacy::Wiring>().unwrap().folder;
    let lines = ledger::read(folder).unwrap();
    assert_eq!(lines.len(), 1, "noted once, whatever happened");
    if succeeded {
        let document = privacy::certificate::by_id(&test.cx, lines[0].certificate).await.unwrap().issued().unwrap();
        privacy::certificate::verify_offline(&serde_json::to_string(&document).unwrap()).unwrap();
        for table in ["toy_person", "toy_note", "toy_attachment", "toy_sighting", "toy_draft"] {
            assert_eq!(document.certificate.deleted[table], 1, "{table}: counted once");
        }
        assert_eq!(document.certificate.destroyed["toy_machines"], 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_can_fail_anywhere() {
    steps_can_fail_anywhere(Case { make, start: start_export, check: check_export, workflows: privacy::workflows }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_can_run_each_step_twice() {
    steps_can_run_twice(Case { make, start: start_export, check: check_export, workflows: privacy::workflows }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_survives_a_restart_at_each_step() {
    testkit::covers!(203);
    survives_restart_at_each_step(Case { make, start: start_export, check: check_export, workflows: privacy::workflows }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_stops_is_noted_first() {
    steps_can_fail_anywhere(Case { make, start: start_erasure, check: check_erasure, workflows: privacy::workflows }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_can_run_each_step_twice() {
    steps_can_run_twice(Case { make, start: start_erasure, check: check_erasure, workflows: privacy::workflows }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_survives_a_restart_at_each_step() {
    survives_restart_at_each_step(Case { make, start: start_erasure, check: check_erasure, workflows: privacy::workflows }).await;
}
