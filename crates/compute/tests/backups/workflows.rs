//! The workflows of backups: failing, repeating and restarting at every step.

use compute::backup::{self, BackupState, RestoreTestOutcome};
use compute::instance::{PROVISION, Source, State};
use compute::permissions::{BackupDelete, BackupRestore, BackupTest};
use compute_driver::simulated::Simulated;
use compute_driver::{Driver, Status};
use testkit::workflows::Case;
use testkit::{Engine, Test, cases};
use workflow::Registered;

use super::{ask, backups, begun, hypervisor, made, reference, running, seen, used, world};

macro_rules! create_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                ("compute.backup.create".to_owned(), ask(test, id).await.unwrap().id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let kept = backups(test, None).await.remove(0);
                let there = hypervisor(test, kept.instance_id).backups().await.unwrap().len();
                assert_eq!((there, used(test).await), if succeeded { (1, 1) } else { (0, 0) });
                assert_eq!(kept.state, if succeeded { BackupState::Ready } else { BackupState::Failed });
                assert_eq!(seen(test, kept.instance_id).await.state, State::Running, "the machine goes on");
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! restore_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let kept = made(test, id).await;
                backup::restore(&test.cx, &test.scope::<BackupRestore>().await, kept.id).await.unwrap();
                ("compute.backup.restore".to_owned(), id.to_string())
            },
            check: async |test: &Test, _: bool| {
                let kept = backups(test, None).await.remove(0);
                // Whatever happened, it runs as it did before, and the backup is still there.
                assert_eq!((seen(test, kept.instance_id).await.state, kept.state), (State::Running, BackupState::Ready));
                assert_eq!(hypervisor(test, kept.instance_id).status(&reference(kept.instance_id)).await.unwrap(), Status::Running);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! delete_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let kept = made(test, id).await;
                backup::delete(&test.cx, &test.scope::<BackupDelete>().await, kept.id).await.unwrap();
                ("compute.backup.delete".to_owned(), kept.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let left = backups(test, None).await;
                // A removal never comes back: at worst it stays where it is, for an operator to carry on.
                assert!(left.iter().all(|one| one.state == BackupState::Deleting) && !(succeeded && left.len() > 0), "{left:?}");
                assert_eq!(used(test).await, i64::try_from(left.len()).unwrap());
                assert_eq!((*test.cx.extension::<Simulated>().unwrap()).backups().await.unwrap(), []);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! test_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let kept = made(test, id).await;
                backup::restore_test(&test.cx, &test.scope::<BackupTest>().await, kept.id).await.unwrap();
                ("compute.backup.test".to_owned(), kept.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let kept = backups(test, None).await.remove(0);
                let outcome = kept.restore_test.unwrap().outcome;
                assert!(outcome != RestoreTestOutcome::Running && (outcome == RestoreTestOutcome::Passed || !succeeded), "{outcome:?}");
                let guests = (*test.cx.extension::<Simulated>().unwrap()).list().await.unwrap();
                assert_eq!(guests.len(), 1, "only the machine is left");
                assert_eq!((seen(test, kept.instance_id).await.state, kept.state), (State::Running, BackupState::Ready));
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

macro_rules! new_machine_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                let kept = made(test, id).await;
                let copy = begun(test, "copy", 2, Source::Backup(kept.id)).await.unwrap();
                (PROVISION.name.to_owned(), copy.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let guests = (*test.cx.extension::<Simulated>().unwrap()).list().await.unwrap();
                assert_eq!(guests.len(), if succeeded { 2 } else { 1 });
                assert!(guests.iter().all(|guest| guest.status == Status::Running));
                assert_eq!(backups(test, None).await[0].state, BackupState::Ready);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    create_case!() => backing_up_can_fail_anywhere, backing_up_can_run_twice, backing_up_survives_a_restart_at_each_step;
    restore_case!() => restoring_can_fail_anywhere, restoring_can_run_twice, restoring_survives_a_restart_at_each_step;
    delete_case!() => removing_can_fail_anywhere, removing_can_run_twice, removing_survives_a_restart_at_each_step;
    test_case!() => testing_can_fail_anywhere, testing_can_run_twice, testing_survives_a_restart_at_each_step;
    new_machine_case!() => a_new_machine_can_fail_anywhere, a_new_machine_can_run_twice, a_new_machine_survives_a_restart_at_each_step;
}
