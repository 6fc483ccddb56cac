//! What must hold after any trouble, whatever it was: what is shown is true, nothing is there twice or for nobody, and nobody pays for
//! what does not run.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use catalogue::order;
use catalogue::permissions::OrderView;
use compute::finding::{self, FindingKind};
use compute::instance::State;
use compute::permissions::{FindingView, QuotaView};
use compute::{InstanceId, quota};
use compute_driver::Status;
use kernel::PageQuery;

use super::stand::{Beneath, Stand, counted, holds_a_disk, moment};

/// The reconciler looks every five seconds; a look takes its moment, too.
pub const INTERVAL: Duration = Duration::from_secs(6);
/// Longer than any finding waits before it is shown.
const LATER: Duration = Duration::from_secs(600);

impl Stand {
    /// Checks all of it. `open` are the findings that a person has to look at afterwards, and no others.
    pub async fn settled(&self, open: &[FindingKind]) {
        self.shows_what_is().await;
        self.nothing_is_doubled_or_left().await;
        self.money_is_right().await;
        self.only_what_runs_is_metered().await;
        self.test.clock.advance(LATER);
        self.job("compute.instance.reconcile").await;
        let found = finding::list(&self.test.cx, &self.test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items;
        assert_eq!(found.iter().map(|one| one.kind).collect::<Vec<_>>(), open, "{found:#?}");
    }

    /// Within one interval of the reconciler each machine's state is what its hypervisor says.
    async fn shows_what_is(&self) {
        let began = Instant::now();
        loop {
            self.job("compute.instance.reconcile").await;
            let guests: BTreeMap<_, _> = self.guests().into_iter().collect();
            let machines = self.machines().await;
            let wrong: Vec<_> = machines
                .iter()
                .map(|machine| (machine.id, machine.state, guests.get(&machine.id.to_string()).copied().unwrap_or(Status::Absent)))
                .filter(|(_, state, status)| !agree(*state, *status))
                .collect();
            if wrong.is_empty() {
                return;
            }
            assert!(began.elapsed() < INTERVAL, "what is shown is not so: {wrong:?}");
            moment(Duration::from_millis(200)).await;
        }
    }

    async fn nothing_is_doubled_or_left(&self) {
        let (guests, machines) = (self.guests(), self.machines().await);
        for (name, count) in counted(&guests) {
            assert_eq!(count, 1, "{name} is there {count} times: {guests:?}");
            assert!(machines.iter().any(|machine| machine.id.to_string() == name), "{name} has no machine: {machines:#?}");
        }
        let kept = self.number("SELECT COUNT(*) AS n FROM compute_backup WHERE state = 'ready'").await;
        match &self.beneath {
            Beneath::Simulated(hypervisor) => assert_eq!(hypervisor.kept().len() as i64, kept, "an archive without a backup"),
            Beneath::Cluster(cluster) => {
                let state = cluster.lock();
                let archives = state.volumes.iter().filter(|volume| volume.content == "backup").count();
                assert_eq!(archives as i64, kept, "an archive without a backup");
                let ours = || state.guests.iter().filter(|(vmid, guest)| (5000..=5999).contains(*vmid) && !holds_a_disk(guest)).map(|(_, guest)| guest);
                let orphans: Vec<_> = ours().flat_map(|guest| guest.config.keys()).filter(|key| key.starts_with("unused")).collect();
                assert!(orphans.is_empty(), "disks that no guest uses: {orphans:?}");
                let mut addresses: Vec<_> = ours().filter_map(|guest| guest.config.get("ipconfig0")).collect();
                let all = addresses.len();
                addresses.sort();
                addresses.dedup();
                assert_eq!((all, addresses.len()), (ours().count(), ours().count()), "an address of two guests, or a guest without");
                assert!(ours().all(|guest| guest.lock.is_none()), "a lock that nobody holds");
            }
        }
        for holder in ["compute_card", "compute_address", "compute_disk"] {
            let gone = "(SELECT id FROM compute_instance WHERE state = 'deleted')";
            let orphans = self.number(&format!("SELECT COUNT(*) AS n FROM {holder} WHERE instance_id IN {gone}")).await;
            assert_eq!(orphans, 0, "{holder}: still of a machine that is gone");
        }
        let taken = quota::view(&self.test.cx, &self.test.scope::<QuotaView>().await).await.unwrap();
        assert_eq!(taken.machines.used, machines.len() as i64, "places in the quota");
    }

    /// What was charged is there or went back, and contracts run for what was handed over.
    async fn money_is_right(&self) {
        assert_eq!(billing::verify::verify(&self.test.cx).await.unwrap(), Vec::<String>::new());
        let kept = self.number("SELECT CAST(COALESCE(SUM(amount - refunded), 0) AS BIGINT) AS n FROM billing_payment WHERE state IN ('succeeded', 'partly_refunded', 'refunded')").await;
        let orders = order::list(&self.test.cx, &self.test.scope::<OrderView>().await, &PageQuery::default()).await.unwrap().items;
        let sold: i64 = orders.iter().filter(|order| order.state == order::State::Active).map(|order| order.charged_now.minor).sum();
        assert_eq!(kept, sold, "money for orders that came to nothing");
        let contracts = self.number("SELECT COUNT(*) AS n FROM billing_meter WHERE closed_at IS NULL").await;
        let disks = self.number("SELECT COUNT(*) AS n FROM compute_disk WHERE state NOT IN ('deleted', 'failed')").await;
        assert_eq!(contracts, self.machines().await.len() as i64 + disks, "contracts");
    }

    /// Ten minutes later those that run are metered for no more than that, and the others for nothing.
    async fn only_what_runs_is_metered(&self) {
        self.job("compute.reading.measure").await;
        let machines = self.machines().await;
        let mut before = Vec::new();
        for machine in &machines {
            before.push(self.ran(machine.id).await);
        }
        self.test.clock.advance(LATER);
        if let Beneath::Simulated(hypervisor) = &self.beneath {
            hypervisor.advance(LATER);
        }
        self.job("compute.reading.measure").await;
        for (machine, before) in machines.iter().zip(before) {
            let more = self.ran(machine.id).await - before;
            let most = if machine.state == State::Running { LATER.as_secs() as i64 } else { 0 };
            assert!((0..=most).contains(&more), "{} is {:?} and was metered for {more} seconds", machine.id, machine.state);
        }
    }

    /// Seconds of running for which a machine was metered.
    pub async fn ran(&self, id: InstanceId) -> i64 {
        let of = format!("SELECT id FROM billing_meter WHERE resource = '{id}'");
        self.number(&format!("SELECT CAST(COALESCE(SUM(running_seconds), 0) AS BIGINT) AS n FROM billing_usage WHERE meter_id IN ({of})")).await
    }
}

fn agree(state: State, status: Status) -> bool {
    match state {
        State::Running => status == Status::Running,
        State::Stopped => status == Status::Stopped,
        State::Suspended => status == Status::Paused,
        State::Failed => status == Status::Absent,
        _ => false,
    }
}
