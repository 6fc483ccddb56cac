//! Noting what was read.

use kernel::{Cx, Error, Result, Scope};

use super::model::Read;
use super::store;
use crate::permissions::NotificationRead;

/// Most ids in one request.
const MOST: usize = 200;

/// Notes that the person behind `at` read some of their notifications, or all. Ids of others are ignored.
///
/// # Errors
/// `Invalid` at `ids` for too many.
pub async fn read(cx: &Cx, at: &Scope<NotificationRead>, which: &Read) -> Result<()> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    if which.ids.as_ref().is_some_and(|ids| ids.len() > MOST) {
        return Err(Error::invalid("ids", "Name at most 200, or none for all."));
    }
    cx.write(async |tx| store::set_read(&tx, person, which.ids.as_deref()).await).await
}
