//! What someone may be allowed to do with operations.

use kernel::permission::{Permission, PermissionInfo};

kernel::permission!(
    /// See the operations of a project.
    pub OperationView = "workflow.operation.view", Project, View);
kernel::permission!(
    /// Try a failed operation of a project again.
    pub OperationRetry = "workflow.operation.retry", Project, Use);
kernel::permission!(
    /// See the operations that one started oneself.
    pub OwnOperationView = "workflow.own_operation.view", Person, View);
kernel::permission!(
    /// Try one's own failed operation again.
    pub OwnOperationRetry = "workflow.own_operation.retry", Person, Use);
kernel::permission!(
    /// See every operation of the installation.
    pub AnyOperationView = "workflow.any_operation.view", Platform, View);
kernel::permission!(
    /// Try any failed operation again.
    pub AnyOperationRetry = "workflow.any_operation.retry", Platform, Use);

/// All of them.
pub const ALL: &[PermissionInfo] =
    &[OperationView::INFO, OperationRetry::INFO, OwnOperationView::INFO, OwnOperationRetry::INFO, AnyOperationView::INFO, AnyOperationRetry::INFO];
