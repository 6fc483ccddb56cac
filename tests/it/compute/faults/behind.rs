//! What others do to our guests behind our back: they delete them, and they move them.

use std::time::Duration;

use compute::address::{self, NewAddress};
use compute::address_pool::{self, NewAddressPool};
use compute::finding::{self, FindingKind, FindingRepair, Repair};
use compute::instance::power::{Action, power};
use compute::instance::{RETIRE, State};
use compute::permissions::{AddressAssign, AddressCreate, FindingRepair as MayRepair, FindingView, InstanceStart};
use compute::{InstanceId, address::ADDRESS_ASSIGN};
use compute_driver::Status;
use kernel::{ByWorkflow, PageQuery, Place, Scope};
use testkit::both_engines;
use workflow::operation::State as Work;

use super::on_both;
use super::stand::{Beneath, Stand, reference};

const POWER: &str = "compute.instance.power";

impl Stand {
    /// Somebody deletes the guest at the hypervisor itself.
    fn vanish(&self, id: InstanceId) {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => assert!(hypervisor.vanish(&reference(id))),
            Beneath::Cluster(cluster) => {
                let vmid = self.vmid(id);
                cluster.lock().guests.remove(&vmid);
            }
        }
    }

    /// A public address that leads to the machine, where machines have them.
    async fn addressed(&self, id: InstanceId) {
        if let Beneath::Cluster(_) = self.beneath {
            return;
        }
        let (cx, region_id) = (&self.test.cx, compute::region::all(self.test.cx.db()).await.unwrap()[0].id);
        let pool = NewAddressPool { name: "front".into(), region_id, subnet: "198.51.100.0/28".into(), excluded: Vec::new() };
        address_pool::create(cx, &Scope::<ByWorkflow>::acting("compute.address_pool.create", Place::Platform), &pool).await.unwrap();
        let taken = address::create(cx, &self.test.scope::<AddressCreate>().await, &NewAddress { region_id }).await.unwrap();
        address::assign(cx, &self.test.scope::<AddressAssign>().await, taken.id, Some(id)).await.unwrap();
        assert_eq!(self.ended(ADDRESS_ASSIGN.name, taken.id).await.state, Work::Succeeded);
    }

    /// The operator gives a lost machine up, by name.
    async fn given_up(&self) {
        let found = finding::list(&self.test.cx, &self.test.scope::<FindingView>().await, &PageQuery::default()).await.unwrap().items.remove(0);
        let confirm = found.repairs.iter().find(|offer| offer.repair == Repair::Accept).and_then(|offer| offer.confirm.clone());
        let wanted = FindingRepair { repair: Repair::Accept, confirm };
        finding::repair(&self.test.cx, &self.test.scope::<MayRepair>().await, found.id, &wanted).await.unwrap();
        self.ended(RETIRE.name, found.instance_id.unwrap()).await;
    }
}

on_both!(a_guest_that_is_deleted_is_shown_as_lost_and_costs_nothing, async |stand: Stand| {
    let (lost, stays) = (stand.running("web").await, stand.running("db").await);
    stand.addressed(lost).await;
    stand.vanish(lost);
    // The list of a cluster is some seconds old at most.
    stand.settled(&[FindingKind::GuestGone]).await;
    assert_eq!((stand.machine(lost).await.state, stand.machine(stays).await.state), (State::Failed, State::Running));
    stand.given_up().await;
    assert_eq!(stand.machine(lost).await.state, State::Deleted);
    assert_eq!(stand.number("SELECT COUNT(*) AS n FROM compute_address WHERE instance_id IS NOT NULL").await, 0, "its address leads nowhere");
    stand.settled(&[]).await;
});

on_both!(a_guest_that_is_deleted_while_something_is_done_to_it_ends_the_work, async |stand: Stand| {
    let id = stand.running("web").await;
    power(&stand.test.cx, &stand.test.scope::<InstanceStart>().await, id, Action::Reboot).await.unwrap();
    stand.vanish(id);
    let ended = stand.ended(POWER, id).await;
    assert_eq!((ended.state, stand.machine(id).await.state), (Work::Undone, State::Failed), "{ended:?}");
    // Its owner deletes it like any other.
    assert_eq!(stand.deleted(id).await.state, Work::Succeeded);
    stand.settled(&[]).await;
});

on_both!(a_guest_that_comes_back_is_shown_again_and_its_absence_was_free, async |stand: Stand| {
    let id = stand.running("web").await;
    let guest = match &stand.beneath {
        Beneath::Simulated(hypervisor) => Err(hypervisor.spec(&reference(id)).unwrap()),
        Beneath::Cluster(cluster) => {
            let vmid = stand.vmid(id);
            let guest = cluster.lock().guests.remove(&vmid).unwrap();
            Ok((vmid, guest))
        }
    };
    if guest.is_err() {
        stand.vanish(id);
    }
    stand.settled(&[FindingKind::GuestGone]).await;
    let before = (stand.ran(id).await, stand.idle(id).await);
    stand.test.clock.advance(Duration::from_secs(3_600));
    match (guest, &stand.beneath) {
        (Ok((vmid, guest)), Beneath::Cluster(cluster)) => drop(cluster.lock().guests.insert(vmid, guest)),
        (Err(spec), Beneath::Simulated(hypervisor)) => {
            use compute_driver::Driver;
            hypervisor.ensure(&spec).await.unwrap();
            hypervisor.start(&spec.reference).await.unwrap();
        }
        _ => unreachable!(),
    }
    stand.settled(&[]).await;
    assert_eq!(stand.machine(id).await.state, State::Running);
    let (ran, idle) = (stand.ran(id).await - before.0, stand.idle(id).await - before.1);
    assert!(ran <= 1_200, "it was away for an hour and was metered for {ran} seconds");
    let gib = i64::from(stand.machine(id).await.size.disk_gib);
    assert!(idle <= 1_200 * gib, "there was no disk for an hour, and {idle} GiB times seconds are charged");
});

impl Stand {
    /// GiB times seconds for which a machine's disk was metered while it did not run.
    pub async fn idle(&self, id: impl ToString) -> i64 {
        let of = format!("SELECT id FROM billing_meter WHERE resource = '{}'", id.to_string());
        self.number(&format!("SELECT CAST(COALESCE(SUM(stopped_gib_seconds), 0) AS BIGINT) AS n FROM billing_usage WHERE meter_id IN ({of})")).await
    }
}

both_engines!(a_guest_that_is_moved_to_another_node_is_followed, |engine| async move {
    let stand = Stand::cluster(engine).await;
    let id = stand.running("web").await;
    let vmid = stand.vmid(id);
    let Beneath::Cluster(cluster) = &stand.beneath else { unreachable!() };
    cluster.lock().guests.get_mut(&vmid).unwrap().node = "pve2".into();
    stand.settled(&[]).await;
    let switch = async |action| power(&stand.test.cx, &stand.test.scope::<InstanceStart>().await, id, action).await.unwrap();
    switch(Action::Stop).await;
    assert_eq!(stand.ended(POWER, id).await.state, Work::Succeeded);
    // And back, between the look at it and the act.
    switch(Action::Start).await;
    let state = cluster.state();
    stand.work_until(POWER, "look", move || state.lock().unwrap().guests.get_mut(&vmid).unwrap().node = "pve1".into()).await;
    assert_eq!(stand.ended(POWER, id).await.state, Work::Succeeded);
    assert_eq!(stand.guests(), [(id.to_string(), Status::Running)]);
    stand.settled(&[]).await;
    cluster.lock().guests.get_mut(&vmid).unwrap().node = "pve2".into();
    assert_eq!(stand.deleted(id).await.state, Work::Succeeded);
    stand.settled(&[]).await;
});
