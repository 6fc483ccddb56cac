//! A container's place in a private network: the cable, what it may send and receive, the public addresses that lead to it.

use std::net::IpAddr;

use compute_driver::{Card, DriverError, Filter, InForce, Reference, Status};
use compute_host::{
    lock::Lock,
    network::{change, host::must_be_able},
};

use super::{Oci, look, make};
use crate::guest::record::Record;

/// Gives the container its place, or takes it back to a cable of its own. One that runs keeps the cable that it has.
pub(super) async fn connect(oci: &Oci, reference: &Reference, card: Option<&Card>) -> Result<InForce, DriverError> {
    must_be_able()?;
    let data_dir = &oci.settings.data_dir;
    oci.known(reference)?;
    let _lock = Lock::guest(data_dir, reference).await?;
    let (place, mut record) = oci.known(reference)?;
    let before = record.spec.card.clone();
    change::connect(&oci.settings.networks, before.as_ref(), card, async |lan| {
        record.spec.card = card.cloned();
        record.seat.moves(lan);
        make::note(&place, &record)?;
        let stopped = look::status_at(oci, &place).await == Status::Stopped;
        Ok(if stopped { InForce::Now } else { InForce::AfterRestart })
    })
    .await
}

/// Filters the container's traffic from now on.
pub(super) async fn set_filter(oci: &Oci, reference: &Reference, filter: &Filter) -> Result<(), DriverError> {
    must_be_able()?;
    filter.check()?;
    change(oci, reference, |record| record.seat.filter = Some(filter.clone())).await
}

/// Leads public addresses to the container from now on.
pub(super) async fn set_addresses(oci: &Oci, reference: &Reference, addresses: &[IpAddr]) -> Result<(), DriverError> {
    must_be_able()?;
    change::may_lead_to(&oci.settings.networks, reference, addresses)?;
    let (_, record) = oci.known(reference)?;
    if record.spec.card.is_none() && addresses.is_empty() {
        return Ok(());
    }
    change(oci, reference, |record| record.seat.addresses = addresses.to_vec()).await
}

async fn change(oci: &Oci, reference: &Reference, change: impl FnOnce(&mut Record)) -> Result<(), DriverError> {
    oci.known(reference)?;
    let _lock = Lock::guest(&oci.settings.data_dir, reference).await?;
    let (place, mut record) = oci.known(reference)?;
    let Some(card) = record.spec.card.clone() else {
        return Err(DriverError::conflict("the container is in no private network, and elsewhere nothing is filtered or led to it"));
    };
    change(&mut record);
    make::note(&place, &record)?;
    change::refresh(&oci.settings.networks, &card.network).await
}

/// Makes sure of the container's network before it starts.
pub(super) async fn ready(oci: &Oci, record: &Record) -> Result<(), DriverError> {
    match &record.spec.card {
        Some(card) => change::ready(&oci.settings.networks, &card.network).await,
        None => Ok(()),
    }
}

/// Takes what a destroyed container had in its network away.
pub(super) async fn gone(oci: &Oci, record: Option<&Record>) -> Result<(), DriverError> {
    match record.and_then(|record| record.spec.card.as_ref()) {
        Some(card) => change::refresh(&oci.settings.networks, &card.network).await,
        None => Ok(()),
    }
}
