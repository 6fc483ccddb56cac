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
    /// Give a machine another size.
    pub InstanceResize = "compute.instance.resize", Project, Use);
permission!(
    /// Hold a machine's processors.
    pub InstanceSuspend = "compute.instance.suspend", Project, Use);
permission!(
    /// Let a suspended machine go on.
    pub InstanceResume = "compute.instance.resume", Project, Use);
permission!(
    /// Boot a machine's rescue system.
    pub InstanceRescueBegin = "compute.instance.rescue_begin", Project, Use);
permission!(
    /// Leave a machine's rescue system.
    pub InstanceRescueEnd = "compute.instance.rescue_end", Project, Use);
permission!(
    /// Set a machine's root password.
    pub InstanceSetPassword = "compute.instance.set_password", Project, Use);
permission!(
    /// Add an SSH key to a machine.
    pub InstanceAuthoriseKey = "compute.instance.authorise_key", Project, Use);
permission!(
    /// Delete a machine.
    pub InstanceDelete = "compute.instance.delete", Project, Use);
permission!(
    /// Bring a deleted machine back within its grace.
    pub InstanceUndelete = "compute.instance.undelete", Project, Use);
permission!(
    /// See snapshots of machines.
    pub SnapshotView = "compute.snapshot.view", Project, View);
permission!(
    /// Take a snapshot of a machine.
    pub SnapshotCreate = "compute.snapshot.create", Project, Use);
permission!(
    /// Remove a snapshot.
    pub SnapshotDelete = "compute.snapshot.delete", Project, Use);
permission!(
    /// Bring a machine back to a snapshot.
    pub SnapshotRestore = "compute.snapshot.restore", Project, Use);
permission!(
    /// See backups of machines.
    pub BackupView = "compute.backup.view", Project, View);
permission!(
    /// Make a backup of a machine.
    pub BackupCreate = "compute.backup.create", Project, Use);
permission!(
    /// Remove a backup.
    pub BackupDelete = "compute.backup.delete", Project, Use);
permission!(
    /// Bring a machine back to a backup.
    pub BackupRestore = "compute.backup.restore", Project, Use);
permission!(
    /// See whether a backup works.
    pub BackupTest = "compute.backup.test", Project, Use);
permission!(
    /// Take a backup's archive away.
    pub BackupDownload = "compute.backup.download", Project, Use);
permission!(
    /// See by which plan a machine is backed up.
    pub BackupPlanView = "compute.backup_plan.view", Project, View);
permission!(
    /// Change by which plan a machine is backed up.
    pub BackupPlanUpdate = "compute.backup_plan.update", Project, Use);
permission!(
    /// See the kept SSH keys of a project.
    pub SshKeyView = "compute.ssh_key.view", Project, View);
permission!(
    /// Keep an SSH key.
    pub SshKeyCreate = "compute.ssh_key.create", Project, Use);
permission!(
    /// Forget an SSH key.
    pub SshKeyDelete = "compute.ssh_key.delete", Project, Use);
permission!(
    /// See the extra disks of a project.
    pub DiskView = "compute.disk.view", Project, View);
permission!(
    /// Make an extra disk.
    pub DiskCreate = "compute.disk.create", Project, Use);
permission!(
    /// Rename an extra disk.
    pub DiskUpdate = "compute.disk.update", Project, Use);
permission!(
    /// Attach an extra disk to a machine.
    pub DiskAttach = "compute.disk.attach", Project, Use);
permission!(
    /// Take an extra disk from its machine.
    pub DiskDetach = "compute.disk.detach", Project, Use);
permission!(
    /// Make an extra disk larger.
    pub DiskGrow = "compute.disk.grow", Project, Use);
permission!(
    /// Remove an extra disk with what is on it.
    pub DiskDelete = "compute.disk.delete", Project, Use);
permission!(
    /// See the private networks of a project.
    pub NetworkView = "compute.network.view", Project, View);
permission!(
    /// Make a private network.
    pub NetworkCreate = "compute.network.create", Project, Use);
permission!(
    /// Rename a private network.
    pub NetworkUpdate = "compute.network.update", Project, Use);
permission!(
    /// Remove a private network.
    pub NetworkDelete = "compute.network.delete", Project, Use);
permission!(
    /// Move a machine into a private network, out of it, or under another security group.
    pub InstanceConnect = "compute.instance.connect", Project, Use);
permission!(
    /// See the security groups of a project, and what a change of one would do.
    pub SecurityGroupView = "compute.security_group.view", Project, View);
permission!(
    /// Make a security group.
    pub SecurityGroupCreate = "compute.security_group.create", Project, Use);
permission!(
    /// Change a security group.
    pub SecurityGroupUpdate = "compute.security_group.update", Project, Use);
permission!(
    /// Remove a security group.
    pub SecurityGroupDelete = "compute.security_group.delete", Project, Use);
permission!(
    /// See the public addresses of a project.
    pub AddressView = "compute.address.view", Project, View);
permission!(
    /// Reserve a public address.
    pub AddressCreate = "compute.address.create", Project, Use);
permission!(
    /// Say which name a public address resolves to.
    pub AddressUpdate = "compute.address.update", Project, Use);
permission!(
    /// Lead a public address to a machine.
    pub AddressAssign = "compute.address.assign", Project, Use);
permission!(
    /// Give a public address back.
    pub AddressDelete = "compute.address.delete", Project, Use);
permission!(
    /// See the pools of public addresses.
    pub AddressPoolView = "compute.address_pool.view", Platform, View);
permission!(
    /// Add a pool of public addresses.
    pub AddressPoolCreate = "compute.address_pool.create", Platform, Use);
permission!(
    /// Remove a pool of public addresses.
    pub AddressPoolDelete = "compute.address_pool.delete", Platform, Use);
permission!(
    /// See what there is in a project and how much there may be.
    pub QuotaView = "compute.quota.view", Project, View);
permission!(
    /// Open a machine's console.
    pub ConsoleTicketCreate = "compute.console_ticket.create", Project, Use);
permission!(
    /// See what machines used.
    pub ReadingView = "compute.reading.view", Project, View);
permission!(
    /// See what machines did.
    pub MetricView = "compute.metric.view", Project, View);
permission!(
    /// See nodes.
    pub NodeView = "compute.node.view", Platform, View);
permission!(
    /// Open and close nodes to new machines, and say how much may be promised on them.
    pub NodeUpdate = "compute.node.update", Platform, Use);
permission!(
    /// Begin and end the maintenance of a node's host.
    pub HostUpdate = "compute.host.update", Platform, Use);
permission!(
    /// Move all machines off a host.
    pub DrainCreate = "compute.drain.create", Platform, Use);
permission!(
    /// Look at the certificate that a cluster's node presents.
    pub ClusterProbe = "compute.cluster.probe", Platform, Use);
permission!(
    /// Look at a cluster with a token, before it is enrolled or again.
    pub ClusterCheck = "compute.cluster.check", Platform, Use);
permission!(
    /// See clusters.
    pub ClusterView = "compute.cluster.view", Platform, View);
permission!(
    /// Enrol a cluster.
    pub ClusterCreate = "compute.cluster.create", Platform, Use);
permission!(
    /// Change a cluster's addresses, trusted certificates, token and mapping.
    pub ClusterUpdate = "compute.cluster.update", Platform, Use);
permission!(
    /// Remove a cluster.
    pub ClusterDelete = "compute.cluster.delete", Platform, Use);
permission!(
    /// See the images of a project.
    pub ImageView = "compute.image.view", Project, View);
permission!(
    /// Upload an image.
    pub ImageUpload = "compute.image.upload", Project, Use);
permission!(
    /// Remove an image.
    pub ImageDelete = "compute.image.delete", Project, Use);
permission!(
    /// Take an image's disk away.
    pub ImageDownload = "compute.image.download", Project, Use);
permission!(
    /// See all templates with their images.
    pub ImageViewAny = "compute.image.view_any", Platform, View);
permission!(
    /// Fetch an image from its publisher, for everybody.
    pub ImageImport = "compute.image.import", Platform, Use);
permission!(
    /// Upload an image for everybody.
    pub ImageProvide = "compute.image.provide", Platform, Use);
permission!(
    /// Remove a version of a template.
    pub ImageWithdraw = "compute.image.withdraw", Platform, Use);
permission!(
    /// Describe, hide and retire templates.
    pub TemplateUpdate = "compute.template.update", Platform, Use);
permission!(
    /// Take over a guest that others made, for a customer.
    pub InstanceAdopt = "compute.instance.adopt", Platform, Use);
permission!(
    /// See where the machines of all customers are, and nothing that is in them.
    pub InstanceListAny = "compute.instance.list_any", Platform, View);
permission!(
    /// Move a machine to another host.
    pub InstanceMove = "compute.instance.move", Platform, Use);
permission!(
    /// See what differs between the hypervisors and us.
    pub FindingView = "compute.finding.view", Platform, View);
permission!(
    /// Carry out a repair of a finding.
    pub FindingRepair = "compute.finding.repair", Platform, Use);

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
    InstanceResize::INFO,
    InstanceSuspend::INFO,
    InstanceResume::INFO,
    InstanceRescueBegin::INFO,
    InstanceRescueEnd::INFO,
    InstanceSetPassword::INFO,
    InstanceAuthoriseKey::INFO,
    InstanceDelete::INFO,
    InstanceUndelete::INFO,
    SnapshotView::INFO,
    SnapshotCreate::INFO,
    SnapshotDelete::INFO,
    SnapshotRestore::INFO,
    BackupView::INFO,
    BackupCreate::INFO,
    BackupDelete::INFO,
    BackupRestore::INFO,
    BackupTest::INFO,
    BackupDownload::INFO,
    BackupPlanView::INFO,
    BackupPlanUpdate::INFO,
    SshKeyView::INFO,
    SshKeyCreate::INFO,
    SshKeyDelete::INFO,
    DiskView::INFO,
    DiskCreate::INFO,
    DiskUpdate::INFO,
    DiskAttach::INFO,
    DiskDetach::INFO,
    DiskGrow::INFO,
    DiskDelete::INFO,
    NetworkView::INFO,
    NetworkCreate::INFO,
    NetworkUpdate::INFO,
    NetworkDelete::INFO,
    InstanceConnect::INFO,
    SecurityGroupView::INFO,
    SecurityGroupCreate::INFO,
    SecurityGroupUpdate::INFO,
    SecurityGroupDelete::INFO,
    AddressView::INFO,
    AddressCreate::INFO,
    AddressUpdate::INFO,
    AddressAssign::INFO,
    AddressDelete::INFO,
    AddressPoolView::INFO,
    AddressPoolCreate::INFO,
    AddressPoolDelete::INFO,
    QuotaView::INFO,
    ConsoleTicketCreate::INFO,
    ReadingView::INFO,
    MetricView::INFO,
    NodeView::INFO,
    NodeUpdate::INFO,
    HostUpdate::INFO,
    DrainCreate::INFO,
    ClusterProbe::INFO,
    ClusterCheck::INFO,
    ClusterView::INFO,
    ClusterCreate::INFO,
    ClusterUpdate::INFO,
    ClusterDelete::INFO,
    ImageView::INFO,
    ImageUpload::INFO,
    ImageDelete::INFO,
    ImageDownload::INFO,
    ImageViewAny::INFO,
    ImageImport::INFO,
    ImageProvide::INFO,
    ImageWithdraw::INFO,
    TemplateUpdate::INFO,
    InstanceAdopt::INFO,
    InstanceListAny::INFO,
    InstanceMove::INFO,
    FindingView::INFO,
    FindingRepair::INFO,
];
