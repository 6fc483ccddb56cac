//! Tells everybody of new versions of the policy, and notes whom, how and when.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Result};

use super::model::{Channel, Readers};
use super::store;
use crate::policy::store as versions;

/// Time between two runs.
const EVERY: Duration = Duration::from_secs(60);
/// People told in one transaction.
const BATCH: u64 = 100;

/// The periodic work.
pub const TELL: Job = Job { name: "privacy.notice.tell", purpose: &purpose::RIGHTS, every: EVERY, run: |cx| Box::pin(async move { tell(&cx).await }) };

/// One run. Whoever signs up before a version is in force is told too; after that the text that
/// they signed up under is the version itself. May stop anywhere and goes on where it stopped.
///
/// # Errors
/// Database errors.
pub async fn tell(cx: &Cx) -> Result<usize> {
    let readers = cx.extension::<Readers>()?;
    let mut told = 0;
    for (version, mut last) in versions::to_tell(cx.db()).await? {
        let (note, in_force) = (version.note(), version.effective_at <= cx.now());
        loop {
            let people = readers.0.people(cx, last, BATCH).await?;
            let complete = people.len() < usize::try_from(BATCH).unwrap_or(usize::MAX);
            cx.write(async |tx| {
                for person in &people {
                    for channel in Channel::of(version.materiality) {
                        let is_new = store::insert(&tx, *person, version.number, *channel).await?;
                        if is_new && *channel == Channel::Mail {
                            readers.0.mail(&tx, *person, &note).await?;
                        }
                    }
                }
                versions::set_told(&tx, version.number, people.last().copied(), complete && in_force).await
            })
            .await?;
            told += people.len();
            last = people.last().copied().or(last);
            if complete {
                break;
            }
        }
    }
    Ok(told)
}
