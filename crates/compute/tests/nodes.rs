//! Nodes as the operator runs them: closed and open, promised beside real, and why a machine found no place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use compute::disk::{self, DiskWithMachine};
use compute::instance::{self, ADOPT, Adoption, NewInstance, PROVISION, Shape, SizeId, Source, State};
use compute::node::{self, NodePatch, NodeState, NodeView};
use compute::permissions::{InstanceAdopt, InstanceStart, InstanceView, NodeUpdate, NodeView as MayView};
use compute::{Drivers, InstanceId, Overcommit};
use compute_driver::simulated::{Fault, Operation as Op, Simulated};
use compute_driver::{Driver, DriverError, Feature, Size, Status, Stranger};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, Place};
use sea_orm::ConnectionTrait;
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;
use workflow::operation::{Operation, State as Work};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

async fn world(engine: Engine) -> Test {
    let drivers = Drivers::new().beginning_with(Overcommit { cpu_percent: 400, memory_percent: 120 }).with("node-1", "local", Arc::new(Simulated::new())).with(
        "node-2",
        "local",
        Arc::new(Simulated::new()),
    );
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    test
}

async fn wanted(test: &Test, hostname: &str) -> NewInstance {
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    NewInstance {
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
    }
}

async fn ordered(test: &Test, new: NewInstance) -> kernel::Result<InstanceId> {
    let at = test.scope::<InstanceStart>().await;
    let made = test.cx.write(async |tx| {
        let instance = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, instance.id).await?;
        Ok(instance.id)
    });
    made.await
}

async fn set_up(test: &Test, hostname: &str) -> (InstanceId, Operation) {
    let id = ordered(test, wanted(test, hostname).await).await.unwrap();
    (id, run_to_end(&test.cx, &test.clock, compute::workflows, None, PROVISION.name, &id.to_string()).await)
}

async fn nodes(test: &Test) -> Vec<NodeView> {
    node::list(&test.cx, &test.scope::<MayView>().await).await.unwrap()
}

async fn change(test: &Test, node: &NodeView, patch: NodePatch) -> kernel::Result<NodeView> {
    node::update(&test.cx, &test.scope::<NodeUpdate>().await, node.id, &patch).await
}

fn closed(reason: &str) -> NodePatch {
    NodePatch { schedulable: Some(false), reason: Some(reason.to_owned()), ..NodePatch::default() }
}

both_engines!(user_data_goes_where_it_reaches_the_machine_and_is_refused_where_nothing_does, |engine| async move {
    let (deaf, able) = (Simulated::new(), Simulated::new());
    deaf.without(Feature::UserData);
    let drivers = Drivers::new().with("node-1", "local", Arc::new(deaf)).with("node-2", "local", Arc::new(able.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    let script = || Some("#!/bin/sh\ntrue\n".to_owned());
    for hostname in ["one", "two"] {
        let id = ordered(&test, NewInstance { user_data: script(), ..wanted(&test, hostname).await }).await.unwrap();
        run_to_end(&test.cx, &test.clock, compute::workflows, None, PROVISION.name, &id.to_string()).await;
    }
    assert_eq!(able.list().await.unwrap().len(), 2);
    able.without(Feature::UserData);
    node::enrol(&test.cx).await.unwrap();
    let refused = ordered(&test, NewInstance { user_data: script(), ..wanted(&test, "three").await }).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "user_data");
    ordered(&test, wanted(&test, "three").await).await.unwrap();
});

both_engines!(what_a_template_gets_nowhere_is_refused_before_it_is_ordered, |engine| async move {
    let deaf = Simulated::new();
    deaf.without(Feature::UserData);
    deaf.without(Feature::Disks);
    let drivers = Drivers::new().with("node-1", "local", Arc::new(deaf)).with("node-2", "local", Arc::new(Simulated::new()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    let region = compute::region::all(test.cx.db()).await.unwrap()[0].id;
    let disks = [DiskWithMachine { name: "data".into(), size_gib: 1 }];
    let told = async |name: &str| NewInstance { user_data: Some("#!/bin/sh\ntrue\n".to_owned()), ..wanted(&test, name).await };
    // The other node does not have the template, and then its machines of it are containers beside virtual machines.
    for bare in ["templates = '[]'", "templates = '[\"tiny\"]', plain_templates = '[\"tiny\"]'"] {
        let bare = format!("UPDATE compute_node SET {bare} WHERE name = 'node-2'");
        test.cx.write(async |tx| Ok(tx.db().execute_unprepared(&bare).await?)).await.unwrap();
        let refused = ordered(&test, told("one").await).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, "user_data");
        let refused = disk::may_come_with(test.cx.db(), region, "tiny", &disks).await.unwrap_err();
        assert_eq!(refused.fields()[0].field, "disks");
    }
    node::enrol(&test.cx).await.unwrap();
    ordered(&test, told("one").await).await.unwrap();
    disk::may_come_with(test.cx.db(), region, "tiny", &disks).await.unwrap();
});

both_engines!(a_closed_node_gets_no_new_machines_and_keeps_those_that_it_has, |engine| async move {
    let test = world(engine).await;
    let before = nodes(&test).await;
    assert_eq!(change(&test, &before[0], closed(" ")).await.unwrap_err().fields()[0].field, "reason");
    let shut = change(&test, &before[0], closed("new fans")).await.unwrap();
    assert_eq!((shut.state, shut.schedulable, shut.closed_because.as_deref()), (NodeState::Draining, false, Some("new fans")));
    let (id, _) = set_up(&test, "web").await;
    let machine = instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap();
    assert_eq!((machine.state, machine.node_id), (State::Running, Some(before[1].id)));

    change(&test, &before[1], closed("new disks")).await.unwrap();
    node::enrol(&test.cx).await.unwrap();
    assert_eq!(nodes(&test).await.iter().map(|node| node.instances).collect::<Vec<_>>(), [0, 1], "a look at the hypervisors opens nothing");
    let open = change(&test, &before[0], NodePatch { schedulable: Some(true), ..NodePatch::default() }).await.unwrap();
    assert_eq!((open.state, open.closed_because.as_deref()), (NodeState::Ready, None));
    let unknown = NodeView { id: Id::from_uuid(uuid::Uuid::from_u128(9)), ..open };
    assert_eq!(change(&test, &unknown, closed("x")).await.unwrap_err().kind(), Kind::NotFound);
});

both_engines!(a_customer_reads_a_short_reason_and_the_operator_which_rule_refused_which_node, |engine| async move {
    let test = world(engine).await;
    for node in nodes(&test).await {
        change(&test, &node, closed("new fans")).await.unwrap();
    }
    let (_, seen) = set_up(&test, "web").await;
    assert_eq!(seen.state, Work::Undone);
    let error = seen.error.as_deref().unwrap();
    assert!(error.contains("no room") && !error.contains("node-1"), "{error}");
    assert!(seen.steps.iter().all(|step| step.log.is_empty()), "{seen:?}");
    let line = sea_orm::ConnectionTrait::query_one_raw(
        test.cx.db(),
        sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT text FROM workflow_log WHERE for_operator"),
    );
    let text: String = line.await.unwrap().unwrap().try_get("", "text").unwrap();
    assert_eq!(text, "node-1: it is closed to new machines (new fans)\nnode-2: it is closed to new machines (new fans)");
});

fn stranger(address: &str, status: Status) -> Stranger {
    Stranger { address: address.to_owned(), name: "Old web server".to_owned(), host: None, status, size: Size { cpus: 2, memory_mib: 512, disk_gib: 8 } }
}

/// The hypervisor of the first node, with a guest of others that was noticed.
async fn with_stranger(engine: Engine, status: Status) -> (Test, Simulated, NodeView) {
    let hypervisor = Simulated::new();
    hypervisor.add_stranger(stranger("100", status));
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers).with(hypervisor.clone())).await;
    node::enrol(&test.cx).await.unwrap();
    measure(&test).await;
    let node = nodes(&test).await.remove(0);
    (test, hypervisor, node)
}

async fn measure(test: &Test) -> usize {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(test.cx.clone()).await.unwrap()
}

async fn taken_over(test: &Test, node: &NodeView, address: &str, hostname: &str) -> kernel::Result<InstanceId> {
    let caller = test.authority.caller();
    let owner = Place::Project { organisation: caller.organisation, project: caller.project };
    let wanted = Adoption { address: address.to_owned(), project_id: caller.project, hostname: hostname.to_owned() };
    instance::adopt(&test.cx, &test.scope::<InstanceAdopt>().await, owner, node.id, &wanted).await.map(|(id, _)| id)
}

both_engines!(a_guest_of_others_gets_an_owner_and_stays_as_it_is, |engine| async move {
    for (status, state) in [(Status::Running, State::Running), (Status::Stopped, State::Stopped)] {
        let (test, hypervisor, node) = with_stranger(engine, status).await;
        assert_eq!((node.strangers[0].address.as_str(), node.strangers[0].running), ("100", Some(status == Status::Running)));
        assert_eq!(taken_over(&test, &node, "100", "-x").await.unwrap_err().fields()[0].field, "hostname");
        assert_eq!(taken_over(&test, &node, "101", "web").await.unwrap_err().kind(), Kind::Conflict, "nobody is there");
        let id = taken_over(&test, &node, "100", "Web").await.unwrap();
        run_to_end(&test.cx, &test.clock, compute::workflows, None, ADOPT.name, &id.to_string()).await;
        let machine = instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap();
        assert_eq!(
            (machine.state, machine.name.as_str(), machine.hostname.as_str(), machine.size.cpus, machine.size.disk_gib),
            (state, "Old web server", "web", 2, 8)
        );
        assert_eq!(hypervisor.list().await.unwrap()[0].status, status);
        let changing = [Op::Ensure, Op::Start, Op::Stop, Op::Rebuild, Op::Destroy, Op::Resize, Op::Reset];
        assert!(hypervisor.calls().iter().all(|call| !changing.contains(&call.operation)), "{:?}", hypervisor.calls());
        measure(&test).await;
        assert_eq!(nodes(&test).await[0].strangers, []);
    }
});

both_engines!(a_guest_that_went_away_meanwhile_leaves_no_machine, |engine| async move {
    let (test, hypervisor, node) = with_stranger(engine, Status::Running).await;
    let id = taken_over(&test, &node, "100", "web").await.unwrap();
    hypervisor.inject(Op::Adopt, Fault::Fail(DriverError::conflict("nothing is at the address 100")));
    let failed = run_to_end(&test.cx, &test.clock, compute::workflows, None, ADOPT.name, &id.to_string()).await;
    assert!(failed.state == Work::Failed && failed.error.as_deref().unwrap().contains("nothing is at"), "{failed:?}");
    let list = instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &kernel::PageQuery::default()).await.unwrap();
    assert_eq!(list.items.len(), 0);
    taken_over(&test, &node, "100", "web").await.expect("name and room are free again");
});

macro_rules! adoption_case {
    () => {
        Case {
            make: async || with_stranger(Engine::Sqlite, Status::Running).await.0,
            start: async |test: &Test| {
                let node = nodes(test).await.remove(0);
                (ADOPT.name.to_owned(), taken_over(test, &node, "100", "web").await.unwrap().to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                // Whatever happened to the step: the guest runs on, and carries the mark of one machine.
                let guests = test.cx.extension::<Simulated>().unwrap().list().await.unwrap();
                assert_eq!(guests.iter().map(|guest| guest.status).collect::<Vec<_>>(), [Status::Running]);
                let machines =
                    instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &kernel::PageQuery::default())
                        .await
                        .unwrap()
                        .items;
                assert_eq!(machines.len(), 1);
                assert!(!succeeded || machines[0].state == State::Running);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    adoption_case!() => an_adoption_can_fail_anywhere, adoption_steps_can_run_twice, an_adoption_survives_a_restart_at_each_step;
}

both_engines!(a_node_tells_what_is_promised_and_what_is_there, |engine| async move {
    let test = world(engine).await;
    set_up(&test, "web").await;
    assert_eq!(measure(&test).await, 2);
    let node = nodes(&test).await.into_iter().find(|node| node.instances == 1).unwrap();
    assert_eq!((node.cpus_used, node.memory_used_mib, node.disk_promised_gib), (1, 256, 2));
    assert_eq!((node.cpu_overcommit_percent, node.memory_overcommit_percent), (400, 120), "as the configuration says");
    assert_eq!(
        (node.hosts[0].name.as_str(), node.hosts[0].cpus, node.storages[0].name.as_str(), node.storages[0].free_mib),
        ("simulated", 64, "memory", 1_000_000)
    );
    let patch = NodePatch { cpu_overcommit_percent: Some(1_600), ..NodePatch::default() };
    change(&test, &node, patch).await.unwrap();
    node::enrol(&test.cx).await.unwrap();
    let changed = nodes(&test).await.into_iter().find(|one| one.id == node.id).unwrap();
    assert_eq!((changed.cpu_overcommit_percent, changed.memory_overcommit_percent, changed.schedulable), (1_600, 120, true));
});

both_engines!(a_node_that_does_not_answer_holds_nobody_up, |engine| async move {
    let (mute, able) = (Simulated::new(), Simulated::new());
    let drivers = Drivers::new().with("node-1", "local", Arc::new(mute.clone())).with("node-2", "local", Arc::new(able.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    let first = nodes(&test).await.into_iter().find(|node| node.name == "node-1").unwrap();
    change(&test, &first, closed("new fans")).await.unwrap();
    let (id, _) = set_up(&test, "web").await;
    assert!(able.crash(&compute_driver::Reference::parse(&id.to_string()).unwrap()));

    mute.inject(Op::Capabilities, Fault::Slow(std::time::Duration::from_secs(3600)));
    let look = tokio::spawn({
        let cx = test.cx.clone();
        let job = compute::JOBS.iter().find(|job| job.name == "compute.instance.reconcile").unwrap();
        async move { (job.run)(cx).await.unwrap() }
    });
    let began = std::time::Instant::now();
    while instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap().state == State::Running {
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "the other node's silence hides what happened here");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(!look.is_finished(), "it has not answered yet");
    assert_eq!(look.await.unwrap(), 1);
    let silent = nodes(&test).await.into_iter().find(|node| node.name == "node-1").unwrap();
    assert_eq!(silent.state, NodeState::Down);
});

both_engines!(a_hypervisor_that_hangs_keeps_no_other_from_being_measured, |engine| async move {
    let (mute, able) = (Simulated::new(), Simulated::new());
    let drivers = Drivers::new().with("node-1", "local", Arc::new(mute.clone())).with("node-2", "local", Arc::new(able.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers)).await;
    node::enrol(&test.cx).await.unwrap();
    for hostname in ["web", "db"] {
        set_up(&test, hostname).await;
    }
    let all = nodes(&test).await;
    assert_eq!(all.iter().map(|node| node.instances).collect::<Vec<_>>(), [1, 1], "one machine on each");

    let hour = std::time::Duration::from_secs(3600);
    mute.inject(Op::Inventory, Fault::Slow(hour));
    mute.inject(Op::Measure, Fault::Slow(hour));
    for simulated in [&mute, &able] {
        simulated.advance(hour);
    }
    test.clock.advance(hour);
    let rounds = ["compute.node.measure", "compute.reading.measure"].map(|name| {
        let (cx, job) = (test.cx.clone(), compute::JOBS.iter().find(|job| job.name == name).unwrap());
        tokio::spawn(async move { (job.run)(cx).await.unwrap() })
    });
    let began = std::time::Instant::now();
    while nodes(&test).await[1].hosts.is_empty() || read(&test).await == 0 {
        assert!(began.elapsed() < std::time::Duration::from_secs(5), "the other node's silence keeps this one from being measured");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(rounds.iter().all(|round| !round.is_finished()), "it has not answered yet");
    for round in rounds {
        assert_eq!(round.await.unwrap(), 1, "and is left for the next round");
    }
    assert_eq!(read(&test).await, 1);
});

/// How many readings there are.
async fn read(test: &Test) -> i64 {
    let count = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT COUNT(*) AS n FROM compute_reading");
    sea_orm::ConnectionTrait::query_one_raw(test.cx.db(), count).await.unwrap().unwrap().try_get("", "n").unwrap()
}
