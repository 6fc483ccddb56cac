//! Identity's answers to what other domains ask about people and organisations.

use futures::future::BoxFuture;
use identity::{operator, organisation, person};
use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Error, OrganisationId, PersonId, Place, Result, Scope, Timestamp, Tx};

/// Answers from the identity domain.
pub(super) struct FromIdentity;

fn about(person: PersonId) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("server.wiring", Place::Person { person })
}

#[async_trait::async_trait]
impl privacy::Accounts for FromIdentity {
    async fn operator(&self, cx: &Cx) -> Result<Option<privacy::Operator>> {
        Ok(operator::particulars(cx.db()).await?.map(|one| privacy::Operator {
            legal_name: one.legal_name,
            address: one.address,
            country: one.country,
            privacy_email: one.privacy_email,
        }))
    }

    async fn email(&self, cx: &Cx, person: PersonId) -> Result<String> {
        Ok(person::contact(cx, &about(person), &purpose::RIGHTS, person).await?.email)
    }

    async fn sole_organisations(&self, cx: &Cx, person: PersonId) -> Result<Vec<OrganisationId>> {
        organisation::sole_organisations(cx.db(), person).await
    }

    async fn forget(&self, _: &Cx, _: PersonId) {
        // Sessions, tokens and roles are read from the database at every request; nothing is cached.
    }
}

#[async_trait::async_trait]
impl privacy::notice::Audience for FromIdentity {
    async fn people(&self, cx: &Cx, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonId>> {
        person::everybody(cx.db(), after, limit).await
    }

    async fn mail(&self, tx: &Tx, person: PersonId, version: &privacy::policy::VersionNote) -> Result<()> {
        let date = version.effective_at.parse::<Timestamp>().map_or_else(|_| version.effective_at.clone(), Timestamp::in_words);
        let link = format!("/privacy/versions/{}", version.number);
        notifications::queue(tx, person, notifications::Template::PolicyChanged, &[("date", &date), ("link", &link)]).await.map(drop)
    }
}

impl billing::Particulars for FromIdentity {
    fn operator<'a>(&'a self, cx: &'a Cx) -> BoxFuture<'a, Result<billing::Seller>> {
        Box::pin(async move {
            let one = operator::particulars(cx.db()).await?.ok_or_else(|| Error::conflict("The operator has not set this installation up yet."))?;
            Ok(billing::Seller {
                currency: one.currency,
                party: billing::Party { name: one.legal_name, address: Some(one.address), country: Some(one.country), tax_id: one.tax_registration },
            })
        })
    }

    fn organisation<'a>(&'a self, cx: &'a Cx, organisation: OrganisationId) -> BoxFuture<'a, Result<billing::Party>> {
        Box::pin(async move {
            let at = Scope::<ByWorkflow>::acting("billing.invoice", Place::Organisation { organisation });
            let one = organisation::billing_particulars(cx, &at).await?;
            Ok(billing::Party { name: one.name, address: one.address, country: one.country, tax_id: one.tax_id })
        })
    }
}
