//! Answers that do not come, tasks that never end, locks, and storages without room.

use std::time::Duration;

use billing::meter::Cycle;
use catalogue::order::{self, State as OrderState};
use catalogue::permissions::OrderRetry;
use compute::finding::FindingKind;
use compute::instance::power::{Action, power};
use compute::instance::{self, RESIZE, State};
use compute::permissions::{InstanceResize, InstanceStart, SnapshotCreate, SnapshotRestore};
use compute::snapshot::{self, NewSnapshot, SNAPSHOT_CREATE, SNAPSHOT_RESTORE, SnapshotId};
use compute::{InstanceId, SizeId};
use compute_driver::Status;
use compute_driver::simulated::{Fault, Operation};
use proxmox_standin::Fault as Habit;
use testkit::both_engines;
use workflow::operation::State as Work;

use super::on_both;
use super::stand::{Beneath, Stand, reference};

const POWER: &str = "compute.instance.power";

/// Calls that change something, as each kind of hypervisor knows them.
#[derive(Clone, Copy)]
enum Act {
    Make,
    Start,
    Stop,
    Resize,
    Snapshot,
    RollBack,
    Destroy,
}

impl Act {
    fn simulated(self) -> Operation {
        match self {
            Self::Make => Operation::Ensure,
            Self::Start => Operation::Start,
            Self::Stop => Operation::Stop,
            Self::Resize => Operation::Resize,
            Self::Snapshot => Operation::CreateSnapshot,
            Self::RollBack => Operation::RollBack,
            Self::Destroy => Operation::Destroy,
        }
    }

    fn of_cluster(self) -> (&'static str, &'static str) {
        match self {
            Self::Make => ("POST", "/clone"),
            Self::Start => ("POST", "/status/start"),
            Self::Stop => ("POST", "/status/stop"),
            Self::Resize => ("PUT", "/resize"),
            Self::Snapshot => ("POST", "/snapshot"),
            Self::RollBack => ("POST", "/rollback"),
            Self::Destroy => ("DELETE", ""),
        }
    }
}

impl Stand {
    /// The answer to the next such call gets lost after its effect: `how` chooses among the ways of a cluster.
    fn lose(&self, act: Act, how: usize) {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => hypervisor.inject(act.simulated(), Fault::LoseAnswer),
            Beneath::Cluster(cluster) => {
                let (method, path) = act.of_cluster();
                let made_up = |status, reason: &str| Habit::After { status, reason: reason.into() };
                cluster.inject(method, path, [made_up(596, "Broken pipe"), Habit::Cut, made_up(599, "Connection timed out")][how % 3].clone());
            }
        }
    }

    async fn switch(&self, id: InstanceId, action: Action) {
        power(&self.test.cx, &self.test.scope::<InstanceStart>().await, id, action).await.unwrap();
    }

    async fn resize(&self, id: InstanceId, size: SizeId) {
        instance::resize(&self.test.cx, &self.test.scope::<InstanceResize>().await, id, size).await.unwrap();
    }

    async fn snapshot(&self, id: InstanceId) -> SnapshotId {
        let new = NewSnapshot { name: "before".into(), memory: false };
        snapshot::create(&self.test.cx, &self.test.scope::<SnapshotCreate>().await, id, &new).await.unwrap().id
    }
}

on_both!(an_answer_that_is_lost_after_the_effect_doubles_nothing, async |stand: Stand| {
    for (how, act) in [Act::Make, Act::Start].into_iter().enumerate() {
        stand.lose(act, how);
    }
    let id = stand.running("web").await;
    stand.settled(&[]).await;

    for (how, (act, action, state)) in
        [(Act::Stop, Action::Stop, State::Stopped), (Act::Start, Action::Start, State::Running), (Act::Stop, Action::Stop, State::Stopped)]
            .into_iter()
            .enumerate()
    {
        stand.lose(act, how);
        stand.switch(id, action).await;
        assert_eq!(stand.ended(POWER, id).await.state, Work::Succeeded);
        assert_eq!(stand.machine(id).await.state, state);
    }
    stand.lose(Act::Resize, 0);
    stand.resize(id, stand.sizes().await[1]).await;
    assert_eq!(stand.ended(RESIZE.name, id).await.state, Work::Succeeded);
    stand.lose(Act::Snapshot, 1);
    let kept = stand.snapshot(id).await;
    assert_eq!(stand.ended(SNAPSHOT_CREATE.name, kept).await.state, Work::Succeeded);
    stand.lose(Act::RollBack, 2);
    snapshot::restore(&stand.test.cx, &stand.test.scope::<SnapshotRestore>().await, kept).await.unwrap();
    assert_eq!(stand.ended(SNAPSHOT_RESTORE.name, id).await.state, Work::Succeeded);
    stand.settled(&[]).await;

    stand.lose(Act::Destroy, 0);
    assert_eq!(stand.deleted(id).await.state, Work::Succeeded);
    assert_eq!((stand.guests(), stand.machine(id).await.state), (Vec::new(), State::Deleted));
    stand.settled(&[]).await;
});

on_both!(a_task_that_never_ends_keeps_the_money_of_nobody, async |stand: Stand| {
    match &stand.beneath {
        Beneath::Simulated(hypervisor) => hypervisor.inject(Operation::Ensure, Fault::NeverEnds),
        Beneath::Cluster(cluster) => cluster.inject("POST", "/clone", Habit::TaskTakes(Duration::from_secs(100_000))),
    }
    let id = stand.order("web", Cycle::Monthly).await;
    stand.pass(Duration::from_secs(40 * 60), Duration::from_secs(120)).await;
    let waiting = stand.seen(id).await;
    assert_eq!(waiting.state, OrderState::Provisioning, "nobody knows yet how it ends");
    assert_eq!(stand.guests().len(), 1, "no second one is made meanwhile");
    stand.job("compute.instance.reconcile").await;
    let found =
        compute::finding::list(&stand.test.cx, &stand.test.scope::<compute::permissions::FindingView>().await, &kernel::PageQuery::default()).await.unwrap();
    assert_eq!(found.items.iter().map(|one| one.kind).collect::<Vec<_>>(), [FindingKind::Stuck], "the operator sees it: {found:#?}");

    match &stand.beneath {
        Beneath::Simulated(hypervisor) => hypervisor.let_go(&reference(waiting.instance_id)),
        Beneath::Cluster(cluster) => cluster.lock().interrupt(),
    }
    let ended = stand.fulfilled(id).await;
    assert_eq!((ended.state, stand.guests()), (OrderState::Failed, Vec::new()), "{ended:?}");
    stand.settled(&[]).await;
});

on_both!(a_lock_is_waited_for_and_what_it_outlasts_is_given_up, async |stand: Stand| {
    let id = stand.running("web").await;
    let lock = |held: bool, times: usize| match &stand.beneath {
        Beneath::Simulated(hypervisor) if held => (0..times).for_each(|_| hypervisor.inject(Operation::Stop, Fault::locked())),
        Beneath::Simulated(_) => {}
        Beneath::Cluster(cluster) => {
            let vmid = stand.vmid(id);
            cluster.lock().guests.get_mut(&vmid).unwrap().lock = held.then(|| "backup".to_owned());
        }
    };
    lock(true, 1);
    stand.switch(id, Action::Stop).await;
    stand.work().await;
    assert_eq!(stand.machine(id).await.state, State::Stopping, "it is still being backed up by somebody");
    lock(false, 0);
    assert_eq!(stand.ended(POWER, id).await.state, Work::Succeeded);
    stand.switch(id, Action::Start).await;
    stand.ended(POWER, id).await;

    lock(true, 5);
    stand.switch(id, Action::Stop).await;
    assert_eq!(stand.ended(POWER, id).await.state, Work::Undone);
    assert_eq!((stand.machine(id).await.state, stand.guests()[0].1), (State::Running, Status::Running), "it runs, and that is shown");
    lock(false, 0);
    stand.settled(&[]).await;
});

on_both!(a_full_storage_gives_the_money_back_and_leaves_nothing, async |stand: Stand| {
    let full = |full: bool| match &stand.beneath {
        Beneath::Simulated(hypervisor) if full => hypervisor.inject(Operation::Ensure, Fault::storage_full()),
        Beneath::Simulated(_) => {}
        Beneath::Cluster(cluster) => cluster.lock().storage_full = full,
    };
    full(true);
    let id = stand.order("web", Cycle::Monthly).await;
    let failed = stand.fulfilled(id).await;
    assert_eq!((failed.state, stand.guests()), (OrderState::Failed, Vec::new()));
    stand.settled(&[]).await;
    full(false);
    order::retry(&stand.test.cx, &stand.test.scope::<OrderRetry>().await, id, billing::payment::PaymentMethod::TestSucceeds).await.unwrap();
    assert_eq!(stand.fulfilled(id).await.state, OrderState::Active);
    stand.settled(&[]).await;
});

both_engines!(a_storage_that_is_full_when_a_machine_grows_leaves_it_as_it_was, |engine| async move {
    let stand = Stand::simulated(engine).await;
    let Beneath::Simulated(hypervisor) = &stand.beneath else { unreachable!() };
    let id = stand.running("web").await;
    let before = stand.machine(id).await.size;
    hypervisor.inject(Operation::Resize, Fault::storage_full());
    stand.resize(id, stand.sizes().await[1]).await;
    assert_eq!(stand.ended(RESIZE.name, id).await.state, Work::Undone);
    assert_eq!(stand.machine(id).await.size.cpus, before.cpus);
    hypervisor.inject(Operation::CreateSnapshot, Fault::storage_full());
    let kept = stand.snapshot(id).await;
    assert_eq!(stand.ended(SNAPSHOT_CREATE.name, kept).await.state, Work::Undone);
    assert_eq!(stand.number("SELECT COUNT(*) AS n FROM compute_snapshot WHERE state = 'ready'").await, 0);
    stand.settled(&[]).await;
});
