//! Finds or opens an organisation's account.

use kernel::{Cx, OrganisationId, Result, Tx};

use super::{Account, store};
use crate::party;
use crate::rate::month_of;

/// The account of `organisation`; opened if there is none.
///
/// # Errors
/// Database errors; those of the directory when the account is new.
pub async fn of(tx: &Tx, organisation: OrganisationId) -> Result<Account> {
    if let Some(account) = store::by_organisation(tx.db(), organisation).await? {
        return Ok(account);
    }
    let now = tx.cx().now();
    let account = Account { organisation_id: organisation, currency: party::currency(tx.cx()).await?, clock_offset: 0, period_from: month_of(now)?.from };
    store::insert(tx, &account).await?;
    Ok(store::by_organisation(tx.db(), organisation).await?.unwrap_or(account))
}

/// The same outside a transaction.
pub(crate) async fn ensured(cx: &Cx, organisation: OrganisationId) -> Result<Account> {
    match store::by_organisation(cx.db(), organisation).await? {
        Some(account) => Ok(account),
        None => cx.write(async |tx| of(&tx, organisation).await).await,
    }
}
