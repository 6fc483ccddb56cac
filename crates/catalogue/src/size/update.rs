//! Changes prices, classes and what is on sale. Machines that exist keep the prices of their contract.

use compute::SizeId;
use compute::node::{CLASS, is_class};
use kernel::permission::Permission;
use kernel::{Checks, Cx, Result, Scope};

use super::model::{Size, SizePatch, is_price, price_rule};
use super::store;

/// Changes a size.
///
/// # Errors
/// `NotFound`; `Invalid` for a negative price, another currency or a class that cannot be called so.
pub async fn update<P: Permission>(cx: &Cx, at: &Scope<P>, id: SizeId, patch: SizePatch) -> Result<Size> {
    cx.write(async |tx| {
        let mut size = store::by_id(tx.db(), id).await?;
        let currency = size.monthly.currency;
        let fits = |price: Option<kernel::Money>| price.is_none_or(|price| is_price(price, currency));
        Checks::new()
            .that(fits(patch.monthly), "monthly", &price_rule(currency))
            .that(fits(patch.hourly), "hourly", &price_rule(currency))
            .that(patch.class.as_deref().is_none_or(|class| class.is_empty() || is_class(class)), "class", CLASS)
            .done()?;
        if let Some(class) = &patch.class {
            size.class = Some(class.clone()).filter(|class| !class.is_empty());
        }
        size.monthly = patch.monthly.unwrap_or(size.monthly);
        size.hourly = patch.hourly.unwrap_or(size.hourly);
        size.visible = patch.visible.unwrap_or(size.visible);
        store::set(&tx, &size).await?;
        audit::record(&tx, at, id, "Changed what a size costs, where its machines go, or whether it is on sale").await?;
        Ok(size)
    })
    .await
}
