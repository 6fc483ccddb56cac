//! The history of sign-ins to one's own account.

use kernel::map::Purpose;
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope};

use super::model::SignIn;
use super::store;
use crate::permissions::SignInList;

/// The attempts on the account of the person behind `at`, newest first, opened for `purpose`.
///
/// # Errors
/// `Invalid` for a wrong cursor; `Denied` when the data map does not allow the purpose.
pub async fn list(cx: &Cx, at: &Scope<SignInList>, purpose: &'static Purpose, query: &PageQuery) -> Result<Page<SignIn>> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let page = Page::from_rows(store::page(cx.db(), person, query).await?, query, |row| row.id);
    let mut sealed: Vec<&[u8]> = Vec::new();
    for row in &page.items {
        sealed.extend(row.agent.as_ref().map(|agent| agent.bytes()));
        sealed.extend(row.network.as_ref().map(|network| network.bytes()));
    }
    let gate = Gate::new(cx, at, purpose, sealed).await?;
    page.try_map(|row| {
        let agent = row.agent.map(|agent| agent.open(&gate)).transpose()?;
        let network = row.network.map(|network| network.open(&gate)).transpose()?;
        Ok(SignIn::of(row.id, row.at, row.outcome, agent, network))
    })
}
