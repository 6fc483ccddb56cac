//! Extra disks on both kinds of hypervisors: what is deleted behind our back, what comes back, and what survives its machine.

use std::time::Duration;

use compute::disk::{self, DISK_CREATE, DISK_DELETE, DISK_GROW, DiskSize, DiskState, NewDisk};
use compute::finding::FindingKind;
use compute::permissions::{DiskCreate, DiskDelete, DiskGrow, DiskView};
use compute::{DiskId, InstanceId};
use compute_driver::Reference;
use proxmox_standin::Guest;
use workflow::operation::State as Work;

use super::left::INTERVAL;
use super::on_both;
use super::stand::{Beneath, Stand, holds_a_disk, moment};

/// What somebody took away at the hypervisor.
enum Gone {
    Simulated(compute_driver::Disk),
    Cluster(u32, Box<Guest>),
}

impl Stand {
    async fn disk(&self, of: InstanceId, size_gib: i32) -> DiskId {
        let new = NewDisk { name: "data".to_owned(), size_gib, region_id: None, instance_id: Some(of) };
        let id = disk::create(&self.test.cx, &self.test.scope::<DiskCreate>().await, &new).await.unwrap().id;
        assert_eq!(self.ended(DISK_CREATE.name, id).await.state, Work::Succeeded);
        id
    }

    async fn state_of(&self, id: DiskId) -> DiskState {
        disk::view(&self.test.cx, &self.test.scope::<DiskView>().await, id).await.unwrap().state
    }

    /// Somebody takes the disk away at the hypervisor itself: at a cluster, with its holder.
    fn take(&self, id: DiskId) -> Gone {
        match &self.beneath {
            Beneath::Simulated(hypervisor) => Gone::Simulated(hypervisor.lose_disk(&Reference::parse(&id.to_string()).unwrap()).unwrap()),
            Beneath::Cluster(cluster) => {
                let mut state = cluster.lock();
                let holds = |guest: &Guest| holds_a_disk(guest) && guest.config["tags"].contains(&id.to_string());
                let vmid = *state.guests.iter().find(|(_, guest)| holds(guest)).unwrap().0;
                Gone::Cluster(vmid, Box::new(state.guests.remove(&vmid).unwrap()))
            }
        }
    }

    fn put_back(&self, gone: Gone) {
        match (gone, &self.beneath) {
            (Gone::Simulated(disk), Beneath::Simulated(hypervisor)) => hypervisor.bring_disk_back(disk),
            (Gone::Cluster(vmid, guest), Beneath::Cluster(cluster)) => drop(cluster.lock().guests.insert(vmid, *guest)),
            _ => unreachable!(),
        }
    }

    /// Waits until the disk has this state: the list of a cluster is some seconds old at most.
    async fn comes_to(&self, id: DiskId, state: DiskState) {
        let began = std::time::Instant::now();
        while self.state_of(id).await != state {
            assert!(began.elapsed() < INTERVAL, "it is still {:?}", self.state_of(id).await);
            self.job("compute.instance.reconcile").await;
            moment(Duration::from_millis(200)).await;
        }
    }

    /// What the disk has taken, by its owner's bill, in GiB and seconds.
    async fn billed(&self, id: DiskId) -> i64 {
        self.job("compute.disk.measure").await;
        self.deliver().await;
        self.idle(id).await
    }
}

on_both!(a_disk_that_went_costs_nothing_until_it_is_back_and_survives_its_machine, async |stand: Stand| {
    let web = stand.running("web").await;
    let id = stand.disk(web, 5).await;
    stand.test.clock.advance(Duration::from_secs(100));
    let before = stand.billed(id).await;
    assert!(before >= 500, "{before}");
    let gone = stand.take(id);
    stand.comes_to(id, DiskState::Lost).await;
    stand.settled(&[FindingKind::DiskGone]).await;
    stand.test.clock.advance(Duration::from_secs(3_600));
    assert_eq!(stand.billed(id).await, before, "nothing from when it was found gone");
    stand.put_back(gone);
    stand.comes_to(id, DiskState::Ready).await;
    stand.settled(&[]).await;
    assert!(stand.billed(id).await > before, "and something from when it was back");

    disk::grow(&stand.test.cx, &stand.test.scope::<DiskGrow>().await, id, DiskSize { size_gib: 6 }).await.unwrap();
    assert_eq!(stand.ended(DISK_GROW.name, id).await.state, Work::Succeeded);
    assert_eq!(stand.deleted(web).await.state, Work::Succeeded);
    assert_eq!(stand.state_of(id).await, DiskState::Ready, "it outlives its machine");
    stand.settled(&[]).await;
    disk::delete(&stand.test.cx, &stand.test.scope::<DiskDelete>().await, id).await.unwrap();
    assert_eq!(stand.ended(DISK_DELETE.name, id).await.state, Work::Succeeded);
    stand.settled(&[]).await;
});
