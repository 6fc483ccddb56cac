//! A guest's place in a private network: the card, what it may send and receive, the public addresses that lead to it.

use std::net::IpAddr;

use compute_driver::{Card, DriverError, Filter, InForce, Reference};
use compute_host::network::{
    change,
    host::must_be_able,
    port::{self, Tap},
};

use super::{Qemu, reshape};
use crate::guest::{lock::Lock, place::Place, record::Record};

/// Gives the guest its place, or takes it back to QEMU's own network. A running QEMU keeps the card that it has.
pub(super) async fn connect(qemu: &Qemu, reference: &Reference, card: Option<&Card>) -> Result<InForce, DriverError> {
    must_be_able()?;
    let data_dir = &qemu.settings.data_dir;
    qemu.known(reference)?;
    let _lock = Lock::guest(data_dir, reference).await?;
    let before = qemu.known(reference)?.1.spec.card;
    change::connect(&qemu.settings.networks, before.as_ref(), card, async |lan| {
        reshape::reseed_locked(qemu, reference, |record| {
            record.spec.card = card.cloned();
            record.seat.moves(lan);
        })
        .await
    })
    .await
}

/// Filters the guest's traffic from now on.
pub(super) async fn set_filter(qemu: &Qemu, reference: &Reference, filter: &Filter) -> Result<(), DriverError> {
    must_be_able()?;
    filter.check()?;
    change(qemu, reference, |record| record.seat.filter = Some(filter.clone())).await
}

/// Leads public addresses to the guest from now on.
pub(super) async fn set_addresses(qemu: &Qemu, reference: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    must_be_able()?;
    change::may_lead_to(&qemu.settings.networks, reference, addresses)?;
    let (_, record) = qemu.known(reference)?;
    if record.spec.card.is_none() && addresses.is_empty() {
        return Ok(());
    }
    change(qemu, reference, |record| record.seat.addresses = addresses.to_vec()).await
}

async fn change(qemu: &Qemu, reference: &Reference, change: impl FnOnce(&mut Record)) -> Result<(), DriverError> {
    qemu.known(reference)?;
    let _lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let (place, mut record): (Place, Record) = qemu.known(reference)?;
    let Some(card) = record.spec.card.clone() else {
        return Err(DriverError::conflict("the guest is in no private network, and in QEMU's own nothing is filtered or led to it"));
    };
    change(&mut record);
    reshape::note(&place, &record)?;
    change::refresh(&qemu.settings.networks, &card.network).await
}

/// Makes sure of the guest's network and of its card there before it starts.
pub(super) async fn ready(qemu: &Qemu, record: &Record) -> Result<Option<Tap>, DriverError> {
    let Some(card) = &record.spec.card else { return Ok(None) };
    let networks = &qemu.settings.networks;
    change::ready(networks, &card.network).await?;
    port::tap(networks, card, &record.spec.reference).await.map(Some)
}

/// Takes what a destroyed guest had in its network away.
pub(super) async fn gone(qemu: &Qemu, record: Option<&Record>) -> Result<(), DriverError> {
    match record.and_then(|record| record.spec.card.as_ref()) {
        Some(card) => change::refresh(&qemu.settings.networks, &card.network).await,
        None => Ok(()),
    }
}
