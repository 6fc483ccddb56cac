//! Changes a security group; the filters of its machines follow at once.

use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed};
use serde::{Deserialize, Serialize};
use workflow::operation::by_subject;
use workflow::{Next, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::list;
use super::model::{Name, SecurityGroup, SecurityGroupId, SecurityGroupPatch, text_of};
use super::store::{self, Column};
use crate::card;
use crate::instance::{guest, store as instances};

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecurityGroupApplyInput {
    /// Which group.
    pub group_id: SecurityGroupId,
    /// The rules that it had.
    pub before: String,
}

/// Filters the traffic of a group's machines as its rules say. Undone, the group has the rules that it had, and so have its machines.
pub static SECURITY_GROUP_APPLY: Workflow<SecurityGroupApplyInput> = Workflow {
    name: "compute.security_group.apply",
    title: "Apply the rules",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("apply", "Filter the machines' traffic", apply, put_back), step!("finish", "Note that the rules are in force", finish, nothing)],
};

/// Changes it.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound`; `Conflict` while an earlier change is being applied.
pub async fn update<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: SecurityGroupId, patch: &SecurityGroupPatch) -> Result<SecurityGroup> {
    patch.checks().done()?;
    let rules = patch.rules.as_deref().map(text_of).transpose()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if let Some(name) = &patch.name {
            let name = Sealed::<Name>::seal(&tx, KeyOwner::Organisation(row.organisation_id), &name.trim().to_owned()).await?;
            store::set(&tx, id, &[(Column::Name, name.into())]).await?;
        }
        if let Some(rules) = rules.as_ref().filter(|rules| **rules != row.rules) {
            if by_subject(tx.db(), SECURITY_GROUP_APPLY.name, &id.to_string()).await?.is_some_and(|operation| !operation.state.is_final()) {
                return Err(Error::conflict("The rules of this group are being applied. Wait until that has ended."));
            }
            let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
            let operation = SECURITY_GROUP_APPLY.start(&tx, start, &SecurityGroupApplyInput { group_id: id, before: row.rules.clone() }).await?;
            store::set(&tx, id, &[(Column::Rules, rules.clone().into()), (Column::OperationId, Some(operation).into())]).await?;
        }
        audit::record(&tx, at, id, "Changed a security group").await
    })
    .await?;
    list::view(cx, at, id).await
}

async fn apply(step: StepCx, input: SecurityGroupApplyInput) -> Result<Next> {
    apply_to_all(&step, input.group_id).await?;
    Ok(Next::Done)
}

/// Filters each machine as the rows say.
async fn apply_to_all(step: &StepCx, group: SecurityGroupId) -> Result<()> {
    for machine in instances::in_group(step.cx().db(), &step.scope(), group).await? {
        // One that is on no node yet is filtered when it is set up.
        if machine.node_name.is_some() && guest::status(step, &machine).await? != compute_driver::Status::Absent {
            card::set_filter(step, &machine).await?;
        }
    }
    Ok(())
}

async fn put_back(step: StepCx, input: SecurityGroupApplyInput) -> Result<()> {
    step.write(async |tx| store::set(&tx, input.group_id, &[(Column::Rules, input.before.clone().into())]).await).await?;
    apply_to_all(&step, input.group_id).await
}

async fn finish(step: StepCx, input: SecurityGroupApplyInput) -> Result<Next> {
    let machines = instances::in_group(step.cx().db(), &step.scope(), input.group_id).await?.len();
    step.log(format!("The rules are in force for {machines} machines.")).await?;
    Ok(Next::Done)
}
