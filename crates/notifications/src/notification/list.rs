//! One's own notifications.

use kernel::map::purpose;
use kernel::{Cx, Error, Gate, Page, PageQuery, Result, Scope};

use super::model::{Notification, Unread};
use super::store;
use crate::permissions::NotificationList;

/// The notifications of the person behind `at`, newest first.
///
/// # Errors
/// Database errors; `Invalid` for a wrong cursor.
pub async fn list(cx: &Cx, at: &Scope<NotificationList>, query: &PageQuery) -> Result<Page<Notification>> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    let page = Page::from_rows(store::page(cx.db(), person, query).await?, query, |row| row.id);
    let gate = Gate::new(cx, at, &purpose::NOTICE, page.items.iter().map(|row| row.content.bytes()).collect::<Vec<_>>()).await?;
    page.try_map(|row| {
        let said = row.content.open(&gate)?;
        Ok(Notification { id: row.id, topic: row.topic, title: said.title, link: said.link, at: row.at, read_at: row.read_at })
    })
}

/// How many of them were not read.
///
/// # Errors
/// Database errors.
pub async fn unread(cx: &Cx, at: &Scope<NotificationList>) -> Result<Unread> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    Ok(Unread { count: store::unread(cx.db(), person).await? })
}
