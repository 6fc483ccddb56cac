//! Where values stand that people can have corrected: the profile, and what invoices say.

use identity::organisation::{Organisation, OrganisationPatch};
use identity::person::PersonPatch;
use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Error, PersonId, Place, Result, Scope};
use privacy::request::{Field, NewCorrection};
use privacy::{Correction, CorrectionHook, Owners};

const NAME: &str = "privacy.request.correct";
const VALUE: &str = "correction.value";

/// The account's own name.
pub(super) struct Profile;

#[async_trait::async_trait]
impl CorrectionHook for Profile {
    fn place(&self) -> &'static str {
        "profile"
    }

    fn keeps(&self, field: Field) -> bool {
        field == Field::Name
    }

    fn check(&self, correction: &NewCorrection) -> Result<()> {
        identity::person::normal_name(VALUE, &correction.value).map(drop)
    }

    async fn correct(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners, correction: &Correction) -> Result<Option<String>> {
        let at = of_person(owners.person);
        let before = identity::person::contact(cx, &at, &purpose::RIGHTS, owners.person).await?.name;
        identity::person::update(cx, &at, &PersonPatch { name: correction.new.clone() }).await?;
        Ok(Some(before))
    }
}

/// What invoices say from now on; those that were issued stay as a law wants them.
pub(super) struct BillingParticulars;

#[async_trait::async_trait]
impl CorrectionHook for BillingParticulars {
    fn place(&self) -> &'static str {
        "billing particulars"
    }

    fn keeps(&self, _: Field) -> bool {
        true
    }

    fn check(&self, correction: &NewCorrection) -> Result<()> {
        let wrong = |error: Error| Error::invalid(VALUE, error.fields().first().map_or_else(|| error.to_string(), |field| field.message.clone()));
        patch(correction.field, &correction.value).checked().map(drop).map_err(wrong)
    }

    async fn correct(&self, cx: &Cx, _: &Scope<ByWorkflow>, owners: &Owners, correction: &Correction) -> Result<Option<String>> {
        let mut before = None;
        for organisation in &owners.organisations {
            let at = Scope::<ByWorkflow>::acting(NAME, Place::Organisation { organisation: *organisation });
            let stands = identity::organisation::view(cx, &at).await?;
            let patch = match correction.field {
                Field::Name => repeated(&stands, correction),
                field => patch(field, &correction.new),
            };
            before = before.or(stood(&stands, correction.field));
            identity::organisation::update(cx, &at, &patch).await?;
        }
        Ok(before)
    }
}

fn of_person(person: PersonId) -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting(NAME, Place::Person { person })
}

fn stood(stands: &Organisation, field: Field) -> Option<String> {
    match field {
        Field::Name => stands.legal_name.clone().or_else(|| Some(stands.name.clone())),
        Field::LegalName => stands.legal_name.clone(),
        Field::Address => stands.address.clone(),
        Field::Country => stands.country.clone(),
        Field::TaxId => stands.tax_id.clone(),
    }
}

fn patch(field: Field, value: &str) -> OrganisationPatch {
    let value = Some(Some(value.to_owned()));
    match field {
        // The name of a person is put right in the names that repeat it, whatever else stands there.
        Field::Name => OrganisationPatch::default(),
        Field::LegalName => OrganisationPatch { legal_name: value, ..OrganisationPatch::default() },
        Field::Address => OrganisationPatch { address: value, ..OrganisationPatch::default() },
        Field::Country => OrganisationPatch { country: value, ..OrganisationPatch::default() },
        Field::TaxId => OrganisationPatch { tax_id: value, ..OrganisationPatch::default() },
    }
}

/// The names of the organisation with the wrong name of the person in them replaced.
fn repeated(stands: &Organisation, correction: &Correction) -> OrganisationPatch {
    let Some(old) = correction.old.as_deref().filter(|old| !old.is_empty()) else { return OrganisationPatch::default() };
    let replaced = |text: &String| text.contains(old).then(|| text.replace(old, &correction.new));
    OrganisationPatch { name: replaced(&stands.name), legal_name: stands.legal_name.as_ref().and_then(replaced).map(Some), ..OrganisationPatch::default() }
}
