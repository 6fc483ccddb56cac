//! The keys of a project. Three statements, whatever the page.

use kernel::map::purpose;
use kernel::permission::AtProject;
use kernel::{Cx, Gate, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{SshKey, fingerprint};
use super::store::{self, Row};

/// The project's keys, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; `Denied` by the gate; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<SshKey>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    let gate = Gate::new(cx, at, &purpose::SERVICE, rows.iter().flat_map(|row| [row.name.bytes(), row.public_key.bytes()])).await?;
    let shown = |row: Row| {
        let line = row.public_key.open(&gate)?;
        Ok(SshKey { id: row.id, name: row.name.open(&gate)?, fingerprint: fingerprint(&line)?, ssh_public_key: line, created_at: Timestamp(row.created_at) })
    };
    let keys = rows.into_iter().map(shown).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(keys, query, |one| one.id))
}
