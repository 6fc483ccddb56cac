//! Opens machines for whoever may see them.

use std::collections::HashMap;

use compute_driver::Feature;
use kernel::map::{Purpose, purpose};
use kernel::permission::{AtProject, Permission};
use kernel::{Cx, Gate, Result, Scope, Sealed, Timestamp};
use sea_orm::ConnectionTrait;

use super::model::{Instance, InstanceId, Part, SizeOf, SshAccess, State};
use super::store::{self, Row};
use crate::address;
use crate::card::{self, InstanceNetwork};
use crate::node::{self, NodeId};

/// One machine of the project.
///
/// # Errors
/// `NotFound`; `Denied` by the gate; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId) -> Result<Instance> {
    let rows = vec![store::by_id(cx.db(), at, id).await?];
    open(cx, at, rows).await?.pop().ok_or_else(|| kernel::Error::not_found("machine"))
}

/// How a machine of the project stands.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn state<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: InstanceId) -> Result<State> {
    Ok(store::by_id(db, at, id).await?.state)
}

/// Opens `rows`, in at most five statements.
pub(super) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>) -> Result<Vec<Instance>> {
    open_for(cx, at, rows, &purpose::SERVICE).await
}

/// The same for another purpose.
pub(super) async fn open_for<P: Permission>(cx: &Cx, at: &Scope<P>, rows: Vec<Row>, purpose: &'static Purpose) -> Result<Vec<Instance>> {
    let sealed = rows.iter().flat_map(|row| [row.name.bytes(), row.hostname.bytes()].into_iter().chain(row.tags.as_ref().map(Sealed::bytes)));
    let gate = Gate::new(cx, at, purpose, sealed).await?;
    let features = node::store::features(cx.db(), rows.iter().filter_map(|row| row.node_id)).await?;
    let mut networks = card::store::among(cx.db(), rows.iter().map(|row| row.id)).await?;
    // Addresses lead to no others.
    let own_card = node::word(Feature::OwnCard)?;
    let own_card = |row: &Row| row.node_id.and_then(|node| features.get(&node)).is_some_and(|offered| offered.contains(&own_card));
    let reached = rows.iter().filter(|row| networks.contains_key(&row.id) || own_card(row)).map(|row| row.id);
    let mut addresses = address::store::of_instances(cx.db(), reached).await?;
    rows.into_iter()
        .map(|row| {
            let network = networks.remove(&row.id).map(|card| InstanceNetwork { network_id: card.network_id, ipv4: card.ipv4, ipv6: card.ipv6 });
            let addresses = addresses.remove(&row.id).unwrap_or_default();
            shown(row, &gate, &features, (network, addresses))
        })
        .collect()
}

/// What these machines are called, which the caller has looked up in its scope.
pub(crate) async fn named<P: Permission>(cx: &Cx, at: &Scope<P>, ids: impl IntoIterator<Item = InstanceId>) -> Result<HashMap<InstanceId, String>> {
    let rows = store::among(cx.db(), at, ids).await?;
    let gate = Gate::new(cx, at, &purpose::SERVICE, rows.values().map(|row| row.name.bytes())).await?;
    rows.into_values().map(|row| Ok((row.id, row.name.open(&gate)?))).collect()
}

fn shown(row: Row, gate: &Gate, features: &HashMap<NodeId, Vec<String>>, reached: (Option<InstanceNetwork>, Vec<String>)) -> Result<Instance> {
    let (network, addresses) = reached;
    Ok(Instance {
        id: row.id,
        name: row.name.open(gate)?,
        hostname: row.hostname.open(gate)?,
        tags: row.tags.map(|tags| tags.open(gate)).transpose()?.unwrap_or_default(),
        state: row.state,
        state_reason: row.state_reason,
        size: SizeOf { id: row.size_id, name: row.size_name, cpus: row.cpus, memory_mib: row.memory_mib, disk_gib: row.disk_gib },
        template: Part { id: row.template_id, name: row.template_title },
        region: Part { id: row.region_id, name: row.region_title },
        node_id: row.node_id,
        accelerator: row.accelerator,
        ipv4: row.ipv4,
        ipv6: row.ipv6,
        ssh: row.ssh_host.zip(row.ssh_port).map(|(host, port)| SshAccess { host, port }),
        network,
        security_group_id: row.security_group_id,
        addresses,
        features: row.node_id.and_then(|node| features.get(&node)).cloned().unwrap_or_default(),
        delete_at: row.delete_at.map(Timestamp),
        operation_id: row.operation_id,
        created_at: Timestamp(row.created_at),
    })
}
