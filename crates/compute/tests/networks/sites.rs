//! Nodes whose machines are in the same private networks, as those of one host are.

use super::*;

/// Two nodes of one region, which say that their networks are at `sites`.
async fn two_nodes(engine: Engine, sites: [&str; 2]) -> (Test, Simulated, Simulated) {
    let (one, two) = (Simulated::new(), Simulated::new());
    one.have_networks_at(sites[0]);
    two.have_networks_at(sites[1]);
    let drivers = Drivers::new().with("node-1", "local", Arc::new(one.clone())).with("node-2", "local", Arc::new(two.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    (test, one, two)
}

both_engines!(machines_of_two_nodes_of_one_site_are_in_one_network, |engine| async move {
    let (test, one, two) = two_nodes(engine, ["here", "here"]).await;
    let net = network(&test, "backend").await;
    let first = running(&test, "first", inside(net)).await;
    assert!(one.spec(&reference(first)).is_some());
    one.without(Feature::PrivateNetworks);
    node::enrol(&test.cx).await.unwrap();
    let second = running(&test, "second", inside(net)).await;
    let card = two.spec(&reference(second)).expect("it is on the other node").card.unwrap();
    assert_eq!((card.network, card.ipv4.to_string().as_str()), (reference(net), "10.0.0.3"));
    assert_eq!(two.networks().await.unwrap()[0].reference, reference(net));

    let other = running(&test, "other", Connection::default()).await;
    let third = running(&test, "third", inside(network(&test, "front").await)).await;
    assert!(one.spec(&reference(other)).is_some() && two.spec(&reference(third)).is_some());
    instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, third, &inside(net)).await.unwrap();
    finish(&test, instance::CONNECT.name, third).await;
    assert_eq!(seen(&test, third).await.network.unwrap().ipv4, "10.0.0.4", "a machine that is there already joins too");
});

both_engines!(a_network_does_not_reach_from_site_to_site, |engine| async move {
    let (test, one, two) = two_nodes(engine, ["here", "there"]).await;
    let net = network(&test, "backend").await;
    running(&test, "first", inside(net)).await;
    one.without(Feature::PrivateNetworks);
    node::enrol(&test.cx).await.unwrap();
    let second = running(&test, "second", inside(net)).await;
    assert_eq!((seen(&test, second).await.state, two.guests().len()), (instance::State::Failed, 0));
    let third = running(&test, "third", inside(network(&test, "front").await)).await;
    assert!(two.spec(&reference(third)).is_some());
    let refused = instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, third, &inside(net)).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
});
