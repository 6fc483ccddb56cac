//! One try to send one mail.

use std::time::Duration;

use kernel::{ByWorkflow, Cx, Kind, Place, Result, Scope};

use super::model::Refusal;
use super::store::{self, Waiting};
use super::transport::{Sender, Transport};

/// One try takes less; after it a vanished sender's mail is taken up again.
const LEASE: Duration = Duration::from_secs(300);
/// The first wait between two tries; each is twice the one before.
const FIRST_WAIT: Duration = Duration::from_secs(10);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);
/// About a day of tries.
const MOST_TRIES: i32 = 32;

/// Tries to send `mail`; true when it went. Between the server's yes and our note of it we may be
/// killed: then it goes again with the same `Message-ID`, and mail programs show it once.
pub(super) async fn deliver(cx: &Cx, mail: &Waiting) -> Result<bool> {
    let until = cx.now().plus(LEASE);
    if !cx.write(async |tx| store::claim(&tx, mail, until).await).await? {
        return Ok(false);
    }
    let outcome = attempt(cx, mail).await?;
    cx.write(async |tx| match outcome {
        Ok(()) => store::set_sent(&tx, mail.id).await,
        Err(refusal) => {
            let again = refusal == Refusal::Later && mail.attempts + 1 < MOST_TRIES;
            store::set_refused(&tx, mail.id, refusal, again.then(|| tx.cx().now().plus(wait(mail.attempts)))).await
        }
    })
    .await?;
    Ok(outcome.is_ok())
}

async fn attempt(cx: &Cx, mail: &Waiting) -> Result<std::result::Result<(), Refusal>> {
    let at = Scope::<ByWorkflow>::acting("notifications.mail.send", Place::Person { person: mail.person() });
    let opened = match mail.open(cx, &at).await {
        Ok(opened) => opened,
        // Erased, or restricted at the person's request: it must not go, now or later.
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Denied | Kind::Restricted) => return Ok(Err(Refusal::Never)),
        Err(error) => return Err(error),
    };
    match &*cx.extension::<Transport>()? {
        Transport::Mailbox => Ok(Ok(())),
        Transport::Smtp(smtp) => smtp.send(cx, &*cx.extension::<Sender>()?, &opened).await,
    }
}

/// The wait after the try with this number, from zero.
fn wait(attempts: i32) -> Duration {
    FIRST_WAIT.saturating_mul(1 << attempts.clamp(0, 16)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_an_hour() {
        assert_eq!(wait(0), Duration::from_secs(10));
        assert_eq!(wait(3), Duration::from_secs(80));
        assert_eq!(wait(MOST_TRIES), LONGEST_WAIT);
        let whole: Duration = (0..MOST_TRIES).map(wait).sum();
        assert!(whole > Duration::from_secs(20 * 3600));
    }
}
