//! Says what an extra disk would cost in a month. Writes nothing.

use billing::quote::{Quote, quote_disk};
use kernel::permission::AtOrganisation;
use kernel::{Checks, Cx, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::disk_price;

/// What is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDiskQuote {
    /// How large the disk is, in GiB.
    pub size_gib: i32,
}

/// Quotes a disk for the scope's organisation.
///
/// # Errors
/// `Invalid` at `size_gib` for a disk without room.
pub async fn create<P: AtOrganisation>(cx: &Cx, at: &Scope<P>, new: NewDiskQuote) -> Result<Quote> {
    Checks::new().that(new.size_gib > 0, "size_gib", "use 1 GiB or more").done()?;
    let tax = billing::tax_for(cx, at.organisation_id()?).await?;
    quote_disk(&disk_price::view(cx, cx.db()).await?.price(), new.size_gib.into(), &tax)
}
