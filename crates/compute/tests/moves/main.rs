//! Machines that go to another host of their node, hosts under maintenance, and hosts that are drained; on the simulated hypervisor.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod drain;
mod workflows;

use std::sync::Arc;
use std::time::Duration;

use audit::line::list::list as activity;
use audit::permissions::ActivityList;
use compute::finding::{self, FindingKind};
use compute::host::{self, HostPatch, HostView};
use compute::instance::power::{Action, power};
use compute::instance::{self, InstanceMove, MOVE, NewInstance, PROVISION, PlaceQuery, PlacedInstance, Shape, SizeId, Source, State};
use compute::permissions::{FindingView, HostUpdate, InstanceListAny, InstanceMove as MayMove, InstanceStart, InstanceView, NodeView as MayView};
use compute::{Drivers, Instance, InstanceId, NodeId, node};
use compute_driver::simulated::{Fault, Operation as Op, Simulated};
use compute_driver::{Driver, DriverError, Feature, Reference, Status};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, PageQuery};
use testkit::workflows::run_to_end;
use testkit::{Engine, Test, both_engines};
use workflow::operation::{Operation, State as Work};

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

/// One node of three hosts.
async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new().with_hosts(&["alpha", "beta", "gamma"]);
    let drivers = Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone()));
    let test = Test::with(engine, vec![audit::module(), compute::module()], Extensions::default().with(drivers).with(hypervisor.clone())).await;
    node::enrol(&test.cx).await.unwrap();
    job(&test, "compute.node.measure").await;
    (test, hypervisor)
}

fn hypervisor(test: &Test) -> Simulated {
    (*test.cx.extension::<Simulated>().unwrap()).clone()
}

async fn job(test: &Test, name: &str) {
    let job = compute::JOBS.iter().find(|job| job.name == name).unwrap();
    (job.run)(test.cx.clone()).await.unwrap();
}

/// A look of the reconciler.
async fn look(test: &Test) {
    job(test, "compute.instance.reconcile").await;
}

async fn begun(test: &Test, hostname: &str) -> InstanceId {
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
        let instance = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, instance.id).await?;
        Ok(instance)
    });
    made.await.unwrap().id
}

async fn finish(test: &Test, kind: &str, subject: impl ToString) -> Operation {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &subject.to_string()).await
}

async fn running(test: &Test, hostname: &str) -> InstanceId {
    let id = begun(test, hostname).await;
    finish(test, PROVISION.name, id).await;
    id
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

async fn placed(test: &Test, id: InstanceId) -> PlacedInstance {
    let page = instance::list_any(&test.cx, &test.scope::<InstanceListAny>().await, &PlaceQuery::default(), &PageQuery::default()).await.unwrap();
    page.items.into_iter().find(|one| one.id == id).unwrap()
}

/// Where our row and the hypervisor have the machine; they must agree.
async fn host_of(test: &Test, id: InstanceId) -> String {
    let (ours, theirs) = (placed(test, id).await.host, hypervisor(test).host(&reference(id)));
    assert_eq!(ours, theirs);
    ours.unwrap()
}

async fn asked(test: &Test, id: InstanceId, host: Option<&str>) -> kernel::Result<()> {
    let wanted = InstanceMove { host: host.map(str::to_owned), reason: "new fans".to_owned() };
    instance::move_to(&test.cx, &test.scope::<MayMove>().await, id, &wanted).await.map(drop)
}

async fn moved(test: &Test, id: InstanceId, host: &str) -> Operation {
    asked(test, id, Some(host)).await.unwrap();
    finish(test, MOVE.name, id).await
}

async fn node_id(test: &Test) -> NodeId {
    node::all(test.cx.db()).await.unwrap()[0].id
}

async fn hosts(test: &Test) -> Vec<HostView> {
    node::list(&test.cx, &test.scope::<MayView>().await).await.unwrap().remove(0).hosts
}

async fn maintain(test: &Test, host: &str, reason: Option<&str>) -> kernel::Result<HostView> {
    let patch = HostPatch { maintenance: reason.is_some(), reason: reason.map(str::to_owned) };
    host::update(&test.cx, &test.scope::<HostUpdate>().await, node_id(test).await, host, &patch).await
}

async fn history(test: &Test, id: InstanceId) -> Vec<String> {
    let events = instance::events(&test.cx, &test.scope::<InstanceView>().await, id, &PageQuery::default()).await.unwrap();
    events.items.into_iter().map(|event| event.summary).collect()
}

/// What is on record in the customer's own place.
async fn record(test: &Test) -> Vec<String> {
    let lines = activity(&test.cx, &test.scope::<ActivityList>().await, &PageQuery::default()).await.unwrap();
    lines.items.into_iter().map(|line| line.summary).collect()
}

async fn findings(test: &Test) -> Vec<FindingKind> {
    look(test).await;
    test.clock.advance(Duration::from_secs(10 * 60));
    look(test).await;
    finding::list(&test.cx, &test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items.iter().map(|one| one.kind).collect()
}

both_engines!(a_running_machine_moves_live_and_its_owner_reads_why, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    assert_eq!(host_of(&test, id).await, "alpha");
    asked(&test, id, Some("beta")).await.unwrap();
    let on_its_way = placed(&test, id).await;
    assert_eq!((on_its_way.state, on_its_way.target_host.as_deref()), (State::Moving, Some("beta")));
    assert_eq!(hosts(&test).await.iter().map(|host| host.instances).collect::<Vec<_>>(), [0, 1, 0], "it counts where it goes");
    let busy = power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Stop).await.unwrap_err();
    assert!(busy.to_string().contains("moving to another host"), "{busy}");
    hypervisor.inject(Op::MoveGuest, Fault::Busy);
    let done = finish(&test, MOVE.name, id).await;
    assert_eq!(done.state, Work::Succeeded);
    assert!(done.steps[0].log.iter().any(|line| line.text == "It runs on while it moves."), "{done:?}");
    assert!(done.steps.iter().flat_map(|step| &step.log).all(|line| !line.text.contains("beta")), "its owner reads no host's name");
    assert_eq!((host_of(&test, id).await.as_str(), seen(&test, id).await.state), ("beta", State::Running));
    assert_eq!(placed(&test, id).await.target_host, None);
    assert_eq!(history(&test, id).await[0], "It is on another host: new fans.");
    assert!(record(&test).await.contains(&"The machine was moved to another host: new fans".to_owned()), "{:?}", record(&test).await);
    assert_eq!(findings(&test).await, []);
});

both_engines!(a_stopped_a_suspended_and_a_contained_machine_are_as_before, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    for (action, state) in [(Action::Stop, State::Stopped), (Action::Suspend, State::Suspended)] {
        let id = running(&test, if action == Action::Stop { "one" } else { "two" }).await;
        power(&test.cx, &test.scope::<InstanceStart>().await, id, action).await.unwrap();
        finish(&test, "compute.instance.power", id).await;
        assert_eq!(moved(&test, id, "gamma").await.state, Work::Succeeded);
        assert_eq!((host_of(&test, id).await.as_str(), seen(&test, id).await.state), ("gamma", state));
        hypervisor.destroy(&reference(id)).await.unwrap();
    }
    hypervisor.contain();
    let id = running(&test, "box").await;
    let home = host_of(&test, id).await;
    let done = moved(&test, id, if home == "alpha" { "beta" } else { "alpha" }).await;
    assert!(done.steps[0].log.iter().any(|line| line.text.contains("shut down and started")), "{done:?}");
    assert_eq!(seen(&test, id).await.state, State::Running);
});

both_engines!(the_roomiest_host_is_taken_and_the_rule_that_refused_each_is_named, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.set_memory("gamma", 512_000);
    job(&test, "compute.node.measure").await;
    asked(&test, id, None).await.unwrap();
    finish(&test, MOVE.name, id).await;
    assert_eq!(host_of(&test, id).await, "gamma");
    for (host, kind) in [("gamma", Kind::Conflict), ("omega", Kind::Invalid)] {
        let refused = asked(&test, id, Some(host)).await.unwrap_err();
        assert_eq!((refused.kind(), refused.fields()[0].field.as_str()), (kind, "host"), "{refused}");
    }
    hypervisor.set_online("alpha", false);
    hypervisor.set_memory("beta", 128);
    job(&test, "compute.node.measure").await;
    let refused = asked(&test, id, None).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Conflict);
    let said = refused.to_string();
    assert!(said.contains("alpha: it does not answer") && said.contains("beta: memory: 256 MiB would be promised of 128 MiB"), "{said}");
    let mute = InstanceMove { host: None, reason: " ".to_owned() };
    let refused = instance::move_to(&test.cx, &test.scope::<MayMove>().await, id, &mute).await.unwrap_err();
    assert_eq!(refused.fields()[0].field, "reason");
    hypervisor.without(Feature::Move);
    node::enrol(&test.cx).await.unwrap();
    assert!(asked(&test, id, Some("beta")).await.unwrap_err().to_string().contains("has no `move`"));
});

both_engines!(what_ties_a_machine_to_its_host_is_told_to_the_operator_and_it_stays_as_it_was, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.tie(&reference(id), Some("it uses hostpci0 of alpha"));
    let failed = moved(&test, id, "beta").await;
    assert_eq!(failed.state, Work::Undone);
    assert!(!format!("{failed:?}").contains("hostpci0"), "its owner does not read it: {failed:?}");
    assert_eq!((host_of(&test, id).await.as_str(), seen(&test, id).await.state), ("alpha", State::Running));
    assert_eq!(placed(&test, id).await.target_host, None);
    // A target that is away for a moment is waited for, and one that stays away is given up.
    hypervisor.tie(&reference(id), None);
    hypervisor.inject(Op::WayTo, Fault::Fail(DriverError::unavailable("the host beta is away")));
    assert_eq!(moved(&test, id, "beta").await.state, Work::Succeeded);
    asked(&test, id, Some("alpha")).await.unwrap();
    hypervisor.set_online("alpha", false);
    let failed = finish(&test, MOVE.name, id).await;
    assert_eq!((failed.state, host_of(&test, id).await.as_str(), seen(&test, id).await.state), (Work::Undone, "beta", State::Running));
});

both_engines!(an_answer_that_was_lost_after_the_effect_is_found_and_nothing_moves_twice, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Op::MoveGuest, Fault::LoseAnswer);
    assert_eq!(moved(&test, id, "beta").await.state, Work::Succeeded);
    assert_eq!(host_of(&test, id).await, "beta");
    // And a hypervisor that says "done" and does nothing is not believed in the end.
    hypervisor.inject(Op::MoveGuest, Fault::Lie);
    let lied = moved(&test, id, "alpha").await;
    assert_eq!(host_of(&test, id).await, "beta", "{lied:?}");
    assert!(lied.state == Work::Undone && placed(&test, id).await.state == State::Running, "{lied:?}");
});

both_engines!(a_guest_on_another_host_than_we_believed_is_followed, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.carry(&reference(id), "gamma");
    look(&test).await;
    assert_eq!(host_of(&test, id).await, "gamma");
    assert_eq!(history(&test, id).await[0], "It was moved to another host at its node.");
    look(&test).await;
    assert_eq!(history(&test, id).await.iter().filter(|line| line.contains("at its node")).count(), 1);
    assert_eq!(findings(&test).await, []);
});

both_engines!(a_host_under_maintenance_gets_nothing_new_until_it_ends, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    assert_eq!(maintain(&test, "alpha", Some(" ")).await.unwrap_err().fields()[0].field, "reason");
    assert_eq!(maintain(&test, "omega", Some("new fans")).await.unwrap_err().kind(), Kind::NotFound);
    let resting = maintain(&test, "alpha", Some("new fans")).await.unwrap();
    assert_eq!(resting.maintenance.unwrap().reason, "new fans");
    for hostname in ["one", "two", "three"] {
        let id = running(&test, hostname).await;
        assert_ne!(host_of(&test, id).await, "alpha");
    }
    job(&test, "compute.node.measure").await;
    assert!(hosts(&test).await[0].maintenance.is_some(), "a look at the hypervisor ends nothing");
    let id = running(&test, "four").await;
    let refused = asked(&test, id, Some("alpha")).await.unwrap_err();
    assert_eq!(refused.fields()[0].message, "it is under maintenance (new fans)");
    for host in ["beta", "gamma"] {
        maintain(&test, host, Some("new disks")).await.unwrap();
    }
    let nowhere = begun(&test, "five").await;
    let undone = finish(&test, PROVISION.name, nowhere).await;
    assert!(undone.state == Work::Undone && !format!("{undone:?}").contains("alpha"), "{undone:?}");
    let statement = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT text FROM workflow_log WHERE for_operator ORDER BY id DESC LIMIT 1");
    let line = sea_orm::ConnectionTrait::query_one_raw(test.cx.db(), statement).await.unwrap().unwrap();
    let text: String = line.try_get("", "text").unwrap();
    assert_eq!(
        text,
        "node-1: no host takes it (alpha: it is under maintenance (new fans); beta: it is under maintenance (new disks); gamma: it is under maintenance (new disks))"
    );
    assert!(hypervisor.find(&reference(nowhere)).await.unwrap().is_none());
    assert_eq!(maintain(&test, "alpha", None).await.unwrap().maintenance, None);
    let id = running(&test, "six").await;
    assert_eq!(host_of(&test, id).await, "alpha");
});

both_engines!(maintenance_is_no_fault_and_what_is_left_of_it_afterwards_is, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    maintain(&test, "alpha", Some("new fans")).await.unwrap();
    hypervisor.set_online("alpha", false);
    assert_eq!((findings(&test).await, seen(&test, id).await.state), (vec![], State::Running), "unknown is not stopped");
    hypervisor.set_online("alpha", true);
    hypervisor.crash(&reference(id));
    assert_eq!((findings(&test).await, seen(&test, id).await.state), (vec![], State::Stopped));
    assert_eq!(history(&test, id).await[0], "It stopped while its host is under maintenance.");
    for host in ["beta", "gamma"] {
        maintain(&test, host, Some("new fans")).await.unwrap();
    }
    hypervisor.fail_times(Op::List, 2);
    assert_eq!(findings(&test).await, [], "where every host is under maintenance, silence is expected");
    for host in ["alpha", "beta", "gamma"] {
        maintain(&test, host, None).await.unwrap();
    }
    assert_eq!(findings(&test).await, [FindingKind::StateDiffers], "it should run again");
    hypervisor.fail_times(Op::List, 2);
    assert_eq!(findings(&test).await.iter().filter(|kind| **kind == FindingKind::NodeUnreachable).count(), 1);
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Stopped);
});
