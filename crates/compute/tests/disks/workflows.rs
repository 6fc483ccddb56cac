//! The workflows of disks: failing, repeating and restarting at every step.

use compute::disk::{self, DISK_ATTACH, DISK_CREATE, DISK_DELETE, DISK_DETACH, DISK_GROW, Disk, DiskQuery, DiskState};
use compute::permissions::DiskView;
use kernel::PageQuery;
use testkit::workflows::{Case, steps_can_fail_anywhere, steps_can_run_twice, survives_restart_at_each_step};
use testkit::{Engine, Test};
use workflow::Registered;

use super::{asked, attach, delete, detach, grow, hypervisor, made, running, used, world};

macro_rules! case {
    ($start:expr, $check:expr) => {
        Case { make: async || world(Engine::Sqlite).await.0, start: $start, check: $check, workflows: || -> Vec<Registered> { compute::workflows() } }
    };
}

async fn only(test: &Test) -> Disk {
    disk::list(&test.cx, &test.scope::<DiskView>().await, &DiskQuery::default(), &PageQuery::default()).await.unwrap().items.remove(0)
}

/// Row and hypervisor agree about the only disk, at rest.
async fn agrees(test: &Test, gib: i32, attached: bool) {
    let (disk, there) = (only(test).await, hypervisor(test).extra_disks());
    assert_eq!((disk.state, disk.size_gib, disk.growing_to_gib, disk.instance_id.is_some()), (DiskState::Ready, gib, None, attached));
    assert_eq!(there.iter().map(|one| (one.gib, one.guest.is_some())).collect::<Vec<_>>(), [(u32::try_from(gib).unwrap(), attached)]);
    assert_eq!(used(test).await, 2 + i64::from(gib));
}

macro_rules! create_case {
    () => {
        case!(
            async |test: &Test| {
                let web = running(test, "web").await;
                (DISK_CREATE.name.to_owned(), asked(test, 5, Some(web)).await.unwrap().id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                if succeeded {
                    return agrees(test, 5, true).await;
                }
                let disk = only(test).await;
                assert_eq!((disk.state, disk.instance_id, hypervisor(test).extra_disks().len(), used(test).await), (DiskState::Failed, None, 0, 2));
            }
        )
    };
}

macro_rules! attach_case {
    () => {
        case!(
            async |test: &Test| {
                let web = running(test, "web").await;
                let id = made(test, 5, None).await;
                attach(test, id, web).await.unwrap();
                (DISK_ATTACH.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| agrees(test, 5, succeeded).await
        )
    };
}

macro_rules! detach_case {
    () => {
        case!(
            async |test: &Test| {
                let web = running(test, "web").await;
                let id = made(test, 5, Some(web)).await;
                detach(test, id).await.unwrap();
                (DISK_DETACH.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| agrees(test, 5, !succeeded).await
        )
    };
}

macro_rules! grow_case {
    () => {
        case!(
            async |test: &Test| {
                let web = running(test, "web").await;
                let id = made(test, 5, Some(web)).await;
                grow(test, id, 8).await.unwrap();
                (DISK_GROW.name.to_owned(), id.to_string())
            },
            // A fault after the effect leaves a disk that has grown, which is what its owner asked for and pays.
            async |test: &Test, _: bool| agrees(test, 8, true).await
        )
    };
}

macro_rules! delete_case {
    () => {
        case!(
            async |test: &Test| {
                running(test, "web").await;
                let id = made(test, 5, None).await;
                delete(test, id).await.unwrap();
                (DISK_DELETE.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                assert_eq!(hypervisor(test).extra_disks().len(), 0);
                let left = disk::list(&test.cx, &test.scope::<DiskView>().await, &DiskQuery::default(), &PageQuery::default()).await.unwrap().items;
                if succeeded {
                    assert_eq!((left.len(), used(test).await), (0, 2));
                } else {
                    assert!(left.iter().all(|disk| disk.state == DiskState::Deleting), "what was begun never comes back: {left:?}");
                }
            }
        )
    };
}

macro_rules! cases {
    ($($case:ident: $fail:ident, $twice:ident, $restart:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $fail() {
            steps_can_fail_anywhere($case!()).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $twice() {
            steps_can_run_twice($case!()).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $restart() {
            survives_restart_at_each_step($case!()).await;
        }
    )*};
}

cases! {
    create_case: making_can_fail_anywhere, making_can_run_twice, making_survives_a_restart_at_each_step;
    attach_case: attaching_can_fail_anywhere, attaching_can_run_twice, attaching_survives_a_restart_at_each_step;
    detach_case: detaching_can_fail_anywhere, detaching_can_run_twice, detaching_survives_a_restart_at_each_step;
    grow_case: growing_can_fail_anywhere, growing_can_run_twice, growing_survives_a_restart_at_each_step;
    delete_case: deleting_can_fail_anywhere, deleting_can_run_twice, deleting_survives_a_restart_at_each_step;
}
