//! Suspension, rescue, root passwords and added keys, on the simulated hypervisor with its faults.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;

use audit::line::list::list as activity;
use audit::permissions::ActivityList;
use compute::instance::power::{Action, power};
use compute::instance::rescue::{RESCUE_BEGIN, RESCUE_END, rescue_begin, rescue_end};
use compute::instance::{
    self, AUTHORISE_KEY, AuthorisedKey, NewInstance, NewRootPassword, PROVISION, SET_PASSWORD, Shape, SizeId, Source, State, authorise_key, set_password,
};
use compute::permissions::{
    InstanceAuthoriseKey, InstanceDelete, InstanceRescueBegin, InstanceRescueEnd, InstanceSetPassword, InstanceStart, InstanceSuspend, InstanceView,
    SnapshotCreate, SshKeyCreate,
};
use compute::snapshot::{self, NewSnapshot};
use compute::ssh_key::{self, NewSshKey, SshKeyId};
use compute::{Drivers, Instance, InstanceId, node};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, Feature, Reference, Status};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::{Kind, PageQuery};
use sha_crypt::{PasswordVerifier, ShaCrypt};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";
const SECOND: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOdpY1OKeqP8SWJB0vHKqnLeqF1sYsr1V3Gz0YQTG4s second";
const PASSWORD: &str = "correct-horse-battery";

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

async fn running(test: &Test) -> InstanceId {
    let at = test.scope::<InstanceStart>().await;
    let (regions, templates) = (compute::region::all(test.cx.db()).await.unwrap(), compute::template::all(test.cx.db()).await.unwrap());
    let new = NewInstance {
        hostname: "web".to_owned(),
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
        let machine = instance::create(&tx, &at, &new).await?;
        instance::provision(&tx, &at, machine.id).await?;
        Ok(machine.id)
    });
    let id = made.await.unwrap();
    finish(test, PROVISION.name, id).await;
    id
}

async fn finish(test: &Test, kind: &str, id: InstanceId) -> workflow::operation::Operation {
    run_to_end(&test.cx, &test.clock, compute::workflows, None, kind, &id.to_string()).await
}

async fn seen(test: &Test, id: InstanceId) -> Instance {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap()
}

async fn switched(test: &Test, id: InstanceId, action: Action) -> kernel::Result<State> {
    power(&test.cx, &test.scope::<InstanceSuspend>().await, id, action).await?;
    finish(test, "compute.instance.power", id).await;
    Ok(seen(test, id).await.state)
}

async fn into_rescue(test: &Test, id: InstanceId) -> kernel::Result<State> {
    rescue_begin(&test.cx, &test.scope::<InstanceRescueBegin>().await, id).await?;
    finish(test, RESCUE_BEGIN.name, id).await;
    Ok(seen(test, id).await.state)
}

async fn out_of_rescue(test: &Test, id: InstanceId) -> kernel::Result<State> {
    rescue_end(&test.cx, &test.scope::<InstanceRescueEnd>().await, id).await?;
    finish(test, RESCUE_END.name, id).await;
    Ok(seen(test, id).await.state)
}

async fn asked_password(test: &Test, id: InstanceId, password: &str, enter_guest: bool) -> kernel::Result<()> {
    let new = NewRootPassword { password: password.to_owned(), enter_guest };
    set_password(&test.cx, &test.scope::<InstanceSetPassword>().await, id, &new).await.map(drop)
}

async fn kept_key(test: &Test) -> SshKeyId {
    let new = NewSshKey { name: "second".to_owned(), ssh_public_key: SECOND.to_owned() };
    ssh_key::create(&test.cx, &test.scope::<SshKeyCreate>().await, &new).await.unwrap().id
}

async fn asked_key(test: &Test, id: InstanceId, ssh_key_id: SshKeyId, enter_guest: bool) -> kernel::Result<()> {
    authorise_key(&test.cx, &test.scope::<InstanceAuthoriseKey>().await, id, &AuthorisedKey { ssh_key_id, enter_guest }).await.map(drop)
}

async fn reconcile(test: &Test) -> usize {
    let job = compute::JOBS.iter().find(|job| job.name == "compute.instance.reconcile").unwrap();
    (job.run)(test.cx.clone()).await.unwrap()
}

async fn record(test: &Test) -> Vec<String> {
    let lines = activity(&test.cx, &test.scope::<ActivityList>().await, &PageQuery::default()).await.unwrap();
    lines.items.into_iter().map(|line| line.summary).collect()
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

/// The state that shows what the hypervisor says.
async fn as_it_stands(test: &Test, id: InstanceId) -> State {
    let guest = hypervisor(test).find(&reference(id)).await.unwrap().unwrap();
    match guest.status {
        Status::Running if guest.rescue => State::Rescue,
        Status::Running => State::Running,
        Status::Paused => State::Suspended,
        _ => State::Stopped,
    }
}

both_engines!(a_suspended_machine_says_so_and_goes_on, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test).await;
    assert_eq!(switched(&test, id, Action::Resume).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(switched(&test, id, Action::Suspend).await.unwrap(), State::Suspended);
    assert_eq!(hypervisor.status(&reference(id)).await.unwrap(), Status::Paused);
    assert_eq!(reconcile(&test).await, 0, "a suspended machine is as it should be");
    for refused in [Action::Start, Action::Suspend, Action::Reboot, Action::Shutdown] {
        let error = power(&test.cx, &test.scope::<InstanceSuspend>().await, id, refused).await.unwrap_err();
        assert!(error.kind() == Kind::Conflict && error.to_string().contains("suspended"), "{error}");
    }
    assert_eq!(switched(&test, id, Action::Resume).await.unwrap(), State::Running);
    switched(&test, id, Action::Suspend).await.unwrap();
    hypervisor.resume(&reference(id)).await.unwrap();
    assert_eq!((reconcile(&test).await, seen(&test, id).await.state), (1, State::Running), "resumed behind our back");
    switched(&test, id, Action::Suspend).await.unwrap();
    assert_eq!(switched(&test, id, Action::Stop).await.unwrap(), State::Stopped);
    assert_eq!(switched(&test, id, Action::Start).await.unwrap(), State::Running);
});

both_engines!(a_machine_boots_its_rescue_system_and_is_itself_again, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test).await;
    assert_eq!(out_of_rescue(&test, id).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(into_rescue(&test, id).await.unwrap(), State::Rescue);
    assert!(hypervisor.find(&reference(id)).await.unwrap().unwrap().rescue);
    assert_eq!(reconcile(&test).await, 0, "a machine in rescue is as it should be");
    assert_eq!(into_rescue(&test, id).await.unwrap_err().kind(), Kind::Conflict);
    let new = NewSnapshot { name: "now".to_owned(), memory: false };
    assert_eq!(snapshot::create(&test.cx, &test.scope::<SnapshotCreate>().await, id, &new).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(out_of_rescue(&test, id).await.unwrap(), State::Running);
    assert!(!hypervisor.find(&reference(id)).await.unwrap().unwrap().rescue);

    // From a machine that is off; and a rescue system that is switched off is left by the next start.
    switched(&test, id, Action::Stop).await.unwrap();
    assert_eq!(into_rescue(&test, id).await.unwrap(), State::Rescue);
    assert!(hypervisor.crash(&reference(id)));
    assert_eq!((reconcile(&test).await, seen(&test, id).await.state), (1, State::Stopped));
    assert_eq!(switched(&test, id, Action::Start).await.unwrap(), State::Running);
    assert_eq!((reconcile(&test).await, as_it_stands(&test, id).await), (0, State::Running));

    // Begun at the node, it is shown here; and a machine in rescue can be deleted.
    hypervisor.start_rescue(&reference(id)).await.unwrap();
    assert_eq!((reconcile(&test).await, seen(&test, id).await.state), (1, State::Rescue));
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, id, instance::Deletion::default()).await.unwrap();
    assert_eq!(seen(&test, id).await.state, State::Deleting);
});

both_engines!(what_the_node_cannot_do_is_not_offered, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test).await;
    let key = kept_key(&test).await;
    let all = seen(&test, id).await.features;
    assert!(["suspend", "rescue", "set_password", "authorise_key"].iter().all(|one| all.iter().any(|feature| feature == one)), "{all:?}");
    for feature in [Feature::Suspend, Feature::Rescue, Feature::SetPassword, Feature::AuthoriseKey] {
        hypervisor.without(feature);
    }
    node::enrol(&test.cx).await.unwrap();
    let left = seen(&test, id).await.features;
    assert!(!left.iter().any(|one| ["suspend", "rescue", "set_password", "authorise_key"].contains(&one.as_str())) && !left.is_empty(), "{left:?}");
    assert_eq!(switched(&test, id, Action::Suspend).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(into_rescue(&test, id).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(asked_password(&test, id, PASSWORD, true).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(asked_key(&test, id, key, true).await.unwrap_err().kind(), Kind::Conflict);
    assert_eq!(seen(&test, id).await.state, State::Running);
});

both_engines!(a_password_is_set_with_consent_and_only_as_a_hash, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test).await;
    let refused = asked_password(&test, id, PASSWORD, false).await.unwrap_err();
    assert_eq!((refused.kind(), refused.fields()[0].field.as_str()), (Kind::Invalid, "enter_guest"));
    for bad in ["short", "with a space in it", "ünïcödé-letters", &"x".repeat(129)] {
        assert_eq!(asked_password(&test, id, bad, true).await.unwrap_err().fields()[0].field, "password", "{bad}");
    }
    assert!(hypervisor.spec(&reference(id)).unwrap().password.is_none());
    asked_password(&test, id, PASSWORD, true).await.unwrap();
    assert_eq!(asked_password(&test, id, PASSWORD, true).await.unwrap_err().kind(), Kind::Conflict, "one at a time");
    let operation = finish(&test, SET_PASSWORD.name, id).await;
    let hash = hypervisor.spec(&reference(id)).unwrap().password.unwrap();
    ShaCrypt::SHA512.verify_password(PASSWORD.as_bytes(), hash.as_str()).unwrap();
    assert!(!serde_json::to_string(&operation).unwrap().contains(hash.as_str()));
    assert!(record(&test).await.iter().any(|line| line == "Agreed that the machine is entered, and set its root password"));
    asked_password(&test, id, "another-password", true).await.unwrap();
    finish(&test, SET_PASSWORD.name, id).await;
    assert_ne!(hypervisor.spec(&reference(id)).unwrap().password.unwrap().as_str(), hash.as_str());
});

both_engines!(a_kept_key_is_added_with_consent, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let id = running(&test).await;
    let key = kept_key(&test).await;
    assert_eq!(asked_key(&test, id, key, false).await.unwrap_err().fields()[0].field, "enter_guest");
    let unknown = asked_key(&test, id, SshKeyId::from_uuid(uuid::Uuid::from_u128(3)), true).await.unwrap_err();
    assert_eq!(unknown.fields()[0].field, "ssh_key_id");
    hypervisor.inject(Operation::AuthoriseKey, Fault::LoseAnswer);
    asked_key(&test, id, key, true).await.unwrap();
    finish(&test, AUTHORISE_KEY.name, id).await;
    assert_eq!(hypervisor.spec(&reference(id)).unwrap().ssh_keys, [KEY, SECOND]);
    assert!(record(&test).await.iter().any(|line| line == "Agreed that the machine is entered, and added an SSH key"));
});

async fn only(test: &Test) -> Instance {
    instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &PageQuery::default()).await.unwrap().items.remove(0)
}

macro_rules! case {
    ($start:expr, $check:expr) => {
        Case { make: async || world(Engine::Sqlite).await.0, start: $start, check: $check, workflows: || -> Vec<Registered> { compute::workflows() } }
    };
}

macro_rules! suspend_case {
    () => {
        case!(
            async |test: &Test| {
                let id = running(test).await;
                power(&test.cx, &test.scope::<InstanceSuspend>().await, id, Action::Suspend).await.unwrap();
                ("compute.instance.power".to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                assert_eq!(machine.state, as_it_stands(test, machine.id).await);
                assert!(!succeeded || machine.state == State::Suspended);
            }
        )
    };
}

macro_rules! rescue_begin_case {
    () => {
        case!(
            async |test: &Test| {
                let id = running(test).await;
                rescue_begin(&test.cx, &test.scope::<InstanceRescueBegin>().await, id).await.unwrap();
                (RESCUE_BEGIN.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                assert_eq!(machine.state, if succeeded { State::Rescue } else { State::Running });
                assert_eq!(machine.state, as_it_stands(test, machine.id).await);
            }
        )
    };
}

macro_rules! rescue_end_case {
    () => {
        case!(
            async |test: &Test| {
                let id = running(test).await;
                into_rescue(test, id).await.unwrap();
                rescue_end(&test.cx, &test.scope::<InstanceRescueEnd>().await, id).await.unwrap();
                (RESCUE_END.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                assert_eq!(machine.state, as_it_stands(test, machine.id).await);
                assert!(!succeeded || machine.state == State::Running);
            }
        )
    };
}

macro_rules! password_case {
    () => {
        case!(
            async |test: &Test| {
                let id = running(test).await;
                asked_password(test, id, PASSWORD, true).await.unwrap();
                (SET_PASSWORD.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                let spec = hypervisor(test).spec(&reference(machine.id)).unwrap();
                assert!((!succeeded || spec.password.is_some()) && machine.state == State::Running);
                // Nothing waits any more, so the next one is taken.
                asked_password(test, machine.id, PASSWORD, true).await.unwrap();
            }
        )
    };
}

macro_rules! key_case {
    () => {
        case!(
            async |test: &Test| {
                let (id, key) = (running(test).await, kept_key(test).await);
                asked_key(test, id, key, true).await.unwrap();
                (AUTHORISE_KEY.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                let keys = hypervisor(test).spec(&reference(machine.id)).unwrap().ssh_keys;
                assert!(machine.state == State::Running && keys.iter().filter(|key| *key == SECOND).count() <= 1);
                assert!(!succeeded || keys == [KEY, SECOND]);
            }
        )
    };
}

cases! {
    suspend_case!() => suspending_can_fail_anywhere, suspending_steps_can_run_twice, suspending_survives_a_restart_at_each_step;
    rescue_begin_case!() => beginning_rescue_can_fail_anywhere, beginning_rescue_can_run_twice, beginning_rescue_survives_a_restart_at_each_step;
    rescue_end_case!() => ending_rescue_can_fail_anywhere, ending_rescue_can_run_twice, ending_rescue_survives_a_restart_at_each_step;
    password_case!() => setting_a_password_can_fail_anywhere, setting_a_password_can_run_twice, setting_a_password_survives_a_restart_at_each_step;
    key_case!() => adding_a_key_can_fail_anywhere, adding_a_key_can_run_twice, adding_a_key_survives_a_restart_at_each_step;
}
