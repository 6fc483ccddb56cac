//! Changes prices and what is on sale. Machines that exist keep the prices of their contract.

use compute::SizeId;
use kernel::permission::Permission;
use kernel::{Checks, Cx, Result, Scope};

use super::model::{Size, SizePatch};
use super::store;

/// Changes a size.
///
/// # Errors
/// `NotFound`; `Invalid` for a negative price or another currency.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, id: SizeId, patch: SizePatch) -> Result<Size> {
    cx.write(async |tx| {
        let mut size = store::by_id(tx.db(), id).await?;
        let fits = |price: Option<kernel::Money>| price.is_none_or(|price| price.minor >= 0 && price.currency == size.monthly.currency);
        let what = format!("use an amount in {} that is not negative", size.monthly.currency);
        Checks::new().that(fits(patch.monthly), "monthly", &what).that(fits(patch.hourly), "hourly", &what).done()?;
        size.monthly = patch.monthly.unwrap_or(size.monthly);
        size.hourly = patch.hourly.unwrap_or(size.hourly);
        size.visible = patch.visible.unwrap_or(size.visible);
        store::set(&tx, &size).await?;
        audit::record(&tx, at, id, "Changed a size's prices or visibility").await?;
        Ok(size)
    })
    .await
}
