//! Says which name an address shall resolve to. Writing it into the DNS is left to the operator's name server.

use kernel::permission::AtProject;
use kernel::{Cx, Result, Scope};

use super::list;
use super::model::{Address, AddressId, AddressPatch};
use super::store::{self, Column};

/// Changes it.
///
/// # Errors
/// `Invalid` on `reverse_name`; `NotFound`; database errors.
pub async fn update<P: AtProject>(cx: &Cx, at: &Scope<P>, id: AddressId, patch: &AddressPatch) -> Result<Address> {
    patch.checks().done()?;
    cx.write(async |tx| {
        store::locked(&tx, at, id).await?;
        store::set(&tx, id, &[(Column::ReverseName, patch.name().into())]).await?;
        audit::record(&tx, at, id, "Changed the reverse name of a public address").await
    })
    .await?;
    list::view(cx, at, id).await
}
