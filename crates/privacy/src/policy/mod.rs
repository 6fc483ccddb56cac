//! The policy: texts and machine forms made from the running map, versions on the log, and the
//! public pages' bodies. Page chrome belongs to the server.

pub mod api;
pub mod diff;
pub mod document;
pub(crate) mod machine;
pub mod publish;
pub mod render;
pub(crate) mod store;

use kernel::{Cx, Error, Result};
use serde::{Deserialize, Serialize};

pub use diff::{Change, Difference, Materiality, difference};
pub use document::Document;
pub use publish::publish;
pub use render::{Format, VersionNote, render};

use crate::wiring::Wiring;

/// A public page without its chrome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageContent {
    /// For the title bar.
    pub title: String,
    /// HTML, escaped, without scripts.
    pub html_body: String,
}

/// The pages that are made from the policy alone. Choices and trust have pages of their own:
/// [`crate::choice::page`], [`crate::promise::page`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageKind {
    /// `/privacy`
    Privacy,
    /// `/cookies`
    Cookies,
    /// `/retention`
    Retention,
    /// `/sub-processors`
    SubProcessors,
}

impl PageKind {
    const fn template(self) -> (&'static str, &'static str) {
        match self {
            Self::Privacy => ("Privacy policy", "privacy.html"),
            Self::Cookies => ("Cookie policy", "cookies.html"),
            Self::Retention => ("How long we keep data", "retention.html"),
            Self::SubProcessors => ("Who receives data", "sub-processors.html"),
        }
    }
}

/// The operator's particulars.
///
/// # Errors
/// `Conflict` before the set-up has asked for them.
pub async fn operator(cx: &Cx) -> Result<crate::accounts::Operator> {
    let wiring = cx.extension::<Wiring>()?;
    wiring.accounts.operator(cx).await?.ok_or_else(|| Error::conflict("The policy cannot be published before the set-up has asked who the operator is."))
}

/// The document of now, and the version under which exactly these texts were published.
///
/// # Errors
/// `Conflict` when it cannot be published or was not: a text without a date is not shown.
pub async fn current(cx: &Cx) -> Result<(Document, VersionNote)> {
    let document = Document::of(cx.map(), &operator(cx).await?)?;
    let digest = render::digest(&document)?;
    match store::newest(cx.db()).await? {
        Some(version) if version.digest == digest => Ok((document, version.note())),
        _ => Err(Error::conflict("The policy changed and is not published yet.")),
    }
}

/// The published policy in one of its forms.
///
/// # Errors
/// As [`current`].
pub async fn published(cx: &Cx, format: Format) -> Result<String> {
    let (document, version) = current(cx).await?;
    render::of_document(&document, Some(&version), format)
}

/// The body of a page.
///
/// # Errors
/// As [`current`].
pub async fn page(cx: &Cx, kind: PageKind) -> Result<PageContent> {
    let (document, version) = current(cx).await?;
    let (title, template) = kind.template();
    Ok(PageContent { title: title.to_owned(), html_body: render::page(&document, Some(&version), template)? })
}
