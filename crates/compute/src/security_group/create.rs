//! Makes a security group.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, KeyOwner, Result, Scope, Sealed};

use super::list;
use super::model::{Name, NewSecurityGroup, SecurityGroup, SecurityGroupId, text_of};
use super::store::{self, Row};

/// Makes it. It stands for no machine yet.
///
/// # Errors
/// `Invalid` with every wrong field; database errors.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewSecurityGroup) -> Result<SecurityGroup> {
    new.checks().done()?;
    let rules = text_of(&new.rules)?;
    let id = cx
        .write(async |tx| {
            let id: SecurityGroupId = tx.cx().new_id();
            let row = Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                name: Sealed::<Name>::seal(&tx, KeyOwner::Organisation(at.organisation_id()?), &new.name.trim().to_owned()).await?,
                rules: rules.clone(),
                operation_id: None,
                created_at: tx.cx().now().0,
            };
            store::insert(&tx, row).await?;
            audit::record(&tx, at, id, "Made a security group").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}
