//! Who sells and who buys. Billing keeps no copy of names and addresses except on documents; the
//! server brings a [`Particulars`] that knows them.

use futures::future::BoxFuture;
use kernel::{Currency, Cx, OrganisationId, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::tax::{Seat, Treatment, treatment};

/// One side of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Party {
    /// Legal name.
    pub name: String,
    /// Postal address, lines separated by line feeds.
    pub address: Option<String>,
    /// ISO 3166 code.
    pub country: Option<String>,
    /// Tax registration.
    pub tax_id: Option<String>,
}

/// The operator as a seller.
#[derive(Debug, Clone)]
pub struct Seller {
    /// What stands on documents.
    pub party: Party,
    /// The currency of prices and books.
    pub currency: Currency,
}

/// Knows the particulars of operator and organisations.
pub trait Particulars: Send + Sync {
    /// The operator.
    fn operator<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, Result<Seller>>;
    /// A customer.
    fn organisation<'a>(&'a self, cx: &'a Cx, organisation: OrganisationId) -> BoxFuture<'a, Result<Party>>;
}

/// The extension under which the server brings it.
pub struct Directory(pub Box<dyn Particulars>);

/// Both sides of a sale.
#[derive(Debug, Clone)]
pub(crate) struct Sides {
    pub(crate) seller: Seller,
    pub(crate) buyer: Party,
}

impl Sides {
    pub(crate) async fn of(cx: &Cx, organisation: OrganisationId) -> Result<Self> {
        let directory = cx.extension::<Directory>()?;
        Ok(Self { seller: directory.0.operator(cx).await?, buyer: directory.0.organisation(cx, organisation).await? })
    }

    pub(crate) fn tax(&self, at: Timestamp) -> Result<Treatment> {
        treatment(&seat(&self.seller.party), &seat(&self.buyer), at)
    }
}

fn seat(party: &Party) -> Seat {
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    Seat { country: party.country.clone().filter(|country| !country.is_empty()), registered: filled(&party.tax_id) }
}

/// The tax that a sale to `organisation` carries now; for quotes.
///
/// # Errors
/// Those of the directory.
pub async fn tax_for(cx: &Cx, organisation: OrganisationId) -> Result<Treatment> {
    Sides::of(cx, organisation).await?.tax(cx.now())
}

/// The operator's currency.
///
/// # Errors
/// Those of the directory.
pub async fn currency(cx: &Cx) -> Result<Currency> {
    Ok(cx.extension::<Directory>()?.0.operator(cx).await?.currency)
}
