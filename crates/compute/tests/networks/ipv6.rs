//! Networks with public IPv6 addresses: blocks out of pools, an address for each machine, what passes to it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;

async fn dual(test: &Test, name: &str) -> kernel::Result<Network> {
    let region_id = compute::region::all(test.cx.db()).await.unwrap()[0].id;
    let new = NewNetwork { name: name.to_owned(), region_id, subnet: None, egress: true, ipv6: true };
    network::create(&test.cx, &test.scope::<NetworkCreate>().await, &new).await
}

async fn pools(test: &Test) -> Vec<address_pool::AddressPool> {
    let at = Scope::<kernel::ByWorkflow>::acting("compute.address_pool.view", Place::Platform);
    address_pool::list(&test.cx, &at).await.unwrap()
}

async fn gone(test: &Test, net: NetworkId) {
    network::delete(&test.cx, &test.scope::<NetworkDelete>().await, net).await.unwrap();
    finish(test, network::NETWORK_DELETE.name, net).await;
}

both_engines!(every_machine_of_a_network_with_ipv6_has_a_public_address_of_its_block, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    pool(&test, "2001:db8:100::/56", &["2001:db8:100::1"]).await.unwrap();
    let net = dual(&test, "front").await.unwrap();
    assert_eq!(net.ipv6.as_deref(), Some("2001:db8:100:1::/64"), "the first one is the router's");
    let id = running(&test, "web", inside(net.id)).await;

    let machine = seen(&test, id).await;
    assert_eq!(machine.network.unwrap().ipv6.as_deref(), Some("2001:db8:100:1::a00:2"));
    assert_eq!(machine.ipv6.as_deref(), Some("2001:db8:100:1::a00:2"), "the hypervisor says the same");
    let told = hypervisor.networks().await.unwrap().remove(0);
    assert_eq!(told.ipv6, Some("2001:db8:100:1::".parse().unwrap()));
    let peers: Vec<_> = hypervisor.filter(&reference(id)).unwrap().rules.iter().map(|rule| rule.peer.unwrap().address.to_string()).collect();
    assert_eq!(peers, ["10.0.0.0", "2001:db8:100:1::"], "what comes from the network itself passes, and nothing from outside");
    let pool = pools(&test).await.remove(0);
    assert_eq!((pool.used, pool.resting, pool.free), (1, 0, 254));
});

both_engines!(a_machine_that_leaves_a_network_leaves_its_ipv6_address_there, |engine| async move {
    let (test, _) = world(engine).await;
    pool(&test, "2001:db8:100::/56", &[]).await.unwrap();
    let (net, plain) = (dual(&test, "front").await.unwrap(), network(&test, "backend").await);
    let id = running(&test, "web", inside(net.id)).await;
    instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, id, &inside(plain)).await.unwrap();
    finish(&test, instance::CONNECT.name, id).await;
    let machine = seen(&test, id).await;
    assert_eq!((machine.network.unwrap().ipv6, machine.ipv6), (None, None));
});

both_engines!(a_block_that_was_given_back_rests_before_another_network_gets_it, |engine| async move {
    let (test, _) = world(engine).await;
    let made = pool(&test, "2001:db8:100::/63", &[]).await.unwrap();
    let (one, two) = (dual(&test, "one").await.unwrap(), dual(&test, "two").await.unwrap());
    assert_eq!(dual(&test, "three").await.unwrap_err().kind(), Kind::Exhausted, "the pool is empty");
    gone(&test, one.id).await;
    assert_eq!(dual(&test, "three").await.unwrap_err().kind(), Kind::Exhausted, "it rests");
    let shown = pools(&test).await.remove(0);
    assert_eq!((shown.used, shown.resting, shown.free), (1, 1, 0));
    test.clock.advance(Duration::from_secs(24 * 60 * 60));
    assert_eq!(dual(&test, "three").await.unwrap().ipv6, one.ipv6);
    assert_eq!(used(&test).await.0, 2, "refusals take no place");

    let at = Scope::<kernel::ByWorkflow>::acting("compute.address_pool.delete", Place::Platform);
    assert_eq!(address_pool::delete(&test.cx, &at, made.id).await.unwrap_err().kind(), Kind::Conflict, "a network has addresses of it");
    gone(&test, two.id).await;
});

both_engines!(networks_made_at_once_never_share_a_block, |engine| async move {
    let (test, _) = world(engine).await;
    pool(&test, "2001:db8:100::/56", &[]).await.unwrap();
    let outcomes = futures::future::join_all((0..16).map(|_| dual(&test, "many"))).await;
    let made: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|network| network.ipv6.clone().unwrap()).collect();
    assert_eq!((made.len(), made.iter().collect::<BTreeSet<_>>().len()), (10, 10), "the quota allows ten");
});

both_engines!(a_region_says_whether_it_has_ipv6_and_a_network_there_is_refused_at_its_field, |engine| async move {
    let (test, _) = world(engine).await;
    pool(&test, "203.0.113.0/24", &[]).await.unwrap();
    assert!(!compute::region::all(test.cx.db()).await.unwrap()[0].ipv6);
    let refused = dual(&test, "front").await.unwrap_err();
    assert_eq!((refused.kind(), refused.fields()[0].field.as_str()), (Kind::Invalid, "ipv6"));
    assert_eq!(used(&test).await.0, 0, "a refusal takes no place");
    pool(&test, "2001:db8:100::/64", &[]).await.unwrap();
    assert!(compute::region::all(test.cx.db()).await.unwrap()[0].ipv6);
    let overlapping = pool(&test, "2001:db8::/32", &[]).await.unwrap_err();
    assert_eq!((overlapping.kind(), overlapping.fields()[0].field.as_str()), (Kind::Conflict, "subnet"));
    assert_eq!(address(&test).await.unwrap().ipv4, "203.0.113.0", "a public address is one of IPv4 still");
});

both_engines!(a_node_without_ipv6_takes_no_machine_of_such_a_network, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    hypervisor.without(Feature::Ipv6);
    node::enrol(&test.cx).await.unwrap();
    pool(&test, "2001:db8:100::/56", &[]).await.unwrap();
    let net = dual(&test, "front").await.unwrap();
    let id = running(&test, "one", inside(net.id)).await;
    assert_eq!(seen(&test, id).await.state, instance::State::Failed);
    let alone = running(&test, "alone", Connection::default()).await;
    let refused = instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, alone, &inside(net.id)).await.unwrap_err();
    assert!(refused.kind() == Kind::Conflict && refused.to_string().contains("ipv6"), "{refused}");
});
