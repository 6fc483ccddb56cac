//! Changes what a machine is called and found by.

use kernel::permission::AtProject;
use kernel::{Checks, Cx, KeyOwner, Result, Scope, Sealed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::create::sealed_tags;
use super::model::{Instance, InstanceId, Name};
use super::store::{self, Column};
use super::{tag, view};

/// What can be changed; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstancePatch {
    /// What you call it; 1 to 100 characters. The host name stays.
    #[serde(default)]
    pub name: Option<String>,
    /// All tags that it shall have, as `key` or `key:value`; at most 20.
    #[serde(default)]
    pub tags: Option<Vec<String>>,
}

/// Changes the machine's name and tags.
///
/// # Errors
/// `Invalid` on `name` or `tags`; `NotFound`.
pub async fn update<P: AtProject>(cx: &Cx, at: &Scope<P>, id: InstanceId, patch: &InstancePatch) -> Result<Instance> {
    let name = patch.name.as_deref().map(str::trim);
    let fits = |name: &str| (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    let mut checks = Checks::new();
    checks.that(name.is_none_or(fits), "name", "use 1 to 100 characters").also(patch.tags.as_deref().map_or(Ok(()), |tags| tag::check(tags).map(drop)));
    checks.done()?;
    let tags = patch.tags.as_deref().map(tag::check).transpose()?;
    cx.write(async |tx| {
        let row = store::locked(&tx, at, id).await?;
        let owner = KeyOwner::Organisation(row.organisation_id);
        if let Some(name) = name {
            let sealed = Sealed::<Name>::seal(&tx, owner, &name.to_owned()).await?;
            store::set(&tx, id, &[(Column::Name, sealed.into())]).await?;
            audit::record(&tx, at, id, "Changed the name of a machine").await?;
        }
        if let Some(tags) = &tags {
            store::set(&tx, id, &[(Column::Tags, sealed_tags(&tx, owner, tags).await?.into())]).await?;
            store::set_tags(&tx, id, tag::indexes(tx.cx().keys(), tags)?).await?;
            audit::record(&tx, at, id, "Changed the tags of a machine").await?;
        }
        Ok(())
    })
    .await?;
    view::view(cx, at, id).await
}
