//! Opening organisations for those who may see them.

use kernel::map::{Purpose, purpose};
use kernel::permission::{AtOrganisation, Permission};
use kernel::{Cx, Error, Gate, Result, Scope};

use super::model::Organisation;
use super::store::{self, Stored};

/// The organisation of `at`.
///
/// # Errors
/// `NotFound` when it was erased meanwhile.
pub async fn view<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Organisation> {
    let row = store::here(cx.db(), at).await?.ok_or_else(|| Error::not_found("organisation"))?;
    let mut opened = open(cx, at, &purpose::ACCOUNT, std::slice::from_ref(&row)).await?;
    opened.pop().ok_or_else(|| Error::not_found("organisation"))
}

/// Opens `rows` with one gate; for staff the gate writes to the access log first.
pub(crate) async fn open<P: Permission>(cx: &Cx, at: &Scope<P>, purpose: &'static Purpose, rows: &[Stored]) -> Result<Vec<Organisation>> {
    let gate = Gate::new(cx, at, purpose, rows.iter().map(|row| row.name.bytes()).collect::<Vec<_>>()).await?;
    let open = |row: &Stored| {
        Ok(Organisation {
            id: row.id,
            name: row.name.open(&gate)?,
            legal_name: row.legal_name.as_ref().map(|value| value.open(&gate)).transpose()?,
            address: row.address.as_ref().map(|value| value.open(&gate)).transpose()?,
            country: row.country.as_ref().map(|value| value.open(&gate)).transpose()?,
            tax_id: row.tax_id.as_ref().map(|value| value.open(&gate)).transpose()?,
            created_at: row.created_at,
        })
    };
    // All columns of an organisation are sealed under one key, so the names stand for all of them.
    rows.iter().map(open).collect()
}
