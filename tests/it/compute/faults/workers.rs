//! Two processes of Fairhold at work on the same guests.

use std::time::Duration;

use billing::meter::Cycle;
use catalogue::order::{FULFIL, State as OrderState};
use compute::instance::power::{Action, power};
use compute::instance::{self, RESIZE, State};
use compute::permissions::{InstanceResize, InstanceStart};
use compute_driver::simulated::{Fault, Operation};
use kernel::{Cx, Kind};
use proxmox_standin::Fault as Habit;
use workflow::Worker;

use super::on_both;
use super::stand::{Beneath, Stand, moment, workflows};

const POWER: &str = "compute.instance.power";

fn worker(cx: &Cx) -> Worker {
    Worker::new(cx.clone(), workflows(), 4)
}

// The first worker is held up in the middle of a clone, loses its lease, and comes back to find the second one at work.
on_both!(a_worker_that_lost_its_lease_in_the_middle_makes_no_second_guest, async |stand: Stand| {
    let id = stand.order("web", Cycle::Monthly).await;
    let held_up = Duration::from_millis(400);
    match &stand.beneath {
        Beneath::Simulated(hypervisor) => hypervisor.inject(Operation::Ensure, Fault::Slow(held_up)),
        Beneath::Cluster(cluster) => cluster.inject("POST", "/clone", Habit::TaskTakes(held_up)),
    }
    let (one, other) = (worker(&stand.test.cx), worker(&stand.beside().await));
    let late = async {
        moment(Duration::from_millis(150)).await;
        // Longer than any lease.
        stand.test.clock.advance(Duration::from_secs(60));
        other.run_due().await.unwrap();
    };
    let (first, ()) = tokio::join!(one.run_due(), late);
    first.unwrap();
    for _ in 0..3 {
        stand.test.clock.advance(Duration::from_secs(60));
        tokio::try_join!(one.run_due(), other.run_due()).unwrap();
    }
    let ended = stand.fulfilled(id).await;
    assert_eq!((ended.state, stand.guests().len()), (OrderState::Active, 1), "{ended:?}");
    stand.settled(&[]).await;
});

on_both!(two_workers_share_many_orders_and_double_nothing, async |stand: Stand| {
    let mut orders = Vec::new();
    for number in 0..6 {
        orders.push(stand.order(&format!("web-{number}"), Cycle::Monthly).await);
    }
    let (one, other) = (worker(&stand.test.cx), worker(&stand.beside().await));
    for _ in 0..20 {
        tokio::try_join!(one.run_due(), other.run_due()).unwrap();
        stand.test.clock.advance(Duration::from_secs(5));
    }
    for id in orders {
        stand.ended(FULFIL.name, id).await;
        assert_eq!(stand.seen(id).await.state, OrderState::Active);
    }
    assert_eq!(stand.guests().len(), 6);
    stand.settled(&[]).await;
});

on_both!(of_two_wishes_at_once_one_is_done_and_the_other_is_told, async |stand: Stand| {
    let id = stand.running("web").await;
    let other = stand.beside().await;
    let (at, may_resize, sizes) = (stand.test.scope::<InstanceStart>().await, stand.test.scope::<InstanceResize>().await, stand.sizes().await);
    let (stopped, grown) = tokio::join!(power(&stand.test.cx, &at, id, Action::Stop), instance::resize(&other, &may_resize, id, sizes[1]));
    let refused: Vec<_> = [stopped.as_ref().err(), grown.as_ref().err()].into_iter().flatten().map(kernel::Error::kind).collect();
    // The second may have come after the first had ended, but nothing has run yet, so it was told.
    assert_eq!(refused, [Kind::Conflict]);
    let (one, two) = (worker(&stand.test.cx), worker(&other));
    tokio::try_join!(one.run_due(), two.run_due()).unwrap();
    stand.ended(if stopped.is_ok() { POWER } else { RESIZE.name }, id).await;
    assert_eq!(stand.machine(id).await.state, if stopped.is_ok() { State::Stopped } else { State::Running });
    stand.settled(&[]).await;
});
