//! Everything that someone may be allowed to do in this domain.

use kernel::permission;
use kernel::permission::{Permission, PermissionInfo};

permission!(
    /// See the machines of a project.
    pub InstanceView = "compute.instance.view", Project, View);
permission!(
    /// Change a machine's name.
    pub InstanceUpdate = "compute.instance.update", Project, Use);
permission!(
    /// Switch a machine on.
    pub InstanceStart = "compute.instance.start", Project, Use);
permission!(
    /// Cut a machine's power.
    pub InstanceStop = "compute.instance.stop", Project, Use);
permission!(
    /// Ask a machine to shut down.
    pub InstanceShutdown = "compute.instance.shutdown", Project, Use);
permission!(
    /// Ask a machine to start anew.
    pub InstanceReboot = "compute.instance.reboot", Project, Use);
permission!(
    /// Press a machine's reset button.
    pub InstanceReset = "compute.instance.reset", Project, Use);
permission!(
    /// Give a machine a fresh disk.
    pub InstanceRebuild = "compute.instance.rebuild", Project, Use);
permission!(
    /// Delete a machine.
    pub InstanceDelete = "compute.instance.delete", Project, Use);
permission!(
    /// Bring a deleted machine back within its grace.
    pub InstanceUndelete = "compute.instance.undelete", Project, Use);
permission!(
    /// Open a machine's console.
    pub ConsoleTicketCreate = "compute.console_ticket.create", Project, Use);
permission!(
    /// See what machines used.
    pub ReadingView = "compute.reading.view", Project, View);
permission!(
    /// See nodes.
    pub NodeView = "compute.node.view", Platform, View);

/// All of them.
pub const ALL: &[PermissionInfo] = &[
    InstanceView::INFO,
    InstanceUpdate::INFO,
    InstanceStart::INFO,
    InstanceStop::INFO,
    InstanceShutdown::INFO,
    InstanceReboot::INFO,
    InstanceReset::INFO,
    InstanceRebuild::INFO,
    InstanceDelete::INFO,
    InstanceUndelete::INFO,
    ConsoleTicketCreate::INFO,
    ReadingView::INFO,
    NodeView::INFO,
];
