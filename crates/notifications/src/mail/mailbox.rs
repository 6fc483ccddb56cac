//! The mailbox of a demonstration: shows the mails that would have gone.

use kernel::{ByWorkflow, Cx, Error, Place, Result, Scope};

use super::transport::Transport;
use super::{render, store};

/// Mails on the page.
const SHOWN: u64 = 50;

/// The page with the newest mails, as HTML.
///
/// # Errors
/// `NotFound` where mails really go: nobody may read them there.
pub async fn mailbox(cx: &Cx) -> Result<String> {
    if !matches!(cx.extension::<Transport>().as_deref(), Ok(Transport::Mailbox)) {
        return Err(Error::not_found("page"));
    }
    let at = Scope::<ByWorkflow>::acting("notifications.demo.mailbox", Place::Platform);
    render::mailbox(&store::sent(cx, &at, SHOWN).await?)
}
