//! Private networks, security groups, public addresses and their pools, on the simulated hypervisor with its faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod ipv6;
mod own_cards;
mod sites;
mod upgrade;
mod workflows;

use std::collections::BTreeSet;
use std::sync::Arc;

use compute::address::{self, Address, AddressPatch, NewAddress};
use compute::address_pool::{self, NewAddressPool};
use compute::card::{self, Connection};
use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source};
use compute::network::{self, Network, NetworkId, NewNetwork};
use compute::permissions::{
    AddressAssign, AddressCreate, AddressDelete, AddressUpdate, AddressView, InstanceConnect, InstanceDelete, InstanceStart, InstanceView, NetworkCreate,
    NetworkDelete, NetworkView, QuotaView, SecurityGroupCreate, SecurityGroupDelete, SecurityGroupUpdate, SecurityGroupView,
};
use compute::security_group::{self, NewSecurityGroup, Ports, RuleDirection, RuleProtocol, SecurityGroupId, SecurityGroupPatch, SecurityRule};
use compute::{Drivers, Instance, InstanceId, node, quota};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, Feature, Protocol, Reference, Verdict};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, PageQuery, Place, Scope};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};
use workflow::operation::Operation as Done;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers).with(hypervisor.clone())).await;
    node::enrol(&test.cx).await.unwrap();
    (test, hypervisor)
}

fn hypervisor(test: &Test) -> Simulated {
    (*test.cx.extension::<Simulated>().unwrap()).clone()
}

fn reference(id: impl ToString) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> Done {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

/// A machine that was ordered into `connection` and runs.
async fn running(test: &Test, hostname: &str, connection: Connection) -> InstanceId {
    let id = ordered(test, hostname, connection).await.unwrap();
    finish(test, PROVISION.name, id).await;
    id
}

/// A machine that is ordered into `connection`.
async fn ordered(test: &Test, hostname: &str, connection: Connection) -> kernel::Result<InstanceId> {
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: Shape {
            size_id: SizeId::from_uuid(uuid::Uuid::from_u128(7)),
            size_name: "Small".to_owned(),
            cpus: 1,
            memory_mib: 256,
            disk_gib: 2,
            class: None,
        },
        source: Source::Template(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        region_id: regions[0].id,
        user_data: None,
        tags: Vec::new(),
    };
    let made = test.cx.write(async |tx| {
        let machine = instance::create(&tx, &at, &new).await?;
        card::join(&tx, &at, machine.id, &connection).await?;
        instance::provision(&tx, &at, machine.id).await?;
        Ok(machine.id)
    });
    made.await
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

async fn begun(test: &Test, name: &str, subnet: Option<&str>) -> kernel::Result<Network> {
    let region_id = compute::region::all(test.cx.db()).await.unwrap()[0].id;
    let new = NewNetwork { name: name.to_owned(), region_id, subnet: subnet.map(str::to_owned), egress: true, ipv6: false };
    network::create(&test.cx, &test.scope::<NetworkCreate>().await, &new).await
}

async fn network(test: &Test, name: &str) -> NetworkId {
    begun(test, name, None).await.unwrap().id
}

fn inside(network: NetworkId) -> Connection {
    Connection { network_id: Some(network), security_group_id: None }
}

fn tcp(port: u16) -> SecurityRule {
    SecurityRule { direction: RuleDirection::Inbound, protocol: RuleProtocol::Tcp, ports: Some(Ports { from: port, to: port }), peer: None }
}

async fn group(test: &Test, rules: Vec<SecurityRule>) -> SecurityGroupId {
    let new = NewSecurityGroup { name: "web".to_owned(), rules };
    security_group::create(&test.cx, &test.scope::<SecurityGroupCreate>().await, &new).await.unwrap().id
}

async fn pool(test: &Test, subnet: &str, excluded: &[&str]) -> kernel::Result<address_pool::AddressPool> {
    let region_id = compute::region::all(test.cx.db()).await.unwrap()[0].id;
    let excluded = excluded.iter().map(ToString::to_string).collect();
    let new = NewAddressPool { name: "front".to_owned(), region_id, subnet: subnet.to_owned(), excluded };
    let at = Scope::<kernel::ByWorkflow>::acting("compute.address_pool.create", Place::Platform);
    address_pool::create(&test.cx, &at, &new).await
}

async fn address(test: &Test) -> kernel::Result<Address> {
    let region_id = compute::region::all(test.cx.db()).await.unwrap()[0].id;
    address::create(&test.cx, &test.scope::<AddressCreate>().await, &NewAddress { region_id }).await
}

async fn addresses(test: &Test) -> Vec<Address> {
    address::list(&test.cx, &test.scope::<AddressView>().await, &PageQuery::default()).await.unwrap().items
}

async fn led(test: &Test, address: &Address, to: Option<InstanceId>) -> Done {
    address::assign(&test.cx, &test.scope::<AddressAssign>().await, address.id, to).await.unwrap();
    finish(test, address::ADDRESS_ASSIGN.name, address.id).await
}

async fn used(test: &Test) -> (i64, i64) {
    let quota = quota::view(&test.cx, &test.scope::<QuotaView>().await).await.unwrap();
    (quota.networks.used, quota.addresses.used)
}

both_engines!(a_machine_is_ordered_into_a_network_and_has_an_address_and_a_filter_there, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let net = network(&test, "backend").await;
    let (one, two) = (running(&test, "one", inside(net)).await, running(&test, "two", inside(net)).await);
    let machine = seen(&test, two).await;
    assert_eq!(machine.network.as_ref().map(|network| (network.network_id, network.ipv4.as_str())), Some((net, "10.0.0.3")));
    assert_eq!(machine.ipv4.as_deref(), Some("10.0.0.3"), "the hypervisor says the same");
    let filter = hypervisor.filter(&reference(one)).unwrap();
    assert!(filter.anti_spoofing && filter.inbound == Verdict::Drop && filter.outbound == Verdict::Accept);
    assert_eq!(filter.rules[0].peer.unwrap().prefix, 24, "what comes from the network itself passes");
    assert_eq!(hypervisor.networks().await.unwrap()[0].reference, reference(net));

    let at = test.scope::<NetworkDelete>().await;
    assert_eq!(network::delete(&test.cx, &at, net).await.unwrap_err().kind(), Kind::Conflict, "machines are in it");
    for id in [one, two] {
        instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
        finish(&test, "compute.instance.retire", id).await;
    }
    network::delete(&test.cx, &at, net).await.unwrap();
    finish(&test, network::NETWORK_DELETE.name, net).await;
    assert_eq!((hypervisor.networks().await.unwrap().len(), used(&test).await.0), (0, 0));
    assert_eq!(network::list(&test.cx, &test.scope::<NetworkView>().await, &PageQuery::default()).await.unwrap().items, []);
});

both_engines!(blocks_of_a_project_do_not_overlap, |engine| async move {
    let (test, _) = world(engine).await;
    assert_eq!(begun(&test, "one", None).await.unwrap().subnet, "10.0.0.0/24");
    assert_eq!(begun(&test, "two", Some("10.0.1.0/25")).await.unwrap().gateway, "10.0.1.1");
    assert_eq!(begun(&test, "three", None).await.unwrap().subnet, "10.0.2.0/24");
    let taken = begun(&test, "four", Some("10.0.0.0/16")).await.unwrap_err();
    assert_eq!((taken.kind(), taken.fields()[0].field.as_str()), (Kind::Conflict, "subnet"));
    assert_eq!(used(&test).await.0, 3, "a refusal takes no place");
});

both_engines!(sixty_four_networks_at_once_do_not_pass_the_quota_nor_share_a_block, |engine| async move {
    let (test, _) = world(engine).await;
    let outcomes = futures::future::join_all((0..64).map(|_| begun(&test, "many", None))).await;
    let made: Vec<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|network| network.subnet.clone()).collect();
    assert_eq!((made.len(), made.iter().collect::<BTreeSet<_>>().len()), (10, 10));
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{outcomes:?}");
});

both_engines!(sixty_four_addresses_at_once_do_not_pass_the_quota_nor_are_given_twice, |engine| async move {
    let (test, _) = world(engine).await;
    pool(&test, "203.0.113.0/24", &["203.0.113.0", "203.0.113.1", "203.0.113.255"]).await.unwrap();
    let outcomes = futures::future::join_all((0..64).map(|_| address(&test))).await;
    let had: BTreeSet<_> = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok()).map(|address| address.ipv4.clone()).collect();
    assert_eq!((had.len(), had.first().unwrap().as_str()), (10, "203.0.113.10"));
    assert!(had.contains("203.0.113.2") && !had.contains("203.0.113.1"), "what is excluded is given to nobody");
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{outcomes:?}");
    assert_eq!(used(&test).await.1, 10);
});

both_engines!(an_address_that_was_given_back_rests_before_anybody_else_gets_it, |engine| async move {
    let (test, _) = world(engine).await;
    let pool = pool(&test, "203.0.113.0/31", &[]).await.unwrap();
    let (one, two) = (address(&test).await.unwrap(), address(&test).await.unwrap());
    assert_eq!(address(&test).await.unwrap_err().kind(), Kind::Exhausted, "the pool is empty");
    address::delete(&test.cx, &test.scope::<AddressDelete>().await, one.id).await.unwrap();
    assert_eq!(address(&test).await.unwrap_err().kind(), Kind::Exhausted, "it rests");
    let at = Scope::<kernel::ByWorkflow>::acting("compute.address_pool.view", Place::Platform);
    let shown = address_pool::list(&test.cx, &at).await.unwrap().remove(0);
    assert_eq!((shown.used, shown.resting, shown.free), (1, 1, 0));
    test.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    assert_eq!(address(&test).await.unwrap().ipv4, one.ipv4);
    assert_eq!((used(&test).await.1, two.ipv4.as_str()), (2, "203.0.113.1"));

    let gone = Scope::<kernel::ByWorkflow>::acting("compute.address_pool.delete", Place::Platform);
    assert_eq!(address_pool::delete(&test.cx, &gone, pool.id).await.unwrap_err().kind(), Kind::Conflict, "customers hold addresses of it");
});

both_engines!(an_address_floats_from_machine_to_machine, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    pool(&test, "203.0.113.8/30", &[]).await.unwrap();
    let net = network(&test, "front").await;
    let (one, two, alone) =
        (running(&test, "one", inside(net)).await, running(&test, "two", inside(net)).await, running(&test, "alone", Connection::default()).await);
    let public = address(&test).await.unwrap();
    led(&test, &public, Some(one)).await;
    assert_eq!(hypervisor.addresses(&reference(one)), [public.ipv4.parse::<std::net::IpAddr>().unwrap()]);
    led(&test, &public, Some(two)).await;
    assert_eq!((hypervisor.addresses(&reference(one)).len(), hypervisor.addresses(&reference(two)).len()), (0, 1));
    assert_eq!(seen(&test, two).await.addresses, std::slice::from_ref(&public.ipv4));

    let at = test.scope::<AddressAssign>().await;
    let refused = address::assign(&test.cx, &at, public.id, Some(alone)).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "instance_id", "a machine in no network");
    assert_eq!(address::delete(&test.cx, &test.scope::<AddressDelete>().await, public.id).await.unwrap_err().kind(), Kind::Conflict);
    let leaving = instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, two, &Connection::default()).await.unwrap_err();
    assert_eq!(leaving.kind(), Kind::Conflict, "an address leads to it");
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, two, instance::Deletion::default()).await.unwrap();
    finish(&test, "compute.instance.retire", two).await;
    assert_eq!(addresses(&test).await[0].instance_id, None, "it stays the project's");

    let named = AddressPatch { reverse_name: Some("Mail.Example.org.".to_owned()) };
    let named = address::update(&test.cx, &test.scope::<AddressUpdate>().await, public.id, &named).await.unwrap();
    assert_eq!(named.reverse_name.as_deref(), Some("mail.example.org"));
});

both_engines!(a_security_group_is_seen_before_it_is_changed_and_is_in_force_for_its_machines, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let net = network(&test, "front").await;
    let web = group(&test, vec![tcp(22)]).await;
    let id = running(&test, "web", Connection { network_id: Some(net), security_group_id: Some(web) }).await;
    let ports = |test: &Simulated| {
        let filter = test.filter(&reference(id)).unwrap();
        filter.rules.iter().map(|rule| if let Protocol::Tcp { ports } = &rule.protocol { *ports.start() } else { 0 }).collect::<Vec<_>>()
    };
    assert_eq!(ports(&hypervisor), [22]);

    let wanted = vec![tcp(443)];
    let at = test.scope::<SecurityGroupView>().await;
    let shown = security_group::preview(&test.cx, &at, web, &wanted).await.unwrap();
    assert_eq!(shown.machines.iter().map(|one| (one.id, one.name.as_str(), one.ipv4.as_deref())).collect::<Vec<_>>(), [(id, "web", Some("10.0.0.2"))]);
    assert_eq!((shown.opens, shown.shuts, shown.inbound_otherwise, shown.outbound_otherwise), (vec![tcp(443)], vec![tcp(22)], false, true));
    assert_eq!(ports(&hypervisor), [22], "a preview changes nothing");

    let patch = SecurityGroupPatch { name: None, rules: Some(wanted) };
    let at = test.scope::<SecurityGroupUpdate>().await;
    security_group::update(&test.cx, &at, web, &patch).await.unwrap();
    finish(&test, security_group::SECURITY_GROUP_APPLY.name, web).await;
    assert_eq!(ports(&hypervisor), [443]);

    let gone = test.scope::<SecurityGroupDelete>().await;
    assert_eq!(security_group::delete(&test.cx, &gone, web).await.unwrap_err().kind(), Kind::Conflict, "a machine is in it");
    let without = inside(net);
    instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, id, &without).await.unwrap();
    finish(&test, instance::CONNECT.name, id).await;
    security_group::delete(&test.cx, &gone, web).await.unwrap();
    assert_eq!(ports(&hypervisor), [0], "what comes from the network itself passes");
});

both_engines!(rules_that_a_hypervisor_refuses_are_taken_back, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let (net, web) = (network(&test, "front").await, group(&test, vec![tcp(22)]).await);
    let id = running(&test, "web", Connection { network_id: Some(net), security_group_id: Some(web) }).await;
    hypervisor.inject(Operation::SetFilter, Fault::Fail(compute_driver::DriverError::refused("no such port")));
    let patch = SecurityGroupPatch { name: None, rules: Some(vec![tcp(443)]) };
    security_group::update(&test.cx, &test.scope::<SecurityGroupUpdate>().await, web, &patch).await.unwrap();
    let operation = finish(&test, security_group::SECURITY_GROUP_APPLY.name, web).await;
    assert_eq!(operation.state, workflow::operation::State::Undone);
    let shown = security_group::view(&test.cx, &test.scope::<SecurityGroupView>().await, web).await.unwrap();
    assert_eq!((shown.rules, hypervisor.filter(&reference(id)).unwrap().rules.len()), (vec![tcp(22)], 1));
});

both_engines!(a_node_without_private_networks_takes_no_machine_of_one, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    hypervisor.without(Feature::PrivateNetworks);
    node::enrol(&test.cx).await.unwrap();
    let net = network(&test, "backend").await;
    let id = running(&test, "one", inside(net)).await;
    assert_eq!(seen(&test, id).await.state, instance::State::Failed);
    let alone = running(&test, "alone", Connection::default()).await;
    let refused = instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, alone, &inside(net)).await.unwrap_err();
    assert!(refused.kind() == Kind::Conflict && refused.to_string().contains("private_networks"), "{refused}");
});

both_engines!(an_erasure_takes_networks_and_addresses_once_the_machines_are_gone, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    pool(&test, "203.0.113.8/30", &[]).await.unwrap();
    let net = network(&test, "front").await;
    let id = running(&test, "one", inside(net)).await;
    led(&test, &address(&test).await.unwrap(), Some(id)).await;
    let at = Scope::<kernel::ByWorkflow>::acting("test", Place::Organisation { organisation: test.scope::<InstanceView>().await.organisation_id().unwrap() });
    assert_eq!((network::evict(&test.cx, &at).await.unwrap(), address::evict(&test.cx, &at).await.unwrap()), (None, None), "the machine goes first");
    instance::evict(&test.cx, &at).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    assert_eq!(network::evict(&test.cx, &at).await.unwrap(), None);
    finish(&test, network::NETWORK_DELETE.name, net).await;
    assert_eq!((network::evict(&test.cx, &at).await.unwrap(), address::evict(&test.cx, &at).await.unwrap()), (Some(1), Some(1)));
    assert_eq!((hypervisor.networks().await.unwrap().len(), addresses(&test).await.len(), used(&test).await), (0, 0, (0, 0)));
});

both_engines!(nothing_of_it_is_seen_from_another_project, |engine| async move {
    let (test, _) = world(engine).await;
    pool(&test, "203.0.113.8/30", &[]).await.unwrap();
    let (net, web, public) = (network(&test, "front").await, group(&test, vec![]).await, address(&test).await.unwrap());
    let fresh = || uuid::Uuid::now_v7();
    test.authority.become_person(Id::from_uuid(fresh()), Id::from_uuid(fresh()), Id::from_uuid(fresh()));
    let foreign = |kind: Kind| assert_eq!(kind, Kind::NotFound);
    foreign(network::view(&test.cx, &test.scope::<NetworkView>().await, net).await.unwrap_err().kind());
    foreign(network::delete(&test.cx, &test.scope::<NetworkDelete>().await, net).await.unwrap_err().kind());
    foreign(security_group::preview(&test.cx, &test.scope::<SecurityGroupView>().await, web, &[]).await.unwrap_err().kind());
    foreign(address::view(&test.cx, &test.scope::<AddressView>().await, public.id).await.unwrap_err().kind());
    foreign(address::assign(&test.cx, &test.scope::<AddressAssign>().await, public.id, None).await.unwrap_err().kind());
    let theirs = running(&test, "theirs", Connection::default()).await;
    let joined = instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, theirs, &inside(net)).await.unwrap_err();
    assert_eq!(joined.fields()[0].field, "network_id");
});
