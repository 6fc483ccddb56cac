//! Changes what an extra disk costs. Disks that exist keep the price of their contract.

use kernel::permission::Permission;
use kernel::{Checks, Cx, Result, Scope, setting};

use super::model::{DiskPrice, DiskPricePatch, PRICE};
use super::view;

/// Changes the price.
///
/// # Errors
/// `Invalid` for a negative price or another currency.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, patch: DiskPricePatch) -> Result<DiskPrice> {
    cx.write(async |tx| {
        let currency = view(cx, tx.db()).await?.gib_month.currency;
        let fits = patch.gib_month.minor >= 0 && patch.gib_month.currency == currency;
        Checks::new().that(fits, "gib_month", &format!("use an amount in {currency} that is not negative")).done()?;
        setting::write(&tx, PRICE, &patch.gib_month).await?;
        audit::record(&tx, at, PRICE, "Changed the price of extra disks").await?;
        DiskPrice::of(patch.gib_month)
    })
    .await
}
