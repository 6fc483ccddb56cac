//! "What you hold about me": counted from actual rows, one statement for all tables.

pub mod api;
mod words;

use kernel::{Cx, Place, Result, Scope};
use serde::{Deserialize, Serialize};

use crate::accounts::Owners;
use crate::permissions::HoldingView;
use crate::walk;
use crate::wiring::Wiring;

/// One kind of data held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct HoldingSection {
    /// The table's name, the same as in exports.
    pub section: String,
    /// What people read.
    pub title: String,
    /// The kinds of personal data in it.
    pub categories: Vec<String>,
    /// Rows of this person and of their own organisations.
    pub count: u64,
    /// How long it is kept.
    pub kept: String,
}

/// All of it; sections without rows are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holdings {
    /// Sections that hold something.
    pub sections: Vec<HoldingSection>,
}

/// Counts what is held about the person of `at`.
///
/// # Errors
/// Database errors.
pub async fn list(cx: &Cx, at: &Scope<HoldingView>) -> Result<Holdings> {
    let Place::Person { person } = at.place() else { return Err(kernel::Error::internal("a person scope without a person")) };
    let owners = Owners::of(cx, cx.extension::<Wiring>()?.accounts.as_ref(), person).await?;
    of(cx, &owners).await
}

/// The same for given owners.
pub(crate) async fn of(cx: &Cx, owners: &Owners) -> Result<Holdings> {
    let ids = owners.uuids();
    let tables: Vec<_> = walk::owned(cx.map()).filter(|table| table.is_personal()).collect();
    let wanted = tables.iter().filter_map(|table| Some((table.name, walk::store::belongs(cx.map(), table, &ids)?))).collect();
    let counts = walk::store::counts(cx.db(), wanted).await?;
    let sections = tables
        .into_iter()
        .filter_map(|table| {
            let count = counts.get(table.name).copied().filter(|count| *count > 0)?;
            let mut categories: Vec<String> = table.columns.iter().filter_map(|entry| entry.category).map(|one| one.text.to_owned()).collect();
            categories.sort_unstable();
            categories.dedup();
            Some(HoldingSection { section: table.name.to_owned(), title: table.title.to_owned(), categories, count, kept: words::kept(table) })
        })
        .collect();
    Ok(Holdings { sections })
}
