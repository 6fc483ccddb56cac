//! Who belongs to an organisation.

use kernel::map::purpose;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope};

use super::model::Member;
use super::store;
use crate::permissions::MemberList;

/// The members of the organisation of `at`.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<MemberList>, query: &PageQuery) -> Result<Page<Member>> {
    let page = Page::from_rows(store::page(cx.db(), at, query).await?, query, |row| row.person);
    let sealed: Vec<&[u8]> = page.items.iter().flat_map(|row| [row.email.bytes(), row.name.bytes()]).collect();
    let gate = Gate::new(cx, at, &purpose::ACCOUNT, sealed).await?;
    page.try_map(|row| {
        Ok(Member {
            person_id: row.person,
            name: row.name.open(&gate)?,
            email: row.email.open(&gate)?,
            role: row.role,
            since: row.since,
            suspended: row.suspended,
        })
    })
}
