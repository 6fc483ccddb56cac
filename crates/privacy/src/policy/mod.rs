//! The policy: texts and machine forms made from the running map, versions on the log, and the
//! public pages' bodies. Page chrome belongs to the server.

pub mod api;
pub mod diff;
pub mod document;
pub(crate) mod machine;
pub mod publish;
pub mod render;
pub(crate) mod store;
pub mod versions;
pub(crate) mod words;

use kernel::{Cx, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};

pub use diff::{Change, Difference, Materiality, difference};
pub use document::Document;
pub use publish::{WINDOW, publish};
pub use render::{Format, VersionNote, render};
pub use versions::{Summary, VersionView};

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
    /// Its address.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Privacy => "/privacy",
            Self::Cookies => "/cookies",
            Self::Retention => "/retention",
            Self::SubProcessors => "/sub-processors",
        }
    }

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

/// Which version somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one in force now.
    InForce,
    /// The one that was in force then.
    At(Timestamp),
    /// The one of this number, in force or not.
    Number(i64),
}

/// The version that `which` names.
///
/// # Errors
/// `Conflict` before the first was published; `NotFound` when there was none then, or none of that number.
pub(crate) async fn version(cx: &Cx, which: Which) -> Result<store::Version> {
    match which {
        Which::Number(number) => store::by_number(cx.db(), number).await,
        Which::At(then) => store::in_force(cx.db(), then).await?.ok_or_else(|| Error::not_found("version")),
        Which::InForce => store::in_force(cx.db(), cx.now()).await?.ok_or_else(|| Error::conflict("The policy is not published yet.")),
    }
}

/// The published policy in one of its forms, byte for byte as it was published, and the text's SHA-256.
///
/// # Errors
/// As [`version`].
pub async fn published(cx: &Cx, which: Which, format: Format) -> Result<(String, String)> {
    let version = version(cx, which).await?;
    text(cx, &version, format.key()).await
}

async fn text(cx: &Cx, version: &store::Version, form: &str) -> Result<(String, String)> {
    if let Some((text, hash)) = store::text(cx.db(), version.number, form).await? {
        if render::sha256(&text) != hash {
            return Err(Error::internal(format!("the published text {form} of version {} was changed by hand", version.number)));
        }
        return Ok((text, hash));
    }
    // A version from before texts were kept; its document says the same in the templates of today.
    let document = store::document(cx.db(), version.number).await?;
    let made = render::texts(&document, &version.note())?.into_iter().find(|(name, _, _)| *name == form);
    made.map(|(_, text, hash)| (text, hash)).ok_or_else(|| Error::not_found("text"))
}

/// The version that has exactly the texts of the running map, in force or announced.
///
/// # Errors
/// `Conflict` when they are not published.
pub async fn running(cx: &Cx) -> Result<VersionNote> {
    let digest = render::digest(&Document::of(cx.map(), &operator(cx).await?)?)?;
    let in_force = version(cx, Which::InForce).await?.number;
    let versions = store::all(cx.db()).await?;
    let found = versions.iter().find(|version| version.number >= in_force && version.digest == digest);
    found.map(store::Version::note).ok_or_else(|| Error::conflict("The policy changed and is not published yet."))
}

/// Compares every text of the version in force with the statement in the log; names the first that differs.
///
/// # Errors
/// As [`version`].
pub async fn altered(cx: &Cx) -> Result<Option<String>> {
    let version = version(cx, Which::InForce).await?;
    let statement = audit::log::bundle(cx, audit::log::LogIndex(version.log_index)).await?.opening.map(|opening| opening.statement).unwrap_or_default();
    let statement: serde_json::Value = serde_json::from_str(&statement).unwrap_or_default();
    let logged = |form: &str| statement.pointer("/body/texts")?.get(form)?.as_str();
    for form in render::PAGES.into_iter().chain(Format::ALL.map(Format::key)) {
        let kept = store::text(cx.db(), version.number, form).await?;
        if kept.is_some_and(|(text, _)| logged(form) != Some(render::sha256(&text).as_str())) {
            return Ok(Some(form.to_owned()));
        }
    }
    Ok(None)
}

/// The body of a page: of the version in force, or of the one of `number`. It says so when another
/// version is in force, or when the next one is announced.
///
/// # Errors
/// As [`version`].
pub async fn page(cx: &Cx, kind: PageKind, number: Option<i64>) -> Result<PageContent> {
    let shown = version(cx, number.map_or(Which::InForce, Which::Number)).await?;
    let (title, template) = kind.template();
    let (text, _) = text(cx, &shown, template).await?;
    let in_force = if number.is_some() { version(cx, Which::InForce).await?.number } else { shown.number };
    let newest = store::newest(cx.db()).await?;
    let announced = newest.filter(|newest| newest.number > in_force && shown.number == in_force);
    let facts = serde_json::json!({ "shown": shown.note(), "in_force": in_force, "announced": announced.map(|one| one.note()), "path": kind.path() });
    Ok(PageContent { title: title.to_owned(), html_body: render::template("which.html", &facts)? + &text })
}
