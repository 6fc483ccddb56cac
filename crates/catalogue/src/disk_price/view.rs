//! What an extra disk costs now.

use kernel::{Cx, Money, Result, setting};
use sea_orm::ConnectionTrait;

use super::model::{DiskPrice, PRICE};

/// The price, in the operator's currency.
///
/// # Errors
/// `Conflict` before the installation is set up; database errors.
pub async fn view(cx: &Cx, db: &impl ConnectionTrait) -> Result<DiskPrice> {
    match setting::read::<Money>(db, PRICE).await? {
        Some(gib_month) => DiskPrice::of(gib_month),
        None => DiskPrice::standard(billing::party::currency(cx).await?),
    }
}
