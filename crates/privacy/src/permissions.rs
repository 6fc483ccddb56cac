//! What someone may be allowed to do here. All of it is about one's own person.

use kernel::permission::{Permission, PermissionInfo};

kernel::permission!(
    /// See what is held about oneself.
    pub HoldingView = "privacy.holding.view", Person, View);
kernel::permission!(
    /// Take everything away.
    pub ExportCreate = "privacy.export.create", Person, Manage);
kernel::permission!(
    /// See and fetch one's exports.
    pub ExportView = "privacy.export.view", Person, View);
kernel::permission!(
    /// See what an erasure would do.
    pub ErasureView = "privacy.erasure.view", Person, View);
kernel::permission!(
    /// Erase oneself.
    pub ErasureCreate = "privacy.erasure.create", Person, Manage);
kernel::permission!(
    /// See one's choices.
    pub ChoiceView = "privacy.choice.view", Person, View);
kernel::permission!(
    /// Change one's choices.
    pub ChoiceUpdate = "privacy.choice.update", Person, Use);

/// All of them.
pub const ALL: &[PermissionInfo] =
    &[HoldingView::INFO, ExportCreate::INFO, ExportView::INFO, ErasureView::INFO, ErasureCreate::INFO, ChoiceView::INFO, ChoiceUpdate::INFO];
