//! One's own matrix.

use kernel::{Cx, Error, Result, Scope};

use super::model::Preferences;
use super::store;
use crate::permissions::PreferenceView;

/// The matrix of the person behind `at`.
///
/// # Errors
/// Database errors.
pub async fn view(cx: &Cx, at: &Scope<PreferenceView>) -> Result<Preferences> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    Ok(Preferences { items: store::of(cx.db(), person).await? })
}
