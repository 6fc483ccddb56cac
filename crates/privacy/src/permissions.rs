//! What someone may be allowed to do here: about one's own person, and for staff about requests and holds.

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

kernel::permission!(
    /// See what one asked for.
    pub RequestView = "privacy.request.view", Person, View);
kernel::permission!(
    /// Ask for something about one's data.
    pub RequestCreate = "privacy.request.create", Person, Use);
kernel::permission!(
    /// Take a request back.
    pub RequestWithdraw = "privacy.request.withdraw", Person, Use);
kernel::permission!(
    /// See whether the use of one's data is restricted.
    pub RestrictionView = "privacy.restriction.view", Person, View);
kernel::permission!(
    /// Restrict it.
    pub RestrictionCreate = "privacy.restriction.create", Person, Use);
kernel::permission!(
    /// End the restriction.
    pub RestrictionDelete = "privacy.restriction.delete", Person, Use);
kernel::permission!(
    /// See what one can object to, and does.
    pub ObjectionList = "privacy.objection.list", Person, View);
kernel::permission!(
    /// Take an objection back.
    pub ObjectionDelete = "privacy.objection.delete", Person, Use);
kernel::permission!(
    /// See the requests of people that wait.
    pub OperatorRequestList = "privacy.operator_request.list", Platform, View);
kernel::permission!(
    /// Grant or refuse a request.
    pub OperatorRequestAnswer = "privacy.operator_request.answer", Platform, Use);
kernel::permission!(
    /// Extend the deadline of a request.
    pub OperatorRequestExtend = "privacy.operator_request.extend", Platform, Use);
kernel::permission!(
    /// See legal holds.
    pub HoldList = "privacy.hold.list", Platform, View);
kernel::permission!(
    /// Place a legal hold.
    pub HoldCreate = "privacy.hold.create", Platform, Manage);
kernel::permission!(
    /// Lift a legal hold.
    pub HoldLift = "privacy.hold.lift", Platform, Manage);
kernel::permission!(
    /// See which changes of the policy one was told of.
    pub NoticeList = "privacy.notice.list", Person, View);
kernel::permission!(
    /// Say that one saw a notice.
    pub NoticeSee = "privacy.notice.see", Person, Use);

/// All of them.
pub const ALL: &[PermissionInfo] = &[
    HoldingView::INFO,
    ExportCreate::INFO,
    ExportView::INFO,
    ErasureView::INFO,
    ErasureCreate::INFO,
    ChoiceView::INFO,
    ChoiceUpdate::INFO,
    RequestView::INFO,
    RequestCreate::INFO,
    RequestWithdraw::INFO,
    RestrictionView::INFO,
    RestrictionCreate::INFO,
    RestrictionDelete::INFO,
    ObjectionList::INFO,
    ObjectionDelete::INFO,
    OperatorRequestList::INFO,
    OperatorRequestAnswer::INFO,
    OperatorRequestExtend::INFO,
    HoldList::INFO,
    HoldCreate::INFO,
    HoldLift::INFO,
    NoticeList::INFO,
    NoticeSee::INFO,
];
