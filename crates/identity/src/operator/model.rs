//! Who runs the installation: the business particulars that the policy and invoices print.

use kernel::{Checks, Currency, Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::organisation::is_country;
use crate::person::normal_email;

/// The operator's published particulars. They describe a business, not a person, and are printed
/// on public pages, so they are a setting and not sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operator {
    /// The legal entity.
    pub legal_name: String,
    /// Its postal address, in lines.
    pub address: String,
    /// ISO 3166 code, two letters.
    pub country: String,
    /// Where people write about their data; published.
    pub privacy_email: String,
    /// What prices and invoices are in.
    pub currency: Currency,
    /// VAT number or the like; without one no tax is charged.
    pub tax_registration: Option<String>,
}

impl Operator {
    /// The same with each text in its normal form.
    ///
    /// # Errors
    /// `Invalid` with every wrong field, below `operator.`.
    pub(crate) fn checked(&self) -> Result<Self> {
        let trimmed = |text: &str| text.trim().to_owned();
        let country = self.country.trim().to_ascii_uppercase();
        let email = normal_email("operator.privacy_email", &self.privacy_email);
        let tax = self.tax_registration.as_deref().map(trimmed).filter(|text| !text.is_empty());
        Checks::new()
            .that(
                !self.legal_name.trim().is_empty() && self.legal_name.chars().count() <= 200,
                "operator.legal_name",
                "Name the legal entity, in at most 200 characters.",
            )
            .that(
                !self.address.trim().is_empty() && self.address.chars().count() <= 500,
                "operator.address",
                "Give the postal address, in at most 500 characters.",
            )
            .that(is_country(&country), "operator.country", "Use the two letters of ISO 3166, such as DE.")
            .that(tax.as_deref().unwrap_or_default().len() <= 40, "operator.tax_registration", "Use at most 40 characters.")
            .also(email.as_ref().map(|_| ()).map_err(|error| Error::invalid_fields(error.fields().to_vec())))
            .done()?;
        Ok(Self {
            legal_name: trimmed(&self.legal_name),
            address: trimmed(&self.address),
            country,
            privacy_email: email?,
            currency: self.currency,
            tax_registration: tax,
        })
    }
}

/// The first member of the staff.
#[derive(Deserialize, ToSchema)]
pub struct NewOwner {
    /// Where mail goes; the name for signing in.
    pub email: String,
    /// At least ten characters and hard to guess.
    pub password: String,
    /// What we call them.
    pub name: String,
}

/// The set-up at first start.
#[derive(Deserialize, ToSchema)]
pub struct SetUp {
    /// The one-time token of the link that the start printed.
    pub token: String,
    /// Who runs the installation.
    pub operator: Operator,
    /// Its owner.
    pub owner: NewOwner,
}

/// Whether somebody has to do the set-up.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct SetUpState {
    /// Nobody has said yet who runs this installation.
    pub needed: bool,
    /// It is a demonstration.
    pub demo: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_particulars_are_named_at_their_field() {
        let wrong = Operator {
            legal_name: " ".into(),
            address: String::new(),
            country: "Germany".into(),
            privacy_email: "privacy".into(),
            currency: Currency::from_code("EUR").unwrap(),
            tax_registration: Some(" ".into()),
        };
        let fields: Vec<_> = wrong.checked().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(fields, ["operator.legal_name", "operator.address", "operator.country", "operator.privacy_email"]);
    }
}
