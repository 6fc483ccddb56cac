//! What Fairhold asks of any hypervisor, and how a driver shows that it gives it.
//!
//! Read in this order: [`guest`], [`capability`], [`snapshot`], [`access`], [`filter`], [`network`], [`moving`], [`image`], [`disk`], [`console`], [`inventory`] and [`cloud_init`] (the words), [`driver`] (the
//! questions), [`error`] (the ways to say no), [`conformance`] (the suite that every driver passes),
//! [`simulated`] (a hypervisor in memory, with faults, for tests of workflows).
//! Instances, their states and their owners belong to the `compute` domain; nothing here knows about them.

pub mod access;
pub mod answer;
pub mod capability;
pub mod cloud_init;
pub mod conformance;
pub mod console;
pub mod disk;
pub mod driver;
pub mod error;
pub mod filter;
pub mod guest;
pub mod image;
pub mod inventory;
pub mod moving;
pub mod network;
pub mod simulated;
pub mod snapshot;

pub use access::{InForce, PasswordHash};
pub use answer::Answer;
pub use capability::{Accelerator, Capabilities, Capacity, Feature};
pub use console::{ConsoleKind, ConsoleStream};
pub use disk::{DISKS_PER_GUEST, Disk, DiskSpec};
pub use driver::Driver;
pub use error::DriverError;
pub use filter::{Direction, Filter, Network, Protocol, Rule, Verdict};
pub use guest::{Guest, GuestSpec, Measurement, Reference, Size, SshAddress, Status, USER_DATA_LIMIT};
pub use image::{ImageSpec, is_image};
pub use inventory::{GuestNetwork, Host, Inventory, Storage, Stranger, TemplateInfo};
pub use moving::Way;
pub use network::{Card, IPV6_GATEWAY, NetworkSpec};
pub use snapshot::{Backup, BackupFormat, BackupStream, Progress, Snapshot, SnapshotSpec};
