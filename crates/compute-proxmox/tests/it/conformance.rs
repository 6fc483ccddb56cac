//! The suite of every driver, on the stand-in in each of its moods.

use compute_driver::conformance;

use crate::world::{World, ipv6};

async fn conforms(template: &str, mood: impl FnOnce(&World)) {
    let world = World::new().await;
    mood(&world);
    conformance::check(&world.driver, template).await.unwrap();
    assert_eq!(world.cluster.lock().guests.keys().copied().collect::<Vec<_>>(), [9000], "nothing is left behind");
}

#[tokio::test]
async fn linked_clones_conform() {
    conforms("tiny", |_| {}).await;
}

#[tokio::test]
async fn full_clones_conform() {
    conforms("copied", |_| {}).await;
}

#[tokio::test]
async fn imported_disks_conform() {
    conforms("imported", |_| {}).await;
}

/// Booleans and numbers as texts everywhere.
#[tokio::test]
async fn a_cluster_that_answers_with_texts_conforms() {
    conforms("tiny", |world| world.cluster.lock().texts = true).await;
}

/// Tickets as passwords, resizing without a task, no tags in the status, and a parameter less.
#[tokio::test]
async fn an_old_version_conforms() {
    conforms("tiny", |world| {
        let mut state = world.cluster.lock();
        state.old = true;
        state.version = "7.4-17".into();
    })
    .await;
}

/// Storage that all nodes share: clones go to the node with the most memory.
#[tokio::test]
async fn shared_storage_conforms() {
    conforms("tiny", |world| world.cluster.lock().shared = true).await;
}

/// IPv6 beside IPv4, as a fixed address of each guest.
#[tokio::test]
async fn guests_with_ipv6_conform() {
    let world = World::with(|mapping| mapping.network.ipv6 = ipv6()).await;
    conformance::check(&world.driver, "tiny").await.unwrap();
}

/// No zone is named, so there are no private networks.
#[tokio::test]
async fn a_cluster_without_a_zone_for_us_conforms() {
    let world = World::with(|mapping| mapping.private = None).await;
    conformance::check(&world.driver, "tiny").await.unwrap();
    assert!(!world.cluster.lock().requests.iter().any(|line| line.contains("/sdn") && !line.starts_with("GET")), "and nothing is made of them");
}

/// One node that is ours: nothing moves, and nobody offers it.
#[tokio::test]
async fn a_single_node_conforms() {
    let world = World::with(|mapping| mapping.nodes = vec!["pve1".into()]).await;
    conformance::check(&world.driver, "tiny").await.unwrap();
    assert_eq!(world.cluster.lock().requests.iter().filter(|line| line.ends_with("/migrate")).count(), 0);
}

#[tokio::test]
async fn nodes_with_agents_in_their_guests_conform() {
    let world = World::new().await;
    let (spec, vmid) = world.running("agent").await;
    world.cluster.lock().guests.get_mut(&vmid).unwrap().agent = true;
    use compute_driver::{Driver, InForce, PasswordHash};
    let hash = PasswordHash::parse("$6$saltsalt$abcdefghijklmnop./0123").unwrap();
    assert_eq!(world.driver.set_password(&spec.reference, &hash).await.unwrap(), InForce::Now);
    assert_eq!(world.driver.authorise_key(&spec.reference, "ssh-ed25519 BBBB two").await.unwrap(), InForce::Now);
    let state = world.cluster.lock();
    let guest = &state.guests[&vmid];
    assert_eq!(guest.config["_password"], hash.as_str(), "the hash, and not the hash of the hash");
    assert_eq!(guest.config["cipassword"], hash.as_str(), "kept for the next start");
    assert_eq!(guest.keys_added, ["ssh-ed25519 BBBB two"]);
    assert!(guest.config["sshkeys"].contains("a%2Bb%2Fc%3Dd%3Ae%0Assh-ed25519%20BBBB"), "both keys, encoded: {}", guest.config["sshkeys"]);
}
