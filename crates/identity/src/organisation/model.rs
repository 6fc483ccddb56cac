//! What an organisation is to others, and the rules for billing particulars.

use kernel::{Checks, OrganisationId, PersonId, Result, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// What its people call it.
        pub Name: String = "identity.organisation.name");
    kernel::field!(
        /// The name on invoices.
        pub LegalName: String = "identity.organisation.legal_name");
    kernel::field!(
        /// The postal address on invoices, in lines.
        pub Address: String = "identity.organisation.address");
    kernel::field!(
        /// ISO 3166 code of the country that it is taxed in.
        pub Country: String = "identity.organisation.country");
    kernel::field!(
        /// VAT number or the like.
        pub TaxId: String = "identity.organisation.tax_id");
}

/// An organisation with its billing particulars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Organisation {
    /// Which.
    pub id: OrganisationId,
    /// What its people call it.
    pub name: String,
    /// The name on invoices.
    pub legal_name: Option<String>,
    /// The postal address on invoices, in lines.
    pub address: Option<String>,
    /// ISO 3166 code of the country that it is taxed in.
    pub country: Option<String>,
    /// VAT number or the like.
    pub tax_id: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A new organisation of somebody who has an account.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct NewOrganisation {
    /// What its people call it.
    pub name: String,
}

/// To whom an organisation goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct Transfer {
    /// A member, who becomes an owner; the giver stays as an admin.
    pub person_id: PersonId,
}

/// What an invoice says about its buyer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillingParticulars {
    /// The legal name; the organisation's name while none was given.
    pub name: String,
    /// The postal address, in lines.
    pub address: Option<String>,
    /// ISO 3166 code.
    pub country: Option<String>,
    /// VAT number or the like.
    pub tax_id: Option<String>,
}

/// A change; what is absent stays, `null` removes.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub struct OrganisationPatch {
    /// What its people call it.
    pub name: Option<String>,
    /// The name on invoices.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub legal_name: Option<Option<String>>,
    /// The postal address on invoices, in lines.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub address: Option<Option<String>>,
    /// ISO 3166 code, two letters.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub country: Option<Option<String>>,
    /// VAT number or the like.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub tax_id: Option<Option<String>>,
}

/// Tells `null` from absent.
fn present<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(from).map(Some)
}

impl OrganisationPatch {
    /// The same with each text in its normal form; empty texts remove like `null`.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn checked(&self) -> Result<Self> {
        let tidy = |text: &Option<Option<String>>| text.as_ref().map(|text| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
        let patch = Self {
            name: self.name.as_deref().map(|name| name.trim().to_owned()),
            legal_name: tidy(&self.legal_name),
            address: tidy(&self.address),
            country: tidy(&self.country).map(|country| country.map(|code| code.to_ascii_uppercase())),
            tax_id: tidy(&self.tax_id).map(|id| id.map(|id| id.to_ascii_uppercase().replace([' ', '.'], ""))),
        };
        let given = |text: &Option<Option<String>>| text.clone().flatten().unwrap_or_default();
        let mut checks = Checks::new();
        if let Some(name) = &patch.name {
            checks.also(crate::person::normal_name("name", name).map(|_| ()));
        }
        checks
            .that(
                given(&patch.legal_name).chars().count() <= 200 && !given(&patch.legal_name).chars().any(char::is_control),
                "legal_name",
                "Use at most 200 characters in one line.",
            )
            .that(given(&patch.address).chars().count() <= 500, "address", "Use at most 500 characters.")
            .that(patch.country.clone().flatten().is_none_or(|code| is_country(&code)), "country", "Use the two letters of ISO 3166, such as DE.")
            .that(patch.tax_id.clone().flatten().is_none_or(|id| is_tax_id(&id)), "tax_id", "Use 4 to 20 letters, digits or hyphens.")
            .done()?;
        Ok(patch)
    }
}

/// Two capital letters. Which of them are countries changes; tax rules know the ones that matter.
pub(crate) fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_tax_id(id: &str) -> bool {
    (4..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_stays_and_null_removes() {
        let patch =
            OrganisationPatch { legal_name: Some(None), address: Some(Some(" ".into())), country: Some(Some("de".into())), ..OrganisationPatch::default() };
        let patch = patch.checked().unwrap();
        assert_eq!(patch.legal_name, Some(None));
        assert_eq!(patch.address, Some(None));
        assert_eq!(patch.country, Some(Some("DE".into())));
        assert_eq!(patch.tax_id, None);
    }

    #[test]
    fn wrong_particulars_are_named_at_their_field() {
        let patch =
            OrganisationPatch { name: Some(" ".into()), country: Some(Some("Germany".into())), tax_id: Some(Some("?".into())), ..OrganisationPatch::default() };
        let fields: Vec<_> = patch.checked().unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
        assert_eq!(fields, ["name", "country", "tax_id"]);
    }
}
