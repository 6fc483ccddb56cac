//! Removing a cluster: refused while something of ours is on it.

use proxmox_standin::StandIn;
use serde_json::json;
use testkit::both_engines;

use super::cluster;
use crate::world::World;

both_engines!(a_cluster_goes_when_nothing_of_ours_is_on_it, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "in-the-way").await;
    let refused = owner.delete(&path).await;
    assert!(refused.status == 409 && refused.text_at("/detail").contains("1 machine of ours"), "{refused:?}");

    assert!(ada.delete(&format!("/v1/instances/{machine}")).await.status < 300);
    assert_eq!(owner.delete(&path).await.status, 409, "it can still be brought back");
    // Its grace ends.
    world.clock.advance(std::time::Duration::from_secs(3_600));
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "deleted").await;
    let removed = owner.delete(&path).await;
    assert_eq!(removed.status, 204, "{removed:?}");
    assert_eq!(owner.get(&path).await.status, 404);
    assert_eq!(owner.patch(&path, &json!({})).await.status, 404);
    // The reconciler of a process that still knows it does not bring it back.
    compute::node::enrol(&world.cx).await.unwrap();
    assert_eq!(world.number("SELECT COUNT(*) AS n FROM compute_node").await, 1);
});
