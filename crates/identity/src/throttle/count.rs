//! Counting an attempt before it is made, so that many at once cannot slip past the limit.

use kernel::{Cx, Error, Result, Tx};

use super::model::{Counter, LIMIT, MAIL_LIMIT, wait};
use super::store;

/// Counts one attempt on each of `counters`.
///
/// # Errors
/// `Exhausted` with the time to wait when one of them is over its limit.
pub(crate) async fn count(cx: &Cx, counters: &[Counter]) -> Result<()> {
    let now = cx.now();
    let longest = cx
        .write(async |tx| {
            let mut longest = None;
            for counter in counters {
                let (attempts, started) = store::add(tx.db(), counter, now).await?;
                if attempts > LIMIT {
                    longest = longest.max(Some(wait(started, now)));
                }
            }
            Ok(longest)
        })
        .await?;
    match longest {
        None => Ok(()),
        Some(wait) => Err(Error::exhausted("Too many failed attempts. Please wait some minutes and try again, or reset your password.").retry_after(wait)),
    }
}

/// Counts one mail asked for; false when it is one too many and should silently not be sent.
pub(crate) async fn within(tx: &Tx, counter: &Counter) -> Result<bool> {
    let (mails, _) = store::add(tx.db(), counter, tx.cx().now()).await?;
    Ok(mails <= MAIL_LIMIT)
}

/// Forgets all attempts on `counter`: it was the right person.
pub(crate) async fn clear(tx: &Tx, counter: &Counter) -> Result<()> {
    store::remove(tx.db(), counter).await
}

/// Takes one attempt back: this one was right, others from the same address may have been wrong.
pub(crate) async fn forgive(tx: &Tx, counter: &Counter) -> Result<()> {
    store::subtract(tx.db(), counter).await
}
