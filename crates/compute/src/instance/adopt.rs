//! Takes over a guest that others made on a node: it gets our mark and an owner, and nothing else about it changes.
//! No contract comes with it, so nothing is charged; that is agreed between the operator and the customer.

use compute_driver::DriverError;
use kernel::id::Id;
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Blind, ByWorkflow, Cx, Error, KeyOwner, Place, ProjectId, Result, Scope, Sealed, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{Hostname, InstanceId, Name, Shape, SizeId, SshKey, State};
use super::store::{self, Column, Row};
use super::{change, create, guest, hostname, release};
use crate::events::{INSTANCE_CREATED, InstanceFact};
use crate::node::{self, Node, NodeId, NodeStranger};
use crate::{drivers, quota, region};

/// A guest to be taken over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adoption {
    /// How the hypervisor addresses it.
    pub address: String,
    /// The project that it belongs to from now on.
    pub project_id: ProjectId,
    /// What it is called here: an RFC 1123 label, unique in the project. The guest's own host name stays.
    pub hostname: String,
}

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdoptInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// How the hypervisor addresses its guest.
    pub address: String,
}

/// Takes a guest over. A mark that was set stays, so it is never undone; it goes on from the step that failed.
pub static ADOPT: Workflow<AdoptInput> = Workflow {
    name: "compute.instance.adopt",
    title: "Take the machine over",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Stop,
    steps: &[step!("mark", "Give the guest its mark", mark, nothing), step!("finish", "Hand it over", finish, nothing)],
};

/// Begins to take over a guest on `node` for the project at `owner`.
///
/// # Errors
/// `Invalid` at `hostname`; `NotFound` for an unknown node; `Conflict` when the hypervisor did not list such a guest, or the host name is
/// taken; `Exhausted` when a quota is used up.
pub async fn adopt<P: Permission>(cx: &Cx, at: &Scope<P>, owner: Place, node: NodeId, wanted: &Adoption) -> Result<(InstanceId, OperationId)> {
    hostname::check(&wanted.hostname)?;
    let project = Scope::<ByWorkflow>::acting(ADOPT.name, owner);
    cx.write(async |tx| {
        let node = node::store::by_id(tx.db(), node).await?;
        let stranger = node.strangers.iter().find(|one| one.address == wanted.address).ok_or_else(unlisted)?;
        let row = insert(&tx, &project, &node, stranger, &wanted.hostname.to_lowercase()).await?;
        let start = Start { place: owner, subject: &row.id.to_string(), started_by: at.actor().person(), key: None };
        let operation = ADOPT.start(&tx, start, &AdoptInput { instance_id: row.id, address: wanted.address.clone() }).await?;
        store::set(&tx, row.id, &[(Column::OperationId, Some(operation).into())]).await?;
        change(&tx, &row, State::Provisioning, "It is being taken over.").await?;
        audit::record(&tx, at, row.id, "A guest that others made is taken over for a customer").await?;
        Ok((row.id, operation))
    })
    .await
}

fn unlisted() -> Error {
    Error::conflict("The hypervisor lists no guest of others at this address. It is asked once a minute.")
}

async fn insert(tx: &Tx, at: &Scope<ByWorkflow>, node: &Node, stranger: &NodeStranger, hostname: &str) -> Result<Row> {
    let index = Blind::of::<Hostname>(tx.cx().keys(), hostname)?;
    let figure = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let shape = Shape {
        size_id: SizeId::from_uuid(uuid::Uuid::nil()),
        size_name: "As taken over".to_owned(),
        cpus: figure(stranger.cpus),
        memory_mib: figure(stranger.memory_mib),
        disk_gib: figure(stranger.disk_gib),
        class: node.class.clone(),
    };
    quota::reserve(tx, at, &shape).await?;
    let owner = KeyOwner::Organisation(at.organisation_id()?);
    let region = region::by_id(tx.db(), node.region_id).await?;
    let (id, now): (InstanceId, Timestamp) = (tx.cx().new_id(), tx.cx().now());
    let row = Row {
        id,
        organisation_id: at.organisation_id()?,
        project_id: at.project_id()?,
        name: Sealed::<Name>::seal(tx, owner, &stranger.name).await?,
        hostname: Sealed::<Hostname>::seal(tx, owner, &hostname.to_owned()).await?,
        hostname_index: Some(index),
        // Nobody told us which keys are in it.
        ssh_key: Sealed::<SshKey>::seal(tx, owner, &String::new()).await?,
        tags: None,
        user_data: None,
        root_password: None,
        backup_id: None,
        size_id: shape.size_id,
        size_name: shape.size_name,
        class: shape.class,
        cpus: shape.cpus,
        memory_mib: shape.memory_mib,
        disk_gib: shape.disk_gib,
        template_id: tx.cx().new_id(),
        template_name: "adopted".to_owned(),
        template_title: "Taken over".to_owned(),
        region_id: region.id,
        region_title: region.title,
        node_id: Some(node.id),
        node_name: Some(node.name.clone()),
        host_name: stranger.host.clone(),
        target_host: None,
        state: State::Ordered,
        state_reason: None,
        accelerator: None,
        ipv4: None,
        ipv6: None,
        ssh_host: None,
        ssh_port: None,
        mac: create::mac(tx)?,
        security_group_id: None,
        quota_held: true,
        operation_id: None,
        created_at: now.0,
        delete_at: None,
        deleted_at: None,
    };
    store::insert(tx, row.clone()).await.map_err(|error| if error.kind() == kernel::Kind::Conflict { create::taken() } else { error })?;
    tx.announce(INSTANCE_CREATED, at.place(), id, &InstanceFact { instance_id: id, state: State::Ordered, at: now }).await?;
    Ok(row)
}

async fn mark(step: StepCx, input: AdoptInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let reference = drivers::reference(row.id)?;
    match guest::driver(&step, &row)?.adopt(&input.address, &reference).await {
        Ok(found) => guest::note(&step, row.id, &found).await?,
        // It is gone, or somebody else's: nothing carries our mark, so there is nothing to hand over.
        Err(error @ (DriverError::Conflict { .. } | DriverError::Refused { .. } | DriverError::Unsupported { .. })) => {
            step.write(async |tx| release::release(&tx, &step.scope(), row.id, State::Failed, "It could not be taken over. The operation says why.").await)
                .await?;
            return Err(drivers::told(&step, error).await);
        }
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}

async fn finish(step: StepCx, input: AdoptInput) -> Result<Next> {
    let seen = guest::seen(&step, input.instance_id).await?;
    step.write(async |tx| guest::settle(&tx, &step, input.instance_id, seen).await).await?;
    Ok(Next::Done)
}
