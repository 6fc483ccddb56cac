//! Sends the waiting mails of one person now: before an erasure takes their key and address.

use kernel::{Cx, PersonId, Result};

use super::deliver::deliver;
use super::store;

/// Tries every waiting mail of `person` once; tells how many still wait.
///
/// # Errors
/// Database errors; what a mail server says is no error.
pub async fn flush(cx: &Cx, person: PersonId) -> Result<usize> {
    let waiting = store::waiting_of(cx.db(), person).await?;
    let all = waiting.len();
    let mut sent = 0;
    for mail in waiting {
        sent += usize::from(deliver(cx, &mail).await?);
    }
    Ok(all - sent)
}
