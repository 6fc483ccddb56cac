//! Changing one's own matrix.

use kernel::{Cx, Error, Result, Scope};

use super::model::{PreferenceUpdate as Update, Preferences};
use super::store;
use crate::permissions::PreferenceUpdate;

/// Applies lines to the matrix of the person behind `at`. All lines are stored then, so an export
/// shows the matrix as the page does.
///
/// # Errors
/// `Invalid` at the switch of a topic that cannot be switched off.
pub async fn update(cx: &Cx, at: &Scope<PreferenceUpdate>, new: &Update) -> Result<Preferences> {
    let person = at.actor().person().ok_or_else(|| Error::internal("a person scope without a person"))?;
    new.check()?;
    cx.write(async |tx| {
        let mut items = store::of(tx.db(), person).await?;
        for line in &mut items {
            if let Some(wanted) = new.items.iter().rev().find(|wanted| wanted.topic == line.topic) {
                (line.mail, line.in_app) = (wanted.mail, wanted.in_app);
            }
        }
        store::replace(&tx, person, &items).await?;
        audit::record(&tx, at, person, "Changed which messages they get").await?;
        Ok(Preferences { items })
    })
    .await
}
