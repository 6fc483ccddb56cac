//! Machines on the simulated hypervisor: set up, power, deletion, consoles, quotas, and what changes behind our back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use compute::instance::power::{Action, power};
use compute::instance::{self, InstancePatch, InstanceQuery, NewInstance, PROVISION, Shape, SizeId, Source, State};
use compute::permissions::{ConsoleTicketCreate, InstanceDelete, InstanceRebuild, InstanceStart, InstanceUndelete, InstanceUpdate, InstanceView, ReadingView};
use compute::{Drivers, Instance, InstanceId, console, node};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError, Reference, Status};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Cx, Kind, PageQuery};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use tokio::io::AsyncReadExt;
use workflow::Registered;

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

async fn wanted(cx: &Cx, hostname: &str) -> NewInstance {
    let json = |text: String| text;
    let (regions, templates) = (compute::region::all(cx.db()).await.unwrap(), compute::template::all(cx.db()).await.unwrap());
    NewInstance {
        hostname: json(hostname.to_owned()),
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
        user_data: Some("#!/bin/sh\ntrue\n".to_owned()),
        tags: Vec::new(),
    }
}

/// Orders a machine and starts its workflow, in one transaction.
async fn begun(test: &Test, hostname: &str) -> kernel::Result<Instance> {
    let at = test.scope::<InstanceStart>().await;
    let new = wanted(&test.cx, hostname).await;
    test.cx
        .write(async |tx| {
            let instance = instance::create(&tx, &at, &new).await?;
            instance::provision(&tx, &at, instance.id).await?;
            Ok(instance)
        })
        .await
}

async fn finish(test: &Test, kind: &str, id: InstanceId) -> workflow::operation::Operation {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &id.to_string()).await
}

async fn running(test: &Test, hostname: &str) -> InstanceId {
    let id = begun(test, hostname).await.unwrap().id;
    finish(test, PROVISION.name, id).await;
    assert_eq!(seen(test, id).await.state, State::Running);
    id
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

async fn job(test: &Test, name: &str) -> usize {
    let job = compute::JOBS.iter().find(|job| job.name == name).unwrap();
    (job.run)(test.cx.clone()).await.unwrap()
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

both_engines!(the_map_names_every_column, |engine| async move {
    assert_eq!(world(engine).await.0.lint().await, Vec::<String>::new());
});

both_engines!(a_machine_is_set_up_as_it_was_ordered, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "Web-1").await;
    let machine = seen(&test, id).await;
    assert_eq!((machine.hostname.as_str(), machine.name.as_str()), ("web-1", "web-1"));
    assert_eq!(machine.accelerator.as_deref(), Some("tcg"));
    let spec = hypervisor.spec(&reference(id)).unwrap();
    assert_eq!((spec.hostname.as_str(), spec.ssh_keys, spec.template.as_str()), ("web-1", vec![KEY.to_owned()], "tiny"));
    assert_eq!(spec.user_data.as_deref(), Some("#!/bin/sh\ntrue\n"));
    let history = instance::events(&test.cx, &test.scope::<InstanceView>().await, id, &PageQuery::default()).await.unwrap();
    let states: Vec<State> = history.items.iter().rev().map(|event| event.kind).collect();
    assert_eq!(states, [State::Ordered, State::Provisioning, State::Running]);
    let list = instance::list(&test.cx, &test.scope::<InstanceView>().await, &InstanceQuery::default(), &PageQuery::default()).await.unwrap();
    assert_eq!(list.items.len(), 1);
});

both_engines!(a_host_name_is_taken_once_and_free_after_a_failure, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    hypervisor.inject(Operation::Ensure, Fault::Fail(DriverError::failed("no room", "qemu-img: No space left on device")));
    let id = begun(&test, "web").await.unwrap().id;
    let taken = begun(&test, "WEB").await.unwrap_err();
    assert_eq!((taken.kind(), taken.fields()[0].field.as_str()), (Kind::Conflict, "hostname"));
    let operation = finish(&test, PROVISION.name, id).await;
    assert_eq!(operation.state, workflow::operation::State::Undone);
    let log: Vec<&str> = operation.steps.iter().flat_map(|step| &step.log).map(|line| line.text.as_str()).collect();
    assert!(log.iter().any(|line| line.contains("No space left")), "{log:?}");
    assert_eq!(seen(&test, id).await.state, State::Failed);
    assert!(hypervisor.list().await.unwrap().is_empty());
    running(&test, "web").await;
});

both_engines!(sixteen_orders_at_once_do_not_pass_the_quota, |engine| async move {
    let (test, _) = world(engine).await;
    let orders = (0..16).map(|number| begun_as(&test, format!("web-{number}")));
    let outcomes = futures::future::join_all(orders).await;
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(made, 10);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{outcomes:?}");
});

async fn begun_as(test: &Test, hostname: String) -> kernel::Result<Instance> {
    begun(test, &hostname).await
}

both_engines!(power_changes_the_state_and_refuses_what_contradicts_it, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let at = test.scope::<InstanceStart>().await;
    let refused = power(&test.cx, &at, id, Action::Start).await.unwrap_err();
    assert!(refused.kind() == Kind::Conflict && refused.to_string().contains("running"), "{refused}");
    for (action, state, status) in [
        (Action::Reboot, State::Running, Status::Running),
        (Action::Reset, State::Running, Status::Running),
        (Action::Shutdown, State::Stopped, Status::Stopped),
        (Action::Start, State::Running, Status::Running),
        (Action::Stop, State::Stopped, Status::Stopped),
    ] {
        power(&test.cx, &at, id, action).await.unwrap();
        assert_eq!(power(&test.cx, &at, id, action).await.unwrap_err().kind(), Kind::Conflict, "{action:?} twice");
        finish(&test, "compute.instance.power", id).await;
        assert_eq!(seen(&test, id).await.state, state, "{action:?}");
        assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), status, "{action:?}");
    }
});

both_engines!(a_system_that_does_not_shut_down_loses_its_power, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::Shutdown, Fault::Lie);
    power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Shutdown).await.unwrap();
    finish(&test, "compute.instance.power", id).await;
    assert_eq!(seen(&test, id).await.state, State::Stopped);
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Stopped);
});

both_engines!(a_guest_killed_behind_our_back_is_noticed, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    assert_eq!(job(&test, "compute.instance.reconcile").await, 0);
    assert!(hypervisor.crash(&reference(id)));
    assert_eq!(job(&test, "compute.instance.reconcile").await, 1);
    let machine = seen(&test, id).await;
    assert_eq!(machine.state, State::Stopped);
    assert!(machine.state_reason.unwrap().contains("nobody had asked"));
    assert!(hypervisor.vanish(&reference(id)));
    job(&test, "compute.instance.reconcile").await;
    assert_eq!(seen(&test, id).await.state, State::Failed);
});

both_engines!(a_foreign_guest_is_reported_and_left_alone, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let mut foreign = hypervisor.spec(&reference(id)).unwrap();
    foreign.reference = Reference::parse("vm_stranger").unwrap();
    hypervisor.ensure(&foreign).await.unwrap();
    job(&test, "compute.instance.reconcile").await;
    let nodes = compute::node::all(test.cx.db()).await.unwrap();
    assert_eq!(nodes[0].orphans, ["vm_stranger"]);
    assert!(hypervisor.find(&foreign.reference).await.unwrap().is_some());
});

both_engines!(a_deleted_machine_comes_back_within_its_grace_and_goes_after_it, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    let worker = workflow::Worker::new(test.cx.clone(), compute::workflows(), 2);
    worker.run_due().await.unwrap();
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Stopped);
    instance::undelete(&test.cx, &test.scope::<InstanceUndelete>().await, id).await.unwrap();
    test.clock.advance(Duration::from_secs(3600));
    worker.run_due().await.unwrap();
    let back = seen(&test, id).await;
    assert_eq!((back.state, back.operation_id), (State::Stopped, None), "the deletion is not its work any more");
    assert!(hypervisor.find(&reference(id)).await.unwrap().is_some());

    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    assert_eq!(seen(&test, id).await.state, State::Deleted);
    assert!(hypervisor.list().await.unwrap().is_empty());
    let late = instance::undelete(&test.cx, &test.scope::<InstanceUndelete>().await, id).await.unwrap_err();
    assert_eq!(late.kind(), Kind::Conflict);
    running(&test, "web").await;
});

both_engines!(a_rebuilt_machine_runs_from_the_new_template, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    let debian = compute::template::all(test.cx.db()).await.unwrap().into_iter().find(|one| one.name == "debian").unwrap();
    instance::rebuild(&test.cx, &test.scope::<InstanceRebuild>().await, id, instance::Renewal::Template(debian.id)).await.unwrap();
    finish(&test, "compute.instance.rebuild", id).await;
    assert_eq!(seen(&test, id).await.template.name, debian.title);
    assert_eq!(hypervisor.spec(&reference(id)).unwrap().template, "debian");
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Running);
});

both_engines!(readings_follow_each_other_without_a_gap, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    for _ in 0..3 {
        test.clock.advance(Duration::from_secs(10));
        job(&test, "compute.reading.measure").await;
    }
    let readings = compute::reading::list(&test.cx, &test.scope::<ReadingView>().await, id, &PageQuery::default()).await.unwrap().items;
    assert!(readings.len() >= 2, "{readings:?}");
    for pair in readings.windows(2) {
        assert_eq!((pair[0].from, pair[0].seq), (pair[1].to, pair[1].seq + 1));
    }
});

both_engines!(a_console_ticket_opens_one_console_once, |engine| async move {
    let (test, _) = world(engine).await;
    let (id, other) = (running(&test, "web").await, running(&test, "db").await);
    let at = test.scope::<ConsoleTicketCreate>().await;
    let new = console::NewConsoleTicket { kind: console::ConsoleKind::Screen };
    let ticket = console::create(&test.cx, &at, id, new).await.unwrap().ticket;
    let (_, mut screen) = console::open(&test.cx, id, &ticket).await.unwrap();
    let mut greeting = [0_u8; 12];
    screen.read_exact(&mut greeting).await.unwrap();
    assert_eq!(&greeting, b"RFB 003.008\n");
    let refused = async |id, ticket: String| console::open(&test.cx, id, &ticket).await.err().map(|error| error.kind());
    assert_eq!(refused(id, ticket).await, Some(Kind::Denied), "used");
    assert_eq!(refused(id, "0".repeat(64)).await, Some(Kind::Denied), "unknown");
    let foreign = console::create(&test.cx, &at, other, new).await.unwrap().ticket;
    assert_eq!(refused(id, foreign).await, Some(Kind::Denied), "another machine's");
    let late = console::create(&test.cx, &at, id, new).await.unwrap().ticket;
    test.clock.advance(Duration::from_secs(30));
    assert_eq!(refused(id, late).await, Some(Kind::Denied), "late");
});

both_engines!(machines_are_found_by_their_tags, |engine| async move {
    let (test, _) = world(engine).await;
    let at = test.scope::<InstanceStart>().await;
    for (hostname, tags) in [("one", ["Env:Live", "web"]), ("two", ["env:test", "web"])] {
        let new = NewInstance { tags: tags.map(str::to_owned).to_vec(), ..wanted(&test.cx, hostname).await };
        test.cx.write(async |tx| instance::create(&tx, &at, &new).await).await.unwrap();
    }
    let found = async |tag: &str| {
        let which = InstanceQuery { tag: Some(tag.to_owned()) };
        let page = instance::list(&test.cx, &test.scope::<InstanceView>().await, &which, &PageQuery::default()).await?;
        Ok::<_, kernel::Error>(page.items.into_iter().map(|one| (one.id, one.hostname, one.tags)).collect::<Vec<_>>())
    };
    let names = |found: &[(InstanceId, String, Vec<String>)]| found.iter().map(|one| one.1.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found("web").await.unwrap()), ["two", "one"]);
    assert_eq!(names(&found("env").await.unwrap()), ["two", "one"], "a key finds all its values");
    let live = found("ENV:live").await.unwrap();
    assert_eq!((names(&live), live[0].2.clone()), (vec!["one".to_owned()], vec!["env:live".to_owned(), "web".to_owned()]));
    assert_eq!(found("live").await.unwrap(), []);
    assert_eq!(found("no tag").await.unwrap_err().fields()[0].field, "tag");

    let (id, patch) = (live[0].0, |tags: &[&str]| InstancePatch { name: None, tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()) });
    let update = async |patch: InstancePatch| instance::update(&test.cx, &test.scope::<InstanceUpdate>().await, id, &patch).await;
    assert_eq!(update(patch(&["a b"])).await.unwrap_err().fields()[0].field, "tags");
    assert_eq!(update(InstancePatch { name: Some("Shop".to_owned()), tags: None }).await.unwrap().tags, ["env:live", "web"], "what is left out stays");
    assert_eq!(update(patch(&["db"])).await.unwrap().tags, ["db"]);
    assert_eq!((names(&found("env").await.unwrap()), names(&found("db").await.unwrap())), (vec!["two".to_owned()], vec!["one".to_owned()]));
    assert_eq!(update(patch(&[])).await.unwrap().tags, Vec::<String>::new());
    let fresh = || uuid::Uuid::now_v7();
    test.authority.become_person(Id::from_uuid(fresh()), Id::from_uuid(fresh()), Id::from_uuid(fresh()));
    assert_eq!(found("web").await.unwrap(), [], "another project's tags find nothing");
});

both_engines!(nothing_is_seen_from_another_project, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    let fresh = || uuid::Uuid::now_v7();
    test.authority.become_person(Id::from_uuid(fresh()), Id::from_uuid(fresh()), Id::from_uuid(fresh()));
    let unseen = instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap_err();
    assert_eq!(unseen.kind(), Kind::NotFound);
    let patch = InstancePatch { name: Some("mine".to_owned()), tags: None };
    assert_eq!(instance::update(&test.cx, &test.scope::<InstanceUpdate>().await, id, &patch).await.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(power(&test.cx, &test.scope::<InstanceStart>().await, id, Action::Stop).await.unwrap_err().kind(), Kind::NotFound);
});

macro_rules! provision_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = begun(test, "web").await.unwrap().id;
                (PROVISION.name.to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let guests = hypervisor(test).list().await.unwrap();
                assert_eq!(guests.len(), usize::from(succeeded));
                let list = instance::list(&test.cx, &test.scope::<InstanceView>().await, &InstanceQuery::default(), &PageQuery::default()).await.unwrap().items;
                // What was never handed over is no machine: its order shows it.
                assert_eq!(list.iter().map(|one| one.state).collect::<Vec<_>>(), if succeeded { vec![State::Running] } else { vec![] });
                // Room and name are free exactly if nothing is left.
                assert_eq!(begun(test, "web").await.is_ok(), !succeeded);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    provision_case!() => provisioning_can_fail_anywhere, provisioning_steps_can_run_twice, provisioning_survives_a_restart_at_each_step;
}
