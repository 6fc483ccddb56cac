//! Changes what a machine is called.

use kernel::permission::AtProject;
use kernel::{Checks, Cx, KeyOwner, Result, Scope, Sealed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Instance, InstanceId, Name};
use super::{store, view};

/// What can be changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstancePatch {
    /// What you call it; 1 to 100 characters. The host name stays.
    pub name: String,
}

/// Changes the machine's name.
///
/// # Errors
/// `Invalid` on `name`; `NotFound`.
pub async fn update<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, patch: &InstancePatch) -> Result<Instance> {
    let name = patch.name.trim();
    let fits = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    Checks::new().that(fits, "name", "use 1 to 100 characters").done()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let sealed = Sealed::<Name>::seal(&tx, KeyOwner::Organisation(row.organisation_id), &name.to_owned()).await?;
        store::set(&tx, id, &[(store::Column::Name, sealed.into())]).await?;
        audit::record(&tx, at, id, "Changed the name of a machine").await
    })
    .await?;
    view::view(cx, at, id).await
}
