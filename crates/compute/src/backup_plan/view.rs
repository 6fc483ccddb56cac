//! How a machine is backed up.

use kernel::permission::AtProject;
use kernel::{Cx, Result, Scope};

use super::model::BackupPlan;
use super::store;
use crate::instance::{InstanceId, store as instances};

/// The machine's plan; `off` where it has none.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, instance: InstanceId) -> Result<BackupPlan> {
    instances::by_id(cx.db(), at, instance).await?;
    Ok(store::find(cx.db(), at, instance).await?.map_or(BackupPlan::OFF, |row| row.view()))
}
