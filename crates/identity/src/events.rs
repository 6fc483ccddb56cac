//! The facts that this domain announces. They carry ids, never personal values and never secrets:
//! whoever writes a mail with a link issues the token in its own reaction.

use kernel::event::EventKind;
use kernel::{OrganisationId, PersonId, ProjectId};
use serde::{Deserialize, Serialize};

/// Somebody signed up; their organisation and first project exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSignedUp {
    /// Who.
    pub person_id: PersonId,
    /// The organisation that was made for them; they own it.
    pub organisation_id: OrganisationId,
    /// Its first project.
    pub project_id: ProjectId,
}

/// Something happened to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFact {
    /// Who.
    pub person_id: PersonId,
}

/// Something happened to an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationFact {
    /// Which.
    pub organisation_id: OrganisationId,
}

/// Somebody signed up. Write the verification mail.
pub const PERSON_SIGNED_UP: EventKind<PersonSignedUp> = EventKind::new("identity.person.signed_up");
/// Somebody tried to sign up with the address of an existing account. Tell its owner by mail.
pub const PERSON_SIGN_UP_REPEATED: EventKind<PersonFact> = EventKind::new("identity.person.sign_up_repeated");
/// Somebody asked for another verification mail.
pub const EMAIL_VERIFICATION_ASKED: EventKind<PersonFact> = EventKind::new("identity.email_verification.asked");
/// Somebody proved that they read mail at their address.
pub const PERSON_VERIFIED: EventKind<PersonFact> = EventKind::new("identity.person.verified");
/// Somebody asked for a password reset. Write the mail.
pub const PASSWORD_RESET_ASKED: EventKind<PersonFact> = EventKind::new("identity.password_reset.asked");
/// A password was changed, by the person or by a reset. Tell them by mail.
pub const PASSWORD_CHANGED: EventKind<PersonFact> = EventKind::new("identity.password.changed");
/// An organisation's name or billing particulars changed.
pub const ORGANISATION_UPDATED: EventKind<OrganisationFact> = EventKind::new("identity.organisation.updated");
/// The operator's set-up is complete.
pub const OPERATOR_SET_UP: EventKind<PersonFact> = EventKind::new("identity.operator.set_up");
