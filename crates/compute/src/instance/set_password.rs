//! Sets the root user's password inside a machine. From here on there is only its hash, sealed until the hypervisor has it.

use compute_driver::{Feature, PasswordHash};
use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Checks, Cx, Error, Gate, KeyOwner, Result, Scope, Sealed};
use serde::{Deserialize, Serialize};
use sha_crypt::{PasswordHasher, ShaCrypt};
use utoipa::ToSchema;
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::model::{InstanceId, State};
use super::store::{self, Column};
use super::{agreed, guest};
use crate::drivers;
use crate::node;

kernel::field!(
    /// The hash of a root password that is on its way to a hypervisor.
    pub RootPassword: String = "compute.instance.root_password");

/// A root password to be set. Without `Debug`, so that it reaches no log.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRootPassword {
    /// 12 to 128 letters, digits and signs of ASCII. It is hashed at once, and neither kept nor shown.
    pub password: String,
    /// True: you agree that the root user's password inside your machine is changed for you. This goes on record.
    #[serde(default)]
    pub enter_guest: bool,
}

impl NewRootPassword {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        let fits = (12..=128).contains(&self.password.len()) && self.password.bytes().all(|byte| byte.is_ascii_graphic());
        checks.that(fits, "password", "use 12 to 128 letters, digits and signs, without spaces");
        checks.also(agreed(self.enter_guest));
        checks
    }
}

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PasswordInput {
    /// Which machine.
    pub instance_id: InstanceId,
}

/// Sets the password. The hash is forgotten in the end, whatever the end is.
pub static SET_PASSWORD: Workflow<PasswordInput> = Workflow {
    name: "compute.instance.set_password",
    title: "Set the root password",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[step!("set", "Hand the hash to the hypervisor", set, forget), step!("finish", "Forget the hash here", finish, nothing)],
};

/// Begins to set the root user's password.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound`; `Conflict` when the machine's state or its node does not allow it.
pub async fn set_password<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, new: &NewRootPassword) -> Result<OperationId> {
    new.checks().done()?;
    let salt = cx.random::<12>()?;
    let password = new.password.clone().into_bytes();
    let hash = tokio::task::spawn_blocking(move || ShaCrypt::SHA512.hash_password_with_salt(&password, &salt)).await;
    let hash = hash.map_err(|error| Error::internal("hashing was cut off").caused_by(error))?;
    let hash = hash.map_err(|error| Error::internal("a password cannot be hashed").caused_by(error.to_string()))?.as_str().to_owned();
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        if !matches!(row.state, State::Running | State::Stopped) {
            return Err(Error::conflict(format!("This machine is {}, so its password cannot be set now.", row.state.in_words())));
        }
        if row.root_password.is_some() {
            return Err(Error::conflict("A password of this machine is being set already. Wait until that has ended."));
        }
        node::must_have(&tx, row.node_id, Feature::SetPassword).await?;
        let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
        let operation = SET_PASSWORD.start(&tx, start, &PasswordInput { instance_id: id }).await?;
        let sealed = Sealed::<RootPassword>::seal(&tx, KeyOwner::Organisation(row.organisation_id), &hash).await?;
        store::set(&tx, id, &[(Column::OperationId, Some(operation).into()), (Column::RootPassword, Some(sealed).into())]).await?;
        audit::record(&tx, at, id, "Agreed that the machine is entered, and set its root password").await?;
        Ok(operation)
    })
    .await
}

async fn set(step: StepCx, input: PasswordInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    // Forgotten means that the hypervisor has it.
    let Some(sealed) = &row.root_password else { return Ok(Next::Done) };
    let gate = Gate::new(step.cx(), &step.scope(), &purpose::SERVICE, [sealed.bytes()]).await?;
    let hash = PasswordHash::parse(&sealed.open(&gate)?).map_err(drivers::said)?;
    match guest::driver(&step, &row)?.set_password(&drivers::reference(row.id)?, &hash).await {
        Ok(force) => guest::log_force(&step, force).await?,
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}

async fn forget(step: StepCx, input: PasswordInput) -> Result<()> {
    step.write(async |tx| store::set(&tx, input.instance_id, &[(Column::RootPassword, None::<Sealed<RootPassword>>.into())]).await).await
}

async fn finish(step: StepCx, input: PasswordInput) -> Result<Next> {
    forget(step, input).await?;
    Ok(Next::Done)
}
