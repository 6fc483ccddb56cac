//! The public addresses of a project.

use kernel::permission::AtProject;
use kernel::{Cx, Page, PageQuery, Result, Scope, Timestamp};

use super::model::{Address, AddressId};
use super::store::{self, Row};

/// The project's addresses, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list<P: AtProject>(cx: &Cx, at: &Scope<P>, query: &PageQuery) -> Result<Page<Address>> {
    let rows = store::page(cx.db(), at, query.after()?, query.limit()).await?;
    Ok(Page::from_rows(rows.into_iter().map(shown).collect(), query, |one: &Address| one.id))
}

/// One address of the project.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn view<P: AtProject>(cx: &Cx, at: &Scope<P>, id: AddressId) -> Result<Address> {
    Ok(shown(store::by_id(cx.db(), at, id).await?))
}

/// A row as its holder sees it.
pub(super) fn shown(row: Row) -> Address {
    Address {
        id: row.id,
        ipv4: row.ipv4,
        instance_id: row.instance_id,
        reverse_name: row.reverse_name,
        operation_id: row.operation_id,
        created_at: Timestamp(row.created_at),
    }
}
