//! What the catalogue does when others announce: it offers sizes once there is an operator, and
//! keeps contracts in step with machines.

use billing::meter::{self, Reading};
use compute::events::{InstanceFact, Measured};
use kernel::event::{Event, Reaction};
use kernel::{Kind, Result, Tx};

use crate::size;

/// All reactions.
pub const ALL: &[Reaction] = &[
    Reaction { to: "identity.operator.set_up", name: "catalogue.size.seed", run: |tx, _| Box::pin(seed(tx)) },
    Reaction { to: "compute.instance.deleted", name: "catalogue.contract.end", run: |tx, event| Box::pin(end(tx, event)) },
    Reaction { to: "compute.instance.measured", name: "catalogue.contract.count", run: |tx, event| Box::pin(count(tx, event)) },
];

async fn seed(tx: Tx) -> Result<()> {
    let currency = billing::party::currency(tx.cx()).await?;
    size::seed(&tx, currency).await
}

async fn end(tx: Tx, event: Event) -> Result<()> {
    let fact: InstanceFact = event.fact()?;
    meter::close(&tx, &event.scope(), &fact.instance_id.to_string(), fact.at).await
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

/// Whole seconds, so that no fraction is lost or counted twice between two readings: each is the
/// difference of two running totals, both rounded down.
fn reading(fact: &Measured) -> Reading {
    let seconds = |until: i64, span: i64| until.div_euclid(SECOND) - (until - span).div_euclid(SECOND);
    Reading {
        sequence: fact.seq,
        running_seconds: seconds(fact.running_total_us, fact.running_us),
        disk_gib_seconds: seconds(fact.to.0, fact.to.0 - fact.from.0) * i64::from(fact.disk_gib),
        rx_bytes: fact.received_bytes,
        tx_bytes: fact.sent_bytes,
        at: fact.to,
    }
}

#[cfg(test)]
mod tests {
    use compute::InstanceId;
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
}
