//! Hypervisors that are away, half away, somebody else, or closed to us.

use std::time::{Duration, Instant};

use billing::meter::Cycle;
use catalogue::order::State as OrderState;
use compute::finding::{self, FindingKind};
use compute::instance::power::{Action, power};
use compute::instance::{self, PROVISION, RESIZE, RETIRE, State};
use compute::permissions::{FindingView, InstanceDelete, InstanceResize, InstanceStart};
use compute_driver::DriverError;
use compute_driver::simulated::{Fault, Operation};
use kernel::PageQuery;
use proxmox_standin::Fault as Habit;
use workflow::operation::State as Work;

use super::left::INTERVAL;
use super::on_both;
use super::stand::{Beneath, Stand, moment};

const POWER: &str = "compute.instance.power";
const TEN_MINUTES: Duration = Duration::from_secs(600);
const TICK: Duration = Duration::from_secs(20);

/// What is wrong with the hypervisor as a whole.
#[derive(Clone, Copy)]
enum Trouble {
    Away,
    Certificate,
    Token,
}

impl Stand {
    fn switch_off(&self) -> impl Fn() + Send + Sync + use<> {
        let (simulated, cluster) = match &self.beneath {
            Beneath::Simulated(hypervisor) => (Some(hypervisor.clone()), None),
            Beneath::Cluster(cluster) => (None, Some(cluster.state())),
        };
        move || {
            if let Some(hypervisor) = &simulated {
                hypervisor.suffer(Some(DriverError::unavailable("no route to host")));
            }
            if let Some(cluster) = &cluster {
                cluster.lock().unwrap().away = true;
            }
        }
    }

    async fn begin(&self, trouble: Trouble) {
        match (trouble, &self.beneath) {
            (Trouble::Away, _) => self.switch_off()(),
            (Trouble::Certificate, Beneath::Simulated(hypervisor)) => hypervisor.suffer(Some(DriverError::untrusted("pve1:8006", "AB:CD", "EF:01"))),
            (Trouble::Token, Beneath::Simulated(hypervisor)) => hypervisor.suffer(Some(DriverError::unauthorised("Authentication failed!"))),
            (Trouble::Certificate, Beneath::Cluster(cluster)) => {
                // Noted for later; until somebody compares them they are trusted by nobody.
                *self.presented.lock().unwrap() = cluster.renew_certificates();
                // The lines that were open end with their next answer.
                self.job("compute.instance.reconcile").await;
            }
            (Trouble::Token, Beneath::Cluster(cluster)) => cluster.lock().revoked = true,
        }
    }

    /// The operator mends it: the token is new, the certificate was compared.
    async fn mend(&self) {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => hypervisor.suffer(None),
            Beneath::Cluster(cluster) => {
                {
                    let mut state = cluster.lock();
                    (state.away, state.revoked) = (false, false);
                }
                let presented = std::mem::take(&mut *self.presented.lock().unwrap());
                if presented.is_empty() { self.reopen().await } else { self.trust(presented).await }
            }
        }
    }

    async fn found(&self) -> Vec<FindingKind> {
        self.job("compute.instance.reconcile").await;
        let found = finding::list(&self.test.cx, &self.test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items;
        found.iter().map(|one| one.kind).collect()
    }

    /// Writes that the hypervisor got to see.
    fn changes(&self) -> usize {
        match &self.beneath {
            Beneath::Simulated(_) => 0,
            Beneath::Cluster(cluster) => cluster.lock().requests.iter().filter(|line| !line.starts_with("GET ")).count(),
        }
    }
}

// Ten minutes of silence in the middle of an order, after each of its steps in turn.
on_both!(an_order_survives_ten_minutes_without_its_hypervisor, async |stand: Stand| {
    for (number, step) in ["place", "prepare", "boot", "wait"].into_iter().enumerate() {
        let id = stand.order(&format!("web-{number}"), Cycle::Monthly).await;
        stand.work_until(PROVISION.name, step, stand.switch_off()).await;
        stand.pass(TEN_MINUTES, TICK).await;
        assert!(stand.guests().len() <= number + 1, "{step}: {:?}", stand.guests());
        stand.mend().await;
        let ended = stand.fulfilled(id).await;
        assert!(matches!(ended.state, OrderState::Active | OrderState::Failed), "after {step}: {ended:?}");
        assert_eq!(
            stand.number("SELECT COUNT(*) AS n FROM workflow_operation WHERE state = 'needs_operator'").await,
            0,
            "after {step}: an outage needs no operator"
        );
        stand.settled(&[]).await;
    }
});

on_both!(what_is_asked_for_in_an_outage_is_done_or_taken_back, async |stand: Stand| {
    let (stopped, grown, gone, quiet) = (stand.running("web").await, stand.running("db").await, stand.running("old").await, stand.running("quiet").await);
    stand.begin(Trouble::Away).await;
    let cx = &stand.test.cx;
    power(cx, &stand.test.scope::<InstanceStart>().await, stopped, Action::Stop).await.unwrap();
    instance::resize(cx, &stand.test.scope::<InstanceResize>().await, grown, stand.sizes().await[1]).await.unwrap();
    instance::delete(cx, &stand.test.scope::<InstanceDelete>().await, gone, instance::Deletion::default()).await.unwrap();
    stand.found().await;
    stand.pass(TEN_MINUTES, TICK).await;
    assert_eq!(stand.found().await, [FindingKind::NodeUnreachable], "one finding, and none for its guests");
    assert_eq!(stand.machine(quiet).await.state, State::Running, "silence is no word");
    stand.mend().await;
    for (kind, id) in [(POWER, stopped), (RESIZE.name, grown)] {
        let ended = stand.ended(kind, id).await;
        assert!(matches!(ended.state, Work::Succeeded | Work::Undone), "{ended:?}");
    }
    assert_eq!(stand.ended(RETIRE.name, gone).await.state, Work::Succeeded);
    assert_eq!(stand.machine(gone).await.state, State::Deleted);
    stand.settled(&[]).await;
});

async fn is_refused(stand: &Stand, trouble: Trouble, kind: FindingKind) {
    let id = stand.running("web").await;
    let order = stand.order("shop", Cycle::Monthly).await;
    stand.begin(trouble).await;
    let (changes, began) = (stand.changes(), Instant::now());
    // A list that a moment ago was good is looked at again within one interval of the reconciler.
    while !stand.found().await.contains(&kind) {
        assert!(began.elapsed() < INTERVAL, "the operator is told");
        moment(Duration::from_millis(200)).await;
    }
    let later = stand.order("late", Cycle::Monthly).await;
    power(&stand.test.cx, &stand.test.scope::<InstanceStart>().await, id, Action::Reboot).await.unwrap();
    stand.pass(TEN_MINUTES, TICK).await;
    assert_eq!(stand.changes(), changes, "something was sent");
    assert!(stand.found().await.contains(&kind));
    stand.mend().await;
    for order in [order, later] {
        let ended = stand.fulfilled(order).await;
        assert!(matches!(ended.state, OrderState::Active | OrderState::Failed), "{ended:?}");
    }
    stand.ended(POWER, id).await;
    assert_eq!(stand.machine(id).await.state, State::Running);
    stand.settled(&[]).await;
}

on_both!(another_certificate_is_refused_and_told, async |stand: Stand| is_refused(&stand, Trouble::Certificate, FindingKind::CertificateChanged).await);

on_both!(a_revoked_token_is_told_and_mended, async |stand: Stand| is_refused(&stand, Trouble::Token, FindingKind::TokenRefused).await);

// The node that makes the guest goes down before it has said so.
on_both!(a_node_that_goes_down_in_the_middle_of_a_clone_leaves_one_guest_or_none, async |stand: Stand| {
    let id = stand.order("web", Cycle::Monthly).await;
    match &stand.beneath {
        Beneath::Simulated(hypervisor) => {
            // It made the guest, and was gone with the answer.
            hypervisor.inject(Operation::Ensure, Fault::LoseAnswer);
            for operation in [Operation::Ensure, Operation::Find, Operation::Status, Operation::EnsureNetwork] {
                hypervisor.fail_times(operation, 3);
            }
            stand.pass(Duration::from_secs(120), TICK).await;
        }
        Beneath::Cluster(cluster) => {
            cluster.inject("POST", "/clone", Habit::TaskTakes(Duration::from_millis(300)));
            let down = async {
                while cluster.count("POST", "/clone") == 0 {
                    moment(Duration::from_millis(10)).await;
                }
                cluster.lock().nodes.insert("pve1".into(), false);
            };
            let work = async {
                stand.work().await;
                stand.pass(Duration::from_secs(20), TICK).await;
            };
            tokio::join!(work, down);
            stand.pass(Duration::from_secs(120), TICK).await;
            cluster.lock().nodes.insert("pve1".into(), true);
        }
    }
    let ended = stand.fulfilled(id).await;
    assert!(matches!(ended.state, OrderState::Active | OrderState::Failed), "{ended:?}");
    stand.settled(&[]).await;
});
