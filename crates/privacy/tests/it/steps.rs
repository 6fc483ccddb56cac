//! The standard tests of every workflow, for export and erasure.

use privacy::erasure::{NewErasure, carry_out::CARRY_OUT, ledger};
use privacy::export::build::BUILD;
use testkit::workflows::Case;
use testkit::{Engine, Test, cases};

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

macro_rules! case {
    ($start:ident, $check:ident) => {
        Case { make, start: $start, check: $check, workflows: privacy::workflows }
    };
}

testkit::covers!(203);
cases! {
    case!(start_export, check_export) => an_export_can_fail_anywhere, an_export_can_run_each_step_twice, an_export_survives_a_restart_at_each_step;
    case!(start_erasure, check_erasure) =>
        an_erasure_that_stops_is_noted_first, an_erasure_can_run_each_step_twice, an_erasure_survives_a_restart_at_each_step;
}
