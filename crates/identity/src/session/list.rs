//! Where a person is signed in.

use kernel::map::purpose;
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope};

use super::model::Session;
use super::store;
use crate::permissions::SessionList;
use crate::token;

/// The sessions of the person behind `at`, newest first; `current` is the secret of the asking one.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<SessionList>, query: &PageQuery, current: Option<&str>) -> Result<Page<Session>> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let rows = store::page(cx.db(), person, cx.now(), query).await?;
    let current = current.map(token::digest);
    let page = Page::from_rows(rows, query, |row| row.id);
    let mut sealed: Vec<&[u8]> = Vec::new();
    for row in &page.items {
        sealed.extend(row.agent.as_ref().map(|agent| agent.bytes()));
        sealed.extend(row.network.as_ref().map(|network| network.bytes()));
    }
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, sealed).await?;
    page.try_map(|row| {
        let agent = row.agent.map(|agent| agent.open(&gate)).transpose()?;
        Ok(Session {
            id: row.id,
            current: current.as_ref() == Some(&row.token),
            system: agent.as_ref().map(|agent| agent.system),
            device: agent.as_ref().map(|agent| agent.device),
            browser: agent.and_then(|agent| agent.browser),
            network: row.network.map(|network| network.open(&gate)).transpose()?,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        })
    })
}
