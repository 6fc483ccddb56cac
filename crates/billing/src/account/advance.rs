//! Moves an organisation's billing clock forward, for rehearsals with the test provider.

use std::time::Duration;

use kernel::{Cx, Error, Result, Scope};

use super::model::TestClock;
use super::{ensured, store};
use crate::invoice;
use crate::payment::TestProvider;
use crate::permissions::{ClockAdvance, ClockView};

/// The farthest that one step may go.
const LONGEST: Duration = Duration::from_secs(2 * 366 * 86_400);

/// The clock as it stands.
///
/// # Errors
/// Database errors.
pub async fn view(cx: &Cx, at: &Scope<ClockView>) -> Result<TestClock> {
    let account = ensured(cx, at.organisation_id()?).await?;
    Ok(TestClock { enabled: cx.extension::<TestProvider>().is_ok(), now: account.now(cx) })
}

/// Moves it to `to` and invoices the periods that have ended by then.
///
/// # Errors
/// `Denied` without the test provider; `Invalid` when `to` is not ahead.
pub async fn advance(cx: &Cx, at: &Scope<ClockAdvance>, to: kernel::Timestamp) -> Result<TestClock> {
    cx.extension::<TestProvider>().map_err(|_| Error::denied("The clock can be moved only where the test payment provider is switched on."))?;
    let organisation = at.organisation_id()?;
    let account = ensured(cx, organisation).await?;
    let now = account.now(cx);
    if to <= now || to > now.plus(LONGEST) {
        return Err(Error::invalid("to", "choose a time after the present billing time, at most two years later"));
    }
    cx.write(async |tx| {
        store::set_offset(&tx, organisation, to.0 - tx.cx().now().0).await?;
        audit::record(&tx, at, organisation, format!("moved the billing clock to {to}")).await
    })
    .await?;
    invoice::close::all_ended(cx, organisation).await?;
    Ok(TestClock { enabled: true, now: to })
}
