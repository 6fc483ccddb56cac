//! What runs: regions, nodes and templates, instances with their power, consoles, readings and quotas.
//!
//! Reading order: [`instance`] (a machine and what can be done with it), [`drivers`] (how hypervisors
//! are reached), [`cluster`] (those that are enrolled while it runs), [`node`] (where machines go), [`host`] and [`drain`] (parts of nodes, and emptying them for maintenance), [`quota`], [`reading`] (what they used), [`metric`] (what they did, for charts),
//! [`console`], [`snapshot`] (what a machine can be brought back to), [`backup`] and [`backup_plan`] (copies apart from their machines),
//! [`network`], [`card`] (a machine's place in one), [`security_group`], [`address`] and [`address_pool`] (who reaches what),
//! [`disk`] (what machines can have beside their own), [`ssh_key`] (who may sign in), [`image`] and [`image_upload`] (disks that others made), [`finding`] (what differs between the hypervisors and us).
//! Prices, sizes and orders belong to the catalogue; money belongs to billing.

pub mod address;
pub mod address_pool;
pub mod backup;
pub mod backup_plan;
mod block;
pub mod card;
pub mod cluster;
pub mod console;
pub mod data_map;
pub mod disk;
pub mod drain;
pub mod drivers;
pub mod events;
pub mod finding;
pub mod host;
pub mod image;
pub mod image_upload;
pub mod instance;
pub mod metric;
mod migrations;
pub mod network;
pub mod node;
pub mod permissions;
pub mod quota;
pub mod reading;
pub mod region;
pub mod security_group;
pub mod snapshot;
pub mod ssh_key;
pub mod template;

pub use cluster::ClusterId;
pub use disk::DiskId;
pub use drivers::{Drivers, Overcommit};
pub use image::ImageId;
pub use instance::{Instance, InstanceId, NewInstance, Shape, SizeId};
pub use node::NodeId;
pub use region::{Region, RegionId};
pub use template::{Template, TemplateId};

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Cx, Job, Module};
use utoipa_axum::router::OpenApiRouter;
use workflow::Registered;

/// Periodic work.
pub const JOBS: &[Job] = &[
    Job { name: "compute.instance.reconcile", purpose: &purpose::SERVICE, every: Duration::from_secs(5), run: |cx| Box::pin(instance::reconcile(cx)) },
    Job { name: "compute.node.measure", purpose: &purpose::SERVICE, every: Duration::from_secs(60), run: |cx| Box::pin(node::measure(cx)) },
    Job { name: "compute.reading.measure", purpose: &purpose::BILLING, every: Duration::from_secs(60), run: |cx| Box::pin(reading::measure(cx)) },
    Job { name: "compute.disk.measure", purpose: &purpose::BILLING, every: Duration::from_secs(60), run: |cx| Box::pin(disk::measure(cx)) },
    Job { name: "compute.metric.roll_up", purpose: &purpose::SERVICE, every: Duration::from_secs(300), run: |cx| Box::pin(metric::roll_up(cx)) },
    Job { name: "compute.backup_plan.schedule", purpose: &purpose::SERVICE, every: Duration::from_secs(60), run: |cx| Box::pin(backup_plan::schedule(cx)) },
    Job {
        name: "compute.backup_plan.restore_tests",
        purpose: &purpose::SERVICE,
        every: Duration::from_secs(300),
        run: |cx| Box::pin(backup_plan::restore_tests(cx)),
    },
    Job { name: "compute.image.sweep", purpose: &purpose::SERVICE, every: Duration::from_secs(300), run: |cx| Box::pin(image::sweep(cx)) },
];

fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .merge(region::api::routes())
        .merge(template::api::routes())
        .merge(image::api::routes())
        .merge(image_upload::api::routes())
        .merge(node::api::routes())
        .merge(host::api::routes())
        .merge(drain::api::routes())
        .merge(cluster::api::routes())
        .merge(instance::api::routes())
        .merge(reading::api::routes())
        .merge(metric::api::routes())
        .merge(console::api::routes())
        .merge(snapshot::api::routes())
        .merge(backup::api::routes())
        .merge(backup_plan::api::routes())
        .merge(ssh_key::api::routes())
        .merge(network::api::routes())
        .merge(disk::api::routes())
        .merge(security_group::api::routes())
        .merge(address::api::routes())
        .merge(address_pool::api::routes())
        .merge(quota::api::routes())
        .merge(finding::api::routes())
}

/// The domain, for the server's list.
pub fn module() -> Module {
    Module {
        migrations: migrations::all,
        tables: data_map::TABLES,
        recipients: data_map::RECIPIENTS,
        log_fields: data_map::LOG_FIELDS,
        permissions: permissions::ALL,
        jobs: JOBS,
        routes,
        ..Module::named("compute")
    }
}

/// The workflows that a worker must know.
pub fn workflows() -> Vec<Registered> {
    vec![
        Registered::of(&instance::PROVISION),
        Registered::of(&instance::power::START),
        Registered::of(&instance::REBUILD),
        Registered::of(&instance::RESIZE),
        Registered::of(&instance::rescue::RESCUE_BEGIN),
        Registered::of(&instance::rescue::RESCUE_END),
        Registered::of(&instance::SET_PASSWORD),
        Registered::of(&instance::AUTHORISE_KEY),
        Registered::of(&instance::RETIRE),
        Registered::of(&snapshot::SNAPSHOT_CREATE),
        Registered::of(&snapshot::SNAPSHOT_RESTORE),
        Registered::of(&snapshot::SNAPSHOT_DELETE),
        Registered::of(&backup::BACKUP_CREATE),
        Registered::of(&backup::BACKUP_RESTORE),
        Registered::of(&backup::BACKUP_DELETE),
        Registered::of(&backup::RESTORE_TEST),
        Registered::of(&image::IMAGE_IMPORT),
        Registered::of(&image::IMAGE_ADMIT),
        Registered::of(&image::IMAGE_DELETE),
        Registered::of(&instance::CONNECT),
        Registered::of(&network::NETWORK_DELETE),
        Registered::of(&security_group::SECURITY_GROUP_APPLY),
        Registered::of(&address::ADDRESS_ASSIGN),
        Registered::of(&disk::DISK_CREATE),
        Registered::of(&disk::DISK_ATTACH),
        Registered::of(&disk::DISK_DETACH),
        Registered::of(&disk::DISK_GROW),
        Registered::of(&disk::DISK_DELETE),
        Registered::of(&finding::REPAIR),
        Registered::of(&instance::ADOPT),
        Registered::of(&instance::MOVE),
        Registered::of(&drain::DRAIN),
    ]
}
