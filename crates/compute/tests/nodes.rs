//! Nodes as the operator runs them: closed and open, promised beside real, and why a machine found no place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use compute::instance::{self, NewInstance, PROVISION, Shape, SizeId, Source, State};
use compute::node::{self, NodePatch, NodeState, NodeView};
use compute::permissions::{InstanceStart, InstanceView, NodeUpdate, NodeView as MayView};
use compute::{Drivers, InstanceId, Overcommit};
use compute_driver::simulated::Simulated;
use kernel::Kind;
use kernel::cx::Extensions;
use kernel::id::Id;
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};
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

async fn set_up(test: &Test, hostname: &str) -> (InstanceId, Operation) {
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        shape: Shape { size_id: SizeId::from_uuid(uuid::Uuid::from_u128(7)), size_name: "Small".to_owned(), cpus: 1, memory_mib: 256, disk_gib: 2 },
        source: Source::Template(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        region_id: regions[0].id,
        user_data: None,
    };
    let made = test.cx.write(async |tx| {
        let instance = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, instance.id).await?;
        Ok(instance.id)
    });
    let id = made.await.unwrap();
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

both_engines!(a_node_tells_what_is_promised_and_what_is_there, |engine| async move {
    let test = world(engine).await;
    set_up(&test, "web").await;
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    assert_eq!((job.run)(test.cx.clone()).await.unwrap(), 2);
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
