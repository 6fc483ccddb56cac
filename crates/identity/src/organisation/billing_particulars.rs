//! What invoices and notices need of an organisation.

use kernel::map::purpose;
use kernel::permission::AtOrganisation;
use kernel::{Cx, Error, PersonId, Result, Scope};
use sea_orm::ConnectionTrait;

use super::model::BillingParticulars;
use super::store;
use super::view::open;
use crate::member;

/// What an invoice says about the organisation of `at`, opened for billing.
///
/// # Errors
/// `NotFound` after an erasure; `Denied` by the gate.
pub async fn billing_particulars<P: AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<BillingParticulars> {
    let row = store::here(cx.db(), at).await?.ok_or_else(|| Error::not_found("organisation"))?;
    let opened = open(cx, at, &purpose::BILLING, &[row]).await?.pop().ok_or_else(|| Error::not_found("organisation"))?;
    Ok(BillingParticulars { name: opened.legal_name.unwrap_or(opened.name), address: opened.address, country: opened.country, tax_id: opened.tax_id })
}

/// The owners of the organisation of `at`: who is told about invoices and machines.
///
/// # Errors
/// Database errors.
pub async fn owners<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<PersonId>> {
    member::store::owners(db, at).await
}
