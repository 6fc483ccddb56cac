//! Deletion: with and without a last backup, failing, repeating and restarting at every step.

use compute::backup::BackupState;
use compute::instance::{self, Deletion, State};
use compute::permissions::{InstanceDelete, InstanceUndelete};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError};
use kernel::Kind;
use testkit::workflows::Case;
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;
use workflow::operation;

use super::{backups, begun, finish, made, reference, running, seen, used, world};

const KEPT: Deletion = Deletion { keep_backup: true };

async fn delete(test: &Test, id: compute::InstanceId, how: Deletion) -> kernel::Result<()> {
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, how).await.map(drop)
}

both_engines!(the_last_backup_is_there_before_the_machine_is_gone_and_makes_a_new_one, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    delete(&test, id, KEPT).await.unwrap();
    assert_eq!((seen(&test, id).await.state, used(&test).await), (State::Deleting, 1), "its place is taken with the wish");
    let done = finish(&test, "compute.instance.retire", id).await;
    assert_eq!(done.state, operation::State::Succeeded, "{done:?}");
    let kept = backups(&test, None).await.remove(0);
    assert_eq!((kept.state, kept.hostname.as_str(), kept.scheduled), (BackupState::Ready, "web", false));
    assert!(kept.operation_id.is_some() && hypervisor.find(&reference(id)).await.unwrap().is_none());
    let copy = begun(&test, "copy", 2, instance::Source::Backup(kept.id)).await.unwrap();
    finish(&test, instance::PROVISION.name, copy.id).await;
    assert_eq!(seen(&test, copy.id).await.state, State::Running);
});

both_engines!(a_last_backup_that_fails_stops_the_deletion_and_says_so, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test, "web").await;
    hypervisor.inject(Operation::CreateBackup, Fault::Fail(DriverError::full("0 MiB of disk are free")));
    delete(&test, id, KEPT).await.unwrap();
    let failed = finish(&test, "compute.instance.retire", id).await;
    assert_eq!(failed.state, operation::State::Failed);
    assert!(failed.steps.iter().any(|step| step.error.as_deref().is_some_and(|why| why.contains("the machine is not deleted"))), "{failed:?}");
    let machine = seen(&test, id).await;
    assert_eq!((machine.state, machine.delete_at), (State::Stopped, None));
    assert!(machine.state_reason.unwrap().contains("not deleted"));
    assert!(hypervisor.find(&reference(id)).await.unwrap().is_some(), "nothing was destroyed");
    assert_eq!((backups(&test, None).await.remove(0).state, used(&test).await), (BackupState::Failed, 0));

    delete(&test, id, Deletion::default()).await.unwrap();
    finish(&test, "compute.instance.retire", id).await;
    assert_eq!(seen(&test, id).await.state, State::Deleted, "without one it goes");
});

both_engines!(a_machine_that_is_brought_back_gives_the_place_of_its_last_backup_back, |engine| async move {
    let (test, _) = world(engine).await;
    let id = running(&test, "web").await;
    made(&test, id).await;
    delete(&test, id, KEPT).await.unwrap();
    let twice = delete(&test, id, KEPT).await.unwrap_err();
    assert_eq!(twice.kind(), Kind::Conflict);
    instance::undelete(&test.cx, &test.scope::<InstanceUndelete>().await, id).await.unwrap();
    let ended = finish(&test, "compute.instance.retire", id).await;
    assert_eq!((ended.state, seen(&test, id).await.state), (operation::State::Undone, State::Stopped), "called off is no failure");
    let (newest, kept) = (backups(&test, None).await.remove(0), used(&test).await);
    assert_eq!((newest.state, kept), (BackupState::Failed, 1), "what was never begun takes no place");
});

macro_rules! retire_case {
    ($how:expr) => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let id = running(test, "web").await;
                delete(test, id, $how).await.unwrap();
                ("compute.instance.retire".to_owned(), id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                let guests = (*test.cx.extension::<Simulated>().unwrap()).list().await.unwrap();
                let archives = (*test.cx.extension::<Simulated>().unwrap()).backups().await.unwrap();
                // A deletion is never taken back: at worst it stays where it is, and is carried on from there.
                assert!(!succeeded || guests.is_empty(), "{guests:?}");
                let ready = backups(test, None).await.iter().filter(|one| one.state == BackupState::Ready).count();
                assert_eq!(ready, archives.len());
                assert!(!$how.keep_backup || ready == 1 || guests.len() == 1, "nothing is destroyed before the backup is there");
                assert!($how.keep_backup || ready == 0);
            },
            workflows: || -> Vec<Registered> { compute::workflows() },
        }
    };
}

cases! {
    retire_case!(Deletion::default()) => deleting_can_fail_anywhere, deleting_can_run_twice, deleting_survives_a_restart_at_each_step;
    retire_case!(KEPT) => keeping_a_last_backup_can_fail_anywhere, keeping_a_last_backup_can_run_twice, keeping_a_last_backup_survives_a_restart_at_each_step;
}
