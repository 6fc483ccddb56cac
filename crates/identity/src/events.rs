//! The facts that this domain announces. They carry ids, never personal values and never secrets:
//! whoever writes a mail with a link issues the token in its own reaction.

use kernel::event::EventKind;
use kernel::{OrganisationId, PersonId, ProjectId};
use serde::{Deserialize, Serialize};

use crate::invitation::InvitationId;

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

/// Something happened to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFact {
    /// Who.
    pub person_id: PersonId,
    /// In which organisation.
    pub organisation_id: OrganisationId,
}

/// Something happened to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationFact {
    /// Which.
    pub invitation_id: InvitationId,
    /// To which organisation.
    pub organisation_id: OrganisationId,
    /// Who invites.
    pub person_id: PersonId,
}

/// An organisation was made.
pub const ORGANISATION_CREATED: EventKind<OrganisationFact> = EventKind::new("identity.organisation.created");
/// Somebody is invited. Write the mail.
pub const INVITATION_CREATED: EventKind<InvitationFact> = EventKind::new("identity.invitation.created");
/// Somebody became a member by invitation.
pub const MEMBER_JOINED: EventKind<MemberFact> = EventKind::new("identity.member.joined");
/// A member's role or suspension changed.
pub const MEMBER_UPDATED: EventKind<MemberFact> = EventKind::new("identity.member.updated");
/// Somebody is no member any more: removed, or gone by themselves.
pub const MEMBER_REMOVED: EventKind<MemberFact> = EventKind::new("identity.member.removed");
/// Somebody signed up. Write the verification mail.
pub const PERSON_SIGNED_UP: EventKind<PersonSignedUp> = EventKind::new("identity.person.signed_up");
/// Somebody tried to sign up with the address of an existing account. Tell its owner by mail.
pub const PERSON_SIGN_UP_REPEATED: EventKind<PersonFact> = EventKind::new("identity.person.sign_up_repeated");
/// Somebody asked for another verification mail.
pub const EMAIL_VERIFICATION_ASKED: EventKind<PersonFact> = EventKind::new("identity.email_verification.asked");
/// Somebody proved that they read mail at their address.
pub const PERSON_VERIFIED: EventKind<PersonFact> = EventKind::new("identity.person.verified");
/// Somebody asked for another e-mail address. Tell the present one, and write the mail with the link to the other.
pub const EMAIL_CHANGE_ASKED: EventKind<PersonFact> = EventKind::new("identity.email_change.asked");
/// Somebody's e-mail address is another one now.
pub const EMAIL_CHANGED: EventKind<PersonFact> = EventKind::new("identity.email_change.completed");
/// Somebody asked for a password reset. Write the mail.
pub const PASSWORD_RESET_ASKED: EventKind<PersonFact> = EventKind::new("identity.password_reset.asked");
/// A password was changed, by the person or by a reset. Tell them by mail.
pub const PASSWORD_CHANGED: EventKind<PersonFact> = EventKind::new("identity.password.changed");
/// An organisation's name or billing particulars changed.
pub const ORGANISATION_UPDATED: EventKind<OrganisationFact> = EventKind::new("identity.organisation.updated");
/// The operator's set-up is complete.
pub const OPERATOR_SET_UP: EventKind<PersonFact> = EventKind::new("identity.operator.set_up");
