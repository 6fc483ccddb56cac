//! What this domain must know of accounts: who the operator is, which address a person confirms
//! with, and which organisations end with them. The identity domain answers; the server wires it.

use kernel::{Checks, Cx, Error, OrganisationId, PersonId, Result};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use kernel::id::Id;

/// The operator's particulars, as the policy names them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Operator {
    /// The legal name of the controller.
    pub legal_name: String,
    /// Its postal address.
    pub address: String,
    /// ISO 3166 country.
    pub country: String,
    /// Where people write about their data.
    pub privacy_email: String,
}

impl Operator {
    /// Nothing is published before all of it is known.
    ///
    /// # Errors
    /// `Conflict` that names what is missing.
    pub fn check(&self) -> Result<()> {
        let mut checks = Checks::new();
        checks
            .that(!self.legal_name.trim().is_empty(), "legal_name", "say who the operator is")
            .that(!self.address.trim().is_empty(), "address", "give the operator's postal address")
            .that(self.country.len() == 2, "country", "give the operator's country")
            .that(self.privacy_email.split('@').filter(|part| !part.is_empty()).count() == 2, "privacy_email", "give a privacy contact");
        checks.done().map_err(|error| {
            let missing: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
            Error::conflict(format!("The policy cannot be published: the operator's {} is missing.", missing.join(", ")))
        })
    }
}

/// What the identity domain tells this one.
#[async_trait::async_trait]
pub trait Accounts: Send + Sync {
    /// The operator, once the set-up has asked.
    async fn operator(&self, cx: &Cx) -> Result<Option<Operator>>;
    /// The person's own e-mail address.
    async fn email(&self, cx: &Cx, person: PersonId) -> Result<String>;
    /// Organisations that nobody else owns; they end with the person.
    async fn sole_organisations(&self, cx: &Cx, person: PersonId) -> Result<Vec<OrganisationId>>;
    /// Forgets what is cached about the person: sessions, tokens, permissions.
    async fn forget(&self, cx: &Cx, person: PersonId);
}

/// A person and the organisations that stand and fall with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owners {
    /// The person.
    pub person: PersonId,
    /// Organisations without another owner.
    pub organisations: Vec<OrganisationId>,
}

impl Owners {
    /// Looks the organisations up.
    ///
    /// # Errors
    /// Those of [`Accounts::sole_organisations`].
    pub async fn of(cx: &Cx, accounts: &dyn Accounts, person: PersonId) -> Result<Self> {
        Ok(Self { person, organisations: accounts.sole_organisations(cx, person).await? })
    }

    /// All ids as stored.
    pub fn uuids(&self) -> Vec<Uuid> {
        std::iter::once(self.person.uuid()).chain(self.organisations.iter().map(|one| one.uuid())).collect()
    }

    /// Whose keys they have.
    pub fn key_owners(&self) -> Vec<kernel::KeyOwner> {
        std::iter::once(kernel::KeyOwner::Person(self.person)).chain(self.organisations.iter().map(|one| kernel::KeyOwner::Organisation(*one))).collect()
    }
}
