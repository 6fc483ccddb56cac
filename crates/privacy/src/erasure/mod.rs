//! Erasure: what goes and what stays, said before; carried out in steps that can run twice; proven
//! by a certificate. A ledger outside the database makes it last beyond a restored backup.

pub mod api;
pub mod carry_out;
pub mod ledger;
pub mod preview;
mod replay;
mod rows;
pub(crate) mod store;

use kernel::event::EventKind;
use kernel::{Cx, Error, Place, Result, Scope};
use serde::{Deserialize, Serialize};
use workflow::{OperationId, Start};

pub use preview::{Preview, preview};
pub use replay::replay;
pub(crate) use replay::resume;
pub(crate) use rows::remaining;

use crate::accounts::Owners;
use crate::certificate::{self, CertificateId};
use crate::permissions::ErasureCreate;
use crate::request::{self, Noted};
use crate::wiring::Wiring;

kernel::id!(
    /// An erasure.
    ErasureId, "era");

/// Somebody's data is gone; the payload names the certificate only.
pub const PERSON_ERASED: EventKind<PersonErased> = EventKind::new("privacy.person.erased");

/// What [`PERSON_ERASED`] carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonErased {
    /// The proof.
    pub certificate_id: CertificateId,
}

/// What someone sends to erase themselves.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewErasure {
    /// Their own address, typed again, so that nobody erases themselves by a slip.
    pub confirm_email: String,
}

/// An erasure that was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Erasure {
    /// Its id.
    pub id: ErasureId,
    /// The operation that carries it out. It is nobody's, because it outlives who started it:
    /// watch the certificate instead.
    pub operation_id: OperationId,
    /// Where the certificate will be.
    pub certificate_id: CertificateId,
}

/// Starts the erasure of the person of `at`; one that is under way already is given instead.
///
/// # Errors
/// `Invalid` when the address is not theirs.
pub async fn create(cx: &Cx, at: &Scope<ErasureCreate>, new: &NewErasure) -> Result<Erasure> {
    let Place::Person { person } = at.place() else { return Err(Error::internal("a person scope without a person")) };
    let wiring = cx.extension::<Wiring>()?;
    let own = wiring.accounts.email(cx, person).await?;
    if own.trim().to_lowercase() != new.confirm_email.trim().to_lowercase() {
        return Err(Error::invalid("confirm_email", "type the e-mail address of your account"));
    }
    let owners = Owners::of(cx, wiring.accounts.as_ref(), person).await?;
    let terms = request::of_place(cx, None, request::Kind::Erasure).await?;
    cx.write(async |tx| {
        if let Some(under_way) = store::of_person(tx.db(), at).await? {
            return Ok(under_way);
        }
        let (id, certificate_id): (ErasureId, CertificateId) = (cx.new_id(), cx.new_id());
        certificate::store::insert(&tx, certificate_id).await?;
        let input = carry_out::Input { erasure: id, certificate: certificate_id, owners: owners.clone(), asked_at: tx.cx().now() };
        // Nobody's operation: if it were the person's, it would delete itself on the way.
        let start = Start { place: Place::Platform, subject: &id.to_string(), started_by: None, key: None };
        let operation_id = carry_out::CARRY_OUT.start(&tx, start, &input).await?;
        audit::record(&tx, at, id, "Asked for erasure").await?;
        let erasure = Erasure { id, operation_id, certificate_id };
        store::insert(&tx, at, &erasure).await?;
        // It has a deadline like any other, until it goes with everything else.
        let noted = Noted { kind: request::Kind::Erasure, place: None, text: None, purpose: None, terms: &terms, quiet: true };
        let request = request::note(&tx, at, person, &noted, request::State::Open).await?;
        request::store::set_carried_out_by(&tx, request, operation_id, None).await?;
        Ok(erasure)
    })
    .await
}
