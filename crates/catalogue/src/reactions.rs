//! What the catalogue does when others announce: it offers sizes once there is an operator, keeps
//! contracts in step with machines, and tells people of their machines: it alone knows both the
//! order and the machine's name.

use billing::meter::{self, NewMeter, Reading};
use compute::InstanceId;
use compute::backup::RestoreTestOutcome;
use compute::events::{BackupFact, DiskFact, DiskMeasured, InstanceFact, Measured, Resized};
use kernel::event::{Event, Reaction};
use kernel::{ByEvent, Kind, Result, Scope, Tx};
use notifications::{Template, tell_owners};

use crate::events::{ORDER_FULFILLED, OrderFact};
use crate::order::{State, state_of_machine};
use crate::{contract, disk_price, size, size_change};

/// All reactions.
pub const ALL: &[Reaction] = &[
    Reaction { to: "identity.operator.set_up", name: "catalogue.size.seed", run: |tx, _| Box::pin(seed(tx)) },
    Reaction { to: "compute.instance.deleted", name: "catalogue.contract.end", run: |tx, event| Box::pin(end(tx, event)) },
    Reaction { to: "compute.instance.failed", name: "catalogue.contract.lose", run: |tx, event| Box::pin(follow(tx, event)) },
    Reaction { to: "compute.instance.running", name: "catalogue.contract.resume", run: |tx, event| Box::pin(follow(tx, event)) },
    Reaction { to: "compute.instance.stopped", name: "catalogue.contract.resume_stopped", run: |tx, event| Box::pin(follow(tx, event)) },
    Reaction { to: "compute.instance.resized", name: "catalogue.contract.reprice", run: |tx, event| Box::pin(reprice(tx, event)) },
    Reaction { to: "compute.instance.measured", name: "catalogue.contract.count", run: |tx, event| Box::pin(count(tx, event)) },
    Reaction { to: "compute.disk.created", name: "catalogue.disk_contract.begin", run: |tx, event| Box::pin(begin_disk(tx, event)) },
    Reaction { to: "compute.disk.measured", name: "catalogue.disk_contract.count", run: |tx, event| Box::pin(count_disk(tx, event)) },
    Reaction { to: "compute.disk.deleted", name: "catalogue.disk_contract.end", run: |tx, event| Box::pin(end_disk(tx, event)) },
    Reaction { to: ORDER_FULFILLED.name(), name: "catalogue.machine.tell_ready", run: |tx, event| Box::pin(tell_ready(tx, event)) },
    Reaction { to: "compute.instance.failed", name: "catalogue.machine.tell_failed", run: |tx, event| Box::pin(tell_failed(tx, event)) },
    Reaction { to: "compute.instance.deleted", name: "catalogue.machine.tell_deleted", run: |tx, event| Box::pin(tell_deleted(tx, event)) },
    Reaction { to: "compute.disk.lost", name: "catalogue.disk.tell_lost", run: |tx, event| Box::pin(tell_disk_lost(tx, event)) },
    Reaction { to: "compute.backup.tested", name: "catalogue.machine.tell_backup_tested", run: |tx, event| Box::pin(tell_backup_tested(tx, event)) },
];

async fn seed(tx: Tx) -> Result<()> {
    let currency = billing::party::currency(tx.cx()).await?;
    size::seed(&tx, currency).await
}

async fn end(tx: Tx, event: Event) -> Result<()> {
    let fact: InstanceFact = event.fact()?;
    meter::close(&tx, &event.scope(), &fact.instance_id.to_string(), fact.at).await
}

async fn follow(tx: Tx, event: Event) -> Result<()> {
    contract::follow(&tx, &event.scope(), &event.fact()?).await
}

/// A disk is billed from when it is there, at the price of that moment.
async fn begin_disk(tx: Tx, event: Event) -> Result<()> {
    let fact: DiskFact = event.fact()?;
    let price = disk_price::view(tx.cx(), tx.db()).await?.price();
    let resource = fact.disk_id.to_string();
    let new = NewMeter { resource, description: price.description, rates: price.rates, from: fact.at, prepaid_periods: 0 };
    meter::open(&tx, &event.scope(), new).await.map(drop)
}

async fn end_disk(tx: Tx, event: Event) -> Result<()> {
    let fact: DiskFact = event.fact()?;
    meter::close(&tx, &event.scope(), &fact.disk_id.to_string(), fact.at).await
}

async fn reprice(tx: Tx, event: Event) -> Result<()> {
    size_change::reprice::reprice(&tx, &event.scope(), &event.fact::<Resized>()?).await
}

async fn tell_ready(tx: Tx, event: Event) -> Result<()> {
    let fact: OrderFact = event.fact()?;
    tell_of(&tx, &event.scope(), fact.instance_id, Template::MachineReady, &format!("/app/machines/{}", fact.instance_id)).await
}

async fn tell_failed(tx: Tx, event: Event) -> Result<()> {
    let fact: InstanceFact = event.fact()?;
    // An order that was never paid has no machine to speak of: the mail about the payment says it.
    if matches!(state_of_machine(tx.db(), &event.scope(), fact.instance_id).await?, Some(State::PaymentFailed | State::Cancelled)) {
        return Ok(());
    }
    tell_of(&tx, &event.scope(), fact.instance_id, Template::MachineFailed, &format!("/app/machines/{}", fact.instance_id)).await
}

async fn tell_deleted(tx: Tx, event: Event) -> Result<()> {
    let fact: InstanceFact = event.fact()?;
    // A cancelled order's machine never was.
    if state_of_machine(tx.db(), &event.scope(), fact.instance_id).await? == Some(State::Cancelled) {
        return Ok(());
    }
    tell_of(&tx, &event.scope(), fact.instance_id, Template::MachineDeleted, "/app/usage").await
}

/// A backup that works is shown where backups are; one that does not is bad news, and news is brought.
async fn tell_backup_tested(tx: Tx, event: Event) -> Result<()> {
    let fact: BackupFact = event.fact()?;
    if fact.outcome != RestoreTestOutcome::Failed {
        return Ok(());
    }
    tell_of(&tx, &event.scope(), fact.instance_id, Template::BackupTestFailed, &format!("/app/machines/{}?tab=backups", fact.instance_id)).await
}

async fn tell_disk_lost(tx: Tx, event: Event) -> Result<()> {
    let fact: DiskFact = event.fact()?;
    match compute::disk::view(tx.cx(), &event.scope(), fact.disk_id).await {
        Ok(disk) => tell_owners(&tx, &event.scope(), Template::DiskLost, &[("disk", &disk.name), ("link", "/app/disks")]).await,
        // Erased together with its owners.
        Err(error) if error.kind() == Kind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

async fn tell_of(tx: &Tx, at: &Scope<ByEvent>, id: InstanceId, template: Template, link: &str) -> Result<()> {
    match compute::instance::view(tx.cx(), at, id).await {
        Ok(machine) => tell_owners(tx, at, template, &[("machine", &machine.name), ("link", link)]).await,
        // Erased together with its owners.
        Err(error) if error.kind() == Kind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

const SECOND: i64 = 1_000_000;

async fn count(tx: Tx, event: Event) -> Result<()> {
    let fact: Measured = event.fact()?;
    let reading = reading(&fact);
    match meter::record(&tx, &event.scope(), &fact.instance_id.to_string(), reading).await {
        // A machine runs for a moment before its contract begins; that moment is free.
        Err(error) if error.kind() == Kind::NotFound => Ok(()),
        other => other.map(drop),
    }
}

async fn count_disk(tx: Tx, event: Event) -> Result<()> {
    let fact: DiskMeasured = event.fact()?;
    match meter::record(&tx, &event.scope(), &fact.disk_id.to_string(), reading_of_disk(&fact)).await {
        // Erased together with its owner, or its contract has not begun.
        Err(error) if error.kind() == Kind::NotFound => Ok(()),
        other => other.map(drop),
    }
}

/// Whole seconds between two instants, so that no fraction is lost or counted twice between two spans: each instant is rounded down.
fn seconds(from: i64, to: i64) -> i64 {
    to.div_euclid(SECOND) - from.div_euclid(SECOND)
}

fn reading_of_disk(fact: &DiskMeasured) -> Reading {
    Reading {
        sequence: fact.seq,
        running_seconds: 0,
        disk_gib_seconds: seconds(fact.from.0, fact.to.0) * i64::from(fact.size_gib),
        rx_bytes: 0,
        tx_bytes: 0,
        at: fact.to,
    }
}

/// Running time is the difference of two running totals, both rounded down.
fn reading(fact: &Measured) -> Reading {
    Reading {
        sequence: fact.seq,
        running_seconds: seconds(fact.running_total_us - fact.running_us, fact.running_total_us),
        disk_gib_seconds: seconds(fact.from.0, fact.to.0) * i64::from(fact.disk_gib),
        rx_bytes: fact.received_bytes,
        tx_bytes: fact.sent_bytes,
        at: fact.to,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use kernel::id::Id;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn no_second_is_lost_between_readings() {
        let (mut total, mut counted, mut disk) = (0, 0, 0);
        for seq in 1..=1_000 {
            let from = Timestamp(1_700_000_000_000_000 + (seq - 1) * 10_300_000);
            total += 10_300_000;
            let fact = Measured {
                instance_id: InstanceId::from_uuid(Uuid::nil()),
                seq,
                from,
                to: Timestamp(from.0 + 10_300_000),
                running_us: 10_300_000,
                running_total_us: total,
                disk_gib: 2,
                received_bytes: 0,
                sent_bytes: 0,
            };
            counted += reading(&fact).running_seconds;
            disk += reading(&fact).disk_gib_seconds;
        }
        assert_eq!(counted, 10_300);
        assert_eq!(disk, 20_600);
    }

    #[test]
    fn no_second_of_a_disk_is_lost_or_counted_twice() {
        let mut taken = 0;
        for seq in 1..=1_000 {
            let from = Timestamp(1_700_000_000_000_123 + (seq - 1) * 10_300_000);
            let fact = DiskMeasured { disk_id: compute::DiskId::from_uuid(Uuid::nil()), seq, from, to: Timestamp(from.0 + 10_300_000), size_gib: 3 };
            taken += reading_of_disk(&fact).disk_gib_seconds;
        }
        assert_eq!(taken, 3 * 10_300);
    }
}
