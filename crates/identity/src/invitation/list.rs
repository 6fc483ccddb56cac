//! Open invitations.

use kernel::map::purpose;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope};

use super::model::Invitation;
use super::store;
use crate::permissions::InvitationList;

/// The open invitations of the organisation of `at`, newest first.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<InvitationList>, query: &PageQuery) -> Result<Page<Invitation>> {
    let page = Page::from_rows(store::page(cx.db(), at, cx.now(), query).await?, query, |row| row.id);
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, page.items.iter().map(|row| row.email.bytes()).collect::<Vec<_>>()).await?;
    page.try_map(|row| Ok(Invitation { id: row.id, email: row.email.open(&gate)?, role: row.role, created_at: row.created_at, expires_at: row.expires_at }))
}
