//! Lets the owner of a kept SSH key sign in to a machine as root, beside those who may already.

use compute_driver::Feature;
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Checks, Cx, Error, Gate, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{InstanceId, State};
use super::{agreed, guest, store};
use crate::drivers;
use crate::node;
use crate::ssh_key::{SshKeyId, store as keys};

/// A key to be added.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthorisedKey {
    /// One of the project's kept keys.
    pub ssh_key_id: SshKeyId,
    /// True: you agree that the key is added inside your machine for you. This goes on record.
    #[serde(default)]
    pub enter_guest: bool,
}

impl AuthorisedKey {
    /// What is wrong with what a person chose.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.also(agreed(self.enter_guest));
        checks
    }
}

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct KeyInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Which kept key.
    pub ssh_key_id: SshKeyId,
}

/// Adds the key. A key that was added stays until its owner removes it inside the machine.
pub static AUTHORISE_KEY: Workflow<KeyInput> = Workflow {
    name: "compute.instance.authorise_key",
    title: "Add an SSH key",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("add", "Add the key to the machine", add, nothing)],
};

/// Begins to add a kept key to the machine.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound`; `Conflict` when the machine's state or its node does not allow it.
pub async fn authorise_key<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, key: &AuthorisedKey) -> Result<OperationId> {
    key.checks().done()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so no key can be added now.", row.state.in_words())));
        }
        keys::by_id(tx.db(), at, key.ssh_key_id).await.map_err(|_| Error::invalid("ssh_key_id", "choose one of the project's kept keys"))?;
        node::must_have(&tx, row.node_id, Feature::AuthoriseKey).await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = AUTHORISE_KEY.start(&tx, start, &KeyInput { instance_id: id, ssh_key_id: key.ssh_key_id }).await?;
        store::set(&tx, id, &[(store::Column::OperationId, Some(operation).into())]).await?;
        audit::record(&tx, at, id, "Agreed that the machine is entered, and added an SSH key").await?;
        Ok(operation)
    })
    .await
}

async fn add(step: StepCx, input: KeyInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    let kept = keys::by_id(step.cx().db(), &step.scope(), input.ssh_key_id).await;
    let kept = kept.map_err(|_| Error::conflict("The key was removed before it was added. Keep it again and try once more."))?;
    let gate = Gate::new(step.cx(), &step.scope(), &purpose::SERVICE, [kept.public_key.bytes()]).await?;
    match guest::driver(&step, &row)?.authorise_key(&drivers::reference(row.id)?, &kept.public_key.open(&gate)?).await {
        Ok(force) => guest::log_force(&step, force).await?,
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}
