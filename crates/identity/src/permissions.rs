//! Everything that someone may be allowed to do in this domain.

use kernel::permission;
use kernel::permission::{Permission, PermissionInfo};

permission!(
    /// See one's own account.
    pub PersonView = "identity.person.view", Person, View);
permission!(
    /// Change one's own name.
    pub PersonUpdate = "identity.person.update", Person, Use);
permission!(
    /// Change one's own password.
    pub PasswordUpdate = "identity.password.update", Person, Manage);
permission!(
    /// Ask for another e-mail address.
    pub EmailChangeCreate = "identity.email_change.create", Person, Manage);
permission!(
    /// Take back a change of address.
    pub EmailChangeDelete = "identity.email_change.delete", Person, Manage);
permission!(
    /// See where one is signed in.
    pub SessionList = "identity.session.list", Person, View);
permission!(
    /// Sign out, here or elsewhere.
    pub SessionDelete = "identity.session.delete", Person, Manage);
permission!(
    /// See one's API tokens.
    pub ApiTokenList = "identity.api_token.list", Person, View);
permission!(
    /// Make an API token.
    pub ApiTokenCreate = "identity.api_token.create", Person, Manage);
permission!(
    /// Revoke an API token.
    pub ApiTokenDelete = "identity.api_token.delete", Person, Manage);
permission!(
    /// See the organisations that one belongs to.
    pub OrganisationList = "identity.organisation.list", Person, View);
permission!(
    /// See an organisation with its billing particulars.
    pub OrganisationView = "identity.organisation.view", Organisation, View);
permission!(
    /// Make an organisation.
    pub OrganisationCreate = "identity.organisation.create", Person, Use);
permission!(
    /// Leave an organisation: held by whoever belongs to it.
    pub OrganisationLeave = "identity.organisation.leave", Organisation, View);
permission!(
    /// Hand an organisation to another owner.
    pub OrganisationTransfer = "identity.organisation.transfer", Organisation, Manage);
permission!(
    /// See who belongs to an organisation.
    pub MemberList = "identity.member.list", Organisation, View);
permission!(
    /// Change a member's role, and suspend members.
    pub MemberUpdate = "identity.member.update", Organisation, Manage);
permission!(
    /// Remove a member.
    pub MemberDelete = "identity.member.delete", Organisation, Manage);
permission!(
    /// Make a member choose a new password.
    pub MemberResetPassword = "identity.member.reset_password", Organisation, Manage);
permission!(
    /// See who is invited.
    pub InvitationList = "identity.invitation.list", Organisation, Manage);
permission!(
    /// Invite somebody.
    pub InvitationCreate = "identity.invitation.create", Organisation, Manage);
permission!(
    /// Take an invitation back.
    pub InvitationDelete = "identity.invitation.delete", Organisation, Manage);
permission!(
    /// Accept an invitation.
    pub InvitationAccept = "identity.invitation.accept", Person, Use);
permission!(
    /// See the projects of an organisation.
    pub ProjectList = "identity.project.list", Organisation, View);
permission!(
    /// Make a project.
    pub ProjectCreate = "identity.project.create", Organisation, Manage);
permission!(
    /// Rename a project.
    pub ProjectUpdate = "identity.project.update", Project, Manage);
permission!(
    /// Delete an empty project.
    pub ProjectDelete = "identity.project.delete", Project, Manage);
permission!(
    /// Change an organisation's name and billing particulars.
    pub OrganisationUpdate = "identity.organisation.update", Organisation, Manage);
permission!(
    /// See all organisations of the installation.
    pub OperatorOrganisationList = "identity.operator_organisation.list", Platform, View);

permission!(
    /// See who tried to sign in to one's account.
    pub SignInList = "identity.sign_in.list", Person, View);
permission!(
    /// Make an account.
    pub PersonSignUp = "identity.person.sign_up", Open, Use);
permission!(
    /// Sign in.
    pub SessionCreate = "identity.session.create", Open, Use);
permission!(
    /// Ask for another verification mail.
    pub EmailVerificationAsk = "identity.email_verification.ask", Open, Use);
permission!(
    /// Use a verification link.
    pub EmailVerificationComplete = "identity.email_verification.complete", Open, Use);
permission!(
    /// Use the link of a change of address.
    pub EmailChangeComplete = "identity.email_change.complete", Open, Use);
permission!(
    /// Ask for a mail to choose a new password.
    pub PasswordResetAsk = "identity.password_reset.ask", Open, Use);
permission!(
    /// Use a reset link.
    pub PasswordResetComplete = "identity.password_reset.complete", Open, Use);
permission!(
    /// See an invitation whose link one holds.
    pub InvitationView = "identity.invitation.view", Open, View);
permission!(
    /// Become a member, with an invitation.
    pub MemberJoin = "identity.member.join", Open, Use);
permission!(
    /// Set the installation up, with the link of the first start.
    pub SetupComplete = "identity.setup.complete", Open, Use);

/// All that somebody has to be granted; what is open to all is in no policy.
pub const ALL: &[PermissionInfo] = &[
    PersonView::INFO,
    PersonUpdate::INFO,
    PasswordUpdate::INFO,
    EmailChangeCreate::INFO,
    EmailChangeDelete::INFO,
    SessionList::INFO,
    SessionDelete::INFO,
    ApiTokenList::INFO,
    ApiTokenCreate::INFO,
    ApiTokenDelete::INFO,
    SignInList::INFO,
    OrganisationList::INFO,
    OrganisationView::INFO,
    OrganisationUpdate::INFO,
    OrganisationCreate::INFO,
    OrganisationLeave::INFO,
    OrganisationTransfer::INFO,
    MemberList::INFO,
    MemberUpdate::INFO,
    MemberDelete::INFO,
    MemberResetPassword::INFO,
    InvitationList::INFO,
    InvitationCreate::INFO,
    InvitationDelete::INFO,
    InvitationAccept::INFO,
    ProjectList::INFO,
    ProjectCreate::INFO,
    ProjectUpdate::INFO,
    ProjectDelete::INFO,
    OperatorOrganisationList::INFO,
];
