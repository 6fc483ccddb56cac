//! The three tests that every workflow passes, for a move and for a drain.

use compute::drain::DRAIN;
use compute::instance::{self, InstanceQuery, MOVE, State};
use compute::permissions::InstanceView;
use compute_driver::{Driver, Status};
use kernel::PageQuery;
use testkit::workflows::Case;
use testkit::{Engine, Test, cases};
use workflow::Registered;
use workflow::operation::by_subject;

use crate::drain::asked as drained;
use crate::{asked, finish, host_of, hypervisor, placed, running, world};

/// Every machine is on one host, as its row says, and runs as before; nothing is half on its way.
async fn all_whole(test: &Test) {
    let listed = instance::list(&test.cx, &test.scope::<InstanceView>().await, &InstanceQuery::default(), &PageQuery::default()).await.unwrap();
    let guests = hypervisor(test).list().await.unwrap();
    assert_eq!(guests.len(), listed.items.len());
    assert!(guests.iter().all(|guest| guest.status == Status::Running), "{guests:?}");
    for machine in listed.items {
        // A drain that failed leaves moves that it began; they go to their own end.
        if by_subject(test.cx.db(), MOVE.name, &machine.id.to_string()).await.unwrap().is_some() {
            finish(test, MOVE.name, machine.id).await;
        }
        host_of(test, machine.id).await;
        let placed = placed(test, machine.id).await;
        assert_eq!((placed.state, placed.target_host), (State::Running, None));
    }
}

macro_rules! move_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                asked(test, id, Some("beta")).await.unwrap();
                (MOVE.name.to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                all_whole(test).await;
                let guests = hypervisor(test).list().await.unwrap();
                assert!(!succeeded || guests[0].host.as_deref() == Some("beta"), "{guests:?}");
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! drain_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                for hostname in ["one", "two", "three", "four"] {
                    running(test, hostname).await;
                }
                drained(test, "alpha", 2).await.unwrap();
                (DRAIN.name.to_owned(), "node-1/alpha".to_owned())
            },
            check: async |test: &Test, succeeded: bool| {
                all_whole(test).await;
                let left = hypervisor(test).list().await.unwrap().iter().filter(|guest| guest.host.as_deref() == Some("alpha")).count();
                assert!(!succeeded || left == 0, "{left}");
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    move_case!() => a_move_can_fail_anywhere, move_steps_can_run_twice, a_move_survives_a_restart_at_each_step;
    drain_case!() => a_drain_can_fail_anywhere, drain_steps_can_run_twice, a_drain_survives_a_restart_at_each_step;
}
