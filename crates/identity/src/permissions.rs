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
    /// Change an organisation's name and billing particulars.
    pub OrganisationUpdate = "identity.organisation.update", Organisation, Manage);
permission!(
    /// See all organisations of the installation.
    pub OperatorOrganisationList = "identity.operator_organisation.list", Platform, View);

/// All of them.
pub const ALL: &[PermissionInfo] = &[
    PersonView::INFO,
    PersonUpdate::INFO,
    PasswordUpdate::INFO,
    SessionList::INFO,
    SessionDelete::INFO,
    ApiTokenList::INFO,
    ApiTokenCreate::INFO,
    ApiTokenDelete::INFO,
    OrganisationList::INFO,
    OrganisationView::INFO,
    OrganisationUpdate::INFO,
    OperatorOrganisationList::INFO,
];
