//! Machines with cards of their own: filtered and reached in a private network or in none.

use compute_driver::Filter;

use super::*;

/// A world whose only node gives machines cards of their own.
async fn with_own_cards(engine: Engine) -> (Test, Simulated) {
    let (test, hypervisor) = world(engine).await;
    hypervisor.give_own_cards();
    node::enrol(&test.cx).await.unwrap();
    (test, hypervisor)
}

fn under(group: SecurityGroupId) -> Connection {
    Connection { network_id: None, security_group_id: Some(group) }
}

async fn connected(test: &Test, id: InstanceId, wanted: &Connection) -> Done {
    instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, id, wanted).await.unwrap();
    finish(test, instance::CONNECT.name, id).await
}

both_engines!(a_security_group_holds_for_a_machine_in_no_network, |engine| async move {
    let (test, hypervisor) = with_own_cards(engine).await;
    let web = group(&test, vec![tcp(443)]).await;
    let id = running(&test, "web", under(web)).await;
    let ports = || hypervisor.filter(&reference(id)).unwrap().rules.len();
    let machine = seen(&test, id).await;
    assert_eq!((machine.network, machine.security_group_id, ports()), (None, Some(web), 1));
    assert_eq!(hypervisor.filter(&reference(id)).unwrap().inbound, Verdict::Drop);
    let shown = security_group::preview(&test.cx, &test.scope::<SecurityGroupView>().await, web, &[]).await.unwrap();
    assert_eq!(shown.machines[0].ipv4, machine.ipv4, "it is shown by the address that it has");

    let patch = SecurityGroupPatch { name: None, rules: Some(vec![tcp(22), tcp(443)]) };
    security_group::update(&test.cx, &test.scope::<SecurityGroupUpdate>().await, web, &patch).await.unwrap();
    finish(&test, security_group::SECURITY_GROUP_APPLY.name, web).await;
    assert_eq!(ports(), 2);

    connected(&test, id, &Connection::default()).await;
    let open = Filter { anti_spoofing: true, ..Filter::open() };
    assert_eq!((seen(&test, id).await.security_group_id, hypervisor.filter(&reference(id))), (None, Some(open)), "and nothing is filtered without one");
    security_group::delete(&test.cx, &test.scope::<SecurityGroupDelete>().await, web).await.unwrap();
});

both_engines!(a_machine_that_is_gone_is_in_no_security_group, |engine| async move {
    let (test, _) = with_own_cards(engine).await;
    let web = group(&test, vec![tcp(443)]).await;
    let id = running(&test, "web", under(web)).await;
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    security_group::delete(&test.cx, &test.scope::<SecurityGroupDelete>().await, web).await.unwrap();
});

both_engines!(where_machines_have_no_cards_of_their_own_a_group_needs_a_network, |engine| async move {
    let (test, _) = world(engine).await;
    let web = group(&test, vec![tcp(443)]).await;
    let id = running(&test, "web", Connection::default()).await;
    let at = test.scope::<InstanceConnect>().await;
    let refused = instance::connect_to(&test.cx, &at, id, &under(web)).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "network_id");
    let ordered = test.cx.write(async |tx| {
        let at = test.scope::<InstanceStart>().await;
        card::join(&tx, &at, id, &under(web)).await
    });
    assert_eq!(ordered.await.unwrap_err().fields()[0].field, "network_id", "an order is told before it is paid");
    assert!(!compute::region::all(test.cx.db()).await.unwrap()[0].own_cards);
});

both_engines!(a_machine_under_a_group_in_no_network_is_placed_where_it_has_a_card_of_its_own, |engine| async move {
    let (shared, own) = (Simulated::new(), Simulated::new());
    own.give_own_cards();
    let drivers = Drivers::new().with("node-1", "local", Arc::new(shared)).with("node-2", "local", Arc::new(own.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers).with(own.clone())).await;
    node::enrol(&test.cx).await.unwrap();
    assert!(compute::region::all(test.cx.db()).await.unwrap()[0].own_cards);
    let web = group(&test, vec![tcp(443)]).await;
    let id = running(&test, "web", under(web)).await;
    assert_eq!((seen(&test, id).await.state, own.guests().len()), (instance::State::Running, 1));
    let id = ordered(&test, "other", under(web)).await.unwrap();
    own.without(Feature::Firewall);
    node::enrol(&test.cx).await.unwrap();
    finish(&test, PROVISION.name, id).await;
    assert_eq!(seen(&test, id).await.state, instance::State::Failed, "rather than run unfiltered");
    let refused = ordered(&test, "third", under(web)).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "network_id", "before anybody pays");
});

both_engines!(a_network_is_a_second_card_and_changes_nothing_about_the_first, |engine| async move {
    let (test, hypervisor) = with_own_cards(engine).await;
    pool(&test, "203.0.113.8/30", &[]).await.unwrap();
    let (net, id) = (network(&test, "backend").await, running(&test, "web", Connection::default()).await);
    let public = address(&test).await.unwrap();
    led(&test, &public, Some(id)).await;
    let before = seen(&test, id).await;
    assert_eq!(before.addresses, std::slice::from_ref(&public.ipv4), "an address leads to a machine in no network");

    connected(&test, id, &inside(net)).await;
    let machine = seen(&test, id).await;
    assert_eq!((&machine.ipv4, &machine.addresses), (&before.ipv4, &before.addresses));
    assert_eq!(machine.network.unwrap().ipv4, "10.0.0.2");
    assert_eq!(hypervisor.addresses(&reference(id)).len(), 1);
    assert_eq!(hypervisor.filter(&reference(id)).unwrap().inbound, Verdict::Accept, "whoever reached it reaches it still");
    connected(&test, id, &Connection::default()).await;
    assert_eq!((seen(&test, id).await.network, hypervisor.spec(&reference(id)).unwrap().card), (None, None));
});

both_engines!(a_node_without_networks_is_not_asked_about_them, |engine| async move {
    let (test, hypervisor) = with_own_cards(engine).await;
    hypervisor.without(Feature::PrivateNetworks);
    node::enrol(&test.cx).await.unwrap();
    let (web, id) = (group(&test, vec![tcp(443)]).await, running(&test, "web", Connection::default()).await);
    let operation = connected(&test, id, &under(web)).await;
    assert_eq!((operation.state, seen(&test, id).await.security_group_id), (workflow::operation::State::Succeeded, Some(web)));
    assert!(hypervisor.calls().iter().all(|call| call.operation != Operation::Connect));
});

both_engines!(a_change_that_does_not_work_gives_the_group_back, |engine| async move {
    let (test, hypervisor) = with_own_cards(engine).await;
    let (web, mail) = (group(&test, vec![tcp(443)]).await, group(&test, vec![tcp(25), tcp(587)]).await);
    let id = running(&test, "web", under(web)).await;
    hypervisor.inject(Operation::SetFilter, Fault::Fail(compute_driver::DriverError::refused("no such port")));
    let operation = connected(&test, id, &under(mail)).await;
    assert_eq!(operation.state, workflow::operation::State::Undone);
    assert_eq!((seen(&test, id).await.security_group_id, hypervisor.filter(&reference(id)).unwrap().rules.len()), (Some(web), 1));
});

both_engines!(a_rebuilt_machine_has_the_card_the_rules_and_the_addresses_of_today, |engine| async move {
    let (test, hypervisor) = with_own_cards(engine).await;
    pool(&test, "203.0.113.8/30", &[]).await.unwrap();
    let (net, web) = (network(&test, "backend").await, group(&test, vec![tcp(443)]).await);
    let id = running(&test, "web", Connection { network_id: Some(net), security_group_id: Some(web) }).await;
    led(&test, &address(&test).await.unwrap(), Some(id)).await;
    // What an archive of another day would bring along.
    let reference = reference(id);
    hypervisor.set_filter(&reference, &Filter::open()).await.unwrap();
    hypervisor.set_addresses(&reference, &[]).await.unwrap();
    hypervisor.connect(&reference, None).await.unwrap();
    let template = seen(&test, id).await.template.id;
    let at = test.scope::<compute::permissions::InstanceRebuild>().await;
    instance::rebuild(&test.cx, &at, id, instance::Renewal::Template(template)).await.unwrap();
    finish(&test, instance::REBUILD.name, id).await;
    let filter = hypervisor.filter(&reference).unwrap();
    assert_eq!((filter.inbound, filter.rules.len(), hypervisor.addresses(&reference).len()), (Verdict::Drop, 1, 1));
    assert_eq!(hypervisor.spec(&reference).unwrap().card.map(|card| card.ipv4.to_string()).as_deref(), Some("10.0.0.2"));
});
