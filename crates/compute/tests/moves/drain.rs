//! Hosts that are emptied: a few machines at a time, with a report of what stays and why, and a way to try that again.

use std::collections::BTreeSet;

use compute::drain::{self, DRAIN, Drain, DrainMachineState, DrainRequest};
use compute::instance::{InstanceId, MOVE, State};
use compute::permissions::{DrainCreate, InstanceDelete, NodeView as MayView};
use compute::quota::{LIMITS, Limits};
use kernel::Kind;
use testkit::workflows::run_to_end;
use testkit::{Test, both_engines};
use workflow::operation::{Operation, State as Work};

use crate::{asked as asked_move, finish, history, host_of, hosts, job, maintain, moved, node_id, record, reference, running, seen, world};

pub async fn asked(test: &Test, host: &str, at_once: u8) -> kernel::Result<()> {
    let wanted = DrainRequest { reason: Some("new fans".to_owned()), at_once: Some(at_once) };
    drain::create(&test.cx, &test.scope::<DrainCreate>().await, node_id(test).await, host, &wanted).await.map(drop)
}

async fn report(test: &Test, host: &str) -> Drain {
    drain::view(&test.cx, &test.scope::<MayView>().await, node_id(test).await, host).await.unwrap()
}

async fn ended(test: &Test, host: &str) -> Operation {
    finish(test, DRAIN.name, format!("node-1/{host}")).await
}

/// Everything runs on the first host.
async fn crowded(test: &Test, count: usize) -> Vec<InstanceId> {
    let limits = Limits { machines: 50, cpus: 100, ..Limits::default() };
    test.cx.write(async |tx| kernel::setting::write(&tx, LIMITS, &limits).await).await.unwrap();
    for host in ["beta", "gamma"] {
        maintain(test, host, Some("not yet")).await.unwrap();
    }
    let mut machines = Vec::new();
    for number in 0..count {
        machines.push(running(test, &format!("machine-{number}")).await);
    }
    for host in ["beta", "gamma"] {
        maintain(test, host, None).await.unwrap();
    }
    machines
}

both_engines!(a_host_with_twenty_machines_is_drained_and_two_that_cannot_be_moved_are_reported, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let machines = crowded(&test, 20).await;
    let tied = [machines[3], machines[11]];
    for id in tied {
        hypervisor.tie(&reference(id), Some("it uses hostpci0 of alpha"));
    }
    asked(&test, "alpha", 3).await.unwrap();
    assert_eq!(asked(&test, "alpha", 3).await.unwrap_err().kind(), Kind::Conflict, "one at a time");
    assert_eq!(hosts(&test).await[0].maintenance.as_ref().unwrap().reason, "new fans", "a drain begins maintenance");

    // On the way there are never more than three at once, and it is told how far it has come.
    let worker = workflow::Worker::new(test.cx.clone(), compute::workflows(), 4);
    let mut stands = BTreeSet::new();
    loop {
        worker.run_due().await.unwrap();
        let now = report(&test, "alpha").await;
        assert!(now.moving <= 3, "{now:?}");
        assert_eq!(now.waiting + now.moving + now.moved + now.failed + now.kept, now.total);
        stands.insert(now.moved);
        if now.state != Work::Running {
            break;
        }
        test.clock.advance(std::time::Duration::from_secs(30));
    }
    assert!(stands.len() > 4, "progress can be watched: {stands:?}");

    let end = ended(&test, "alpha").await;
    assert_eq!(end.state, Work::Failed);
    assert_eq!(end.error.as_deref(), Some("2 of 20 machines could not be moved off alpha. Its report says why."));
    let told = report(&test, "alpha").await;
    assert_eq!((told.total, told.moved, told.failed, told.waiting, told.moving), (20, 18, 2, 0, 0));
    let left: Vec<_> = told.machines.iter().take(2).map(|one| (one.instance_id, one.state)).collect();
    assert!(tied.iter().all(|id| left.contains(&(*id, DrainMachineState::Failed))), "what is left comes first: {left:?}");
    assert!(told.machines[0].reason.as_deref().unwrap().contains("hostpci0"), "{:?}", told.machines[0]);
    assert!(told.machines.iter().skip(2).all(|one| one.host.as_deref().is_some_and(|host| host != "alpha")));
    for id in &machines {
        assert_eq!(seen(&test, *id).await.state, State::Running);
        assert_eq!(host_of(&test, *id).await == "alpha", tied.contains(id));
    }
    assert!(history(&test, machines[0]).await[0].contains("its host is under maintenance (new fans)"));
    assert!(record(&test).await.iter().any(|line| line.contains("was moved to another host: its host is under maintenance (new fans)")));

    // One is mended and moved by itself; trying the drain again moves the other.
    hypervisor.tie(&reference(tied[0]), None);
    assert_eq!(moved(&test, tied[0], "beta").await.state, Work::Succeeded);
    assert_eq!((report(&test, "alpha").await.moved, report(&test, "alpha").await.failed), (19, 1));
    hypervisor.tie(&reference(tied[1]), None);
    test.cx.write(async |tx| workflow::operation::retry(&tx, end.id).await).await.unwrap();
    let again = ended(&test, "alpha").await;
    assert_eq!((again.id, again.state), (end.id, Work::Succeeded), "{again:?}");
    let told = report(&test, "alpha").await;
    assert_eq!((told.total, told.moved, told.failed, told.state), (20, 20, 0, Work::Succeeded));
    assert_eq!(hosts(&test).await[0].instances, 0);
    assert!(hosts(&test).await[0].maintenance.is_some(), "it ends when somebody ends it");
});

both_engines!(trying_again_without_a_change_reports_the_same_again, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let machines = crowded(&test, 2).await;
    hypervisor.tie(&reference(machines[0]), Some("it uses hostpci0 of alpha"));
    asked(&test, "alpha", 1).await.unwrap();
    let first = ended(&test, "alpha").await;
    for _ in 0..2 {
        test.cx.write(async |tx| workflow::operation::retry(&tx, first.id).await).await.unwrap();
        let again = ended(&test, "alpha").await;
        assert_eq!((again.state, again.error), (Work::Failed, first.error.clone()));
        assert_eq!((report(&test, "alpha").await.moved, report(&test, "alpha").await.failed), (1, 1));
    }
});

both_engines!(what_is_about_to_go_or_has_nowhere_to_go_stays_and_what_went_is_left_alone, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let machines = crowded(&test, 3).await;
    let at = test.scope::<InstanceDelete>().await;
    compute::instance::delete(&test.cx, &at, machines[0], compute::instance::Deletion::default()).await.unwrap();
    hypervisor.carry(&reference(machines[1]), "beta");
    for host in ["beta", "gamma"] {
        hypervisor.set_memory(host, 128);
    }
    job(&test, "compute.node.measure").await;
    asked(&test, "alpha", 5).await.unwrap();
    assert_eq!(ended(&test, "alpha").await.state, Work::Failed);
    let told = report(&test, "alpha").await;
    assert_eq!((told.total, told.failed), (2, 2), "the one that was carried away was found elsewhere: {told:?}");
    let why = |id| told.machines.iter().find(|one| one.instance_id == id).unwrap().reason.clone().unwrap();
    assert!(why(machines[0]).contains("about to be deleted"));
    assert!(why(machines[2]).contains("beta: memory") && why(machines[2]).contains("gamma: memory"), "{}", why(machines[2]));
    assert_eq!(host_of(&test, machines[1]).await, "beta");
});

both_engines!(ending_maintenance_stops_a_drain_and_puts_the_host_back, |engine| async move {
    let (test, _) = world(engine).await;
    crowded(&test, 6).await;
    asked(&test, "alpha", 1).await.unwrap();
    let worker = workflow::Worker::new(test.cx.clone(), compute::workflows(), 4);
    while report(&test, "alpha").await.moved == 0 {
        worker.run_due().await.unwrap();
        test.clock.advance(std::time::Duration::from_secs(5));
    }
    maintain(&test, "alpha", None).await.unwrap();
    assert_eq!(ended(&test, "alpha").await.state, Work::Succeeded);
    let told = report(&test, "alpha").await;
    assert!(told.moved >= 1 && told.kept >= 1 && told.moved + told.kept == 6, "{told:?}");
    let home = hosts(&test).await.remove(0);
    assert_eq!((home.maintenance, usize::try_from(home.instances).unwrap()), (None, told.kept));
    // A second drain is another one, and takes what is there.
    asked(&test, "alpha", 2).await.unwrap();
    assert_eq!(ended(&test, "alpha").await.state, Work::Succeeded);
    assert_eq!(report(&test, "alpha").await.total, told.kept);
});

both_engines!(a_machine_that_is_being_worked_on_is_waited_for, |engine| async move {
    let (test, _) = world(engine).await;
    let machines = crowded(&test, 1).await;
    asked_move(&test, machines[0], Some("beta")).await.unwrap();
    asked(&test, "alpha", 1).await.unwrap();
    // The move that somebody began by hand ends meanwhile; the drain finds that it has left.
    let drained = run_to_end(&test.cx, &test.clock, compute::workflows, None, DRAIN.name, "node-1/alpha").await;
    assert_eq!((drained.state, host_of(&test, machines[0]).await.as_str()), (Work::Succeeded, "beta"));
    finish(&test, MOVE.name, machines[0]).await;
    assert!(drain::view(&test.cx, &test.scope::<MayView>().await, node_id(&test).await, "beta").await.is_err(), "a host that was never drained");
});
