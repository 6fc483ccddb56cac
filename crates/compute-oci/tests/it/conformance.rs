//! The driver keeps the trait's promises with real containers.

use compute_driver::conformance;

use crate::world::World;

#[tokio::test]
async fn it_conforms() {
    let world = World::new().await;
    conformance::check(&world.driver, "tiny-container").await.unwrap();
    world.nothing_is_left();
}
