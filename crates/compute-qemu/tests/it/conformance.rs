//! The driver keeps the trait's promises with real guests.

use compute_driver::conformance;

use crate::world::World;

#[tokio::test]
async fn it_conforms() {
    let world = World::new().await;
    conformance::check(&world.driver, "tiny").await.unwrap();
    assert_eq!(world.processes(), Vec::<i32>::new(), "no process is left");
    let guests: Vec<_> = world.folder.path().join("guests").read_dir().unwrap().collect();
    assert!(guests.is_empty(), "no folder is left: {guests:?}");
    let runs: Vec<_> = world.folder.path().join("run").read_dir().unwrap().collect();
    assert!(runs.is_empty(), "no socket is left: {runs:?}");
}
