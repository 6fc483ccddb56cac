//! The domain's tables, forward only.

mod m0001_foundation;
mod m0002_snapshots_and_keys;
mod m0003_backups;
mod m0004_metrics;
mod m0005_findings;
mod m0006_user_data;
mod m0007_access;
mod m0008_node_settings;
mod m0009_strangers;
mod m0010_clusters;
mod m0011_tags;
mod m0012_restore_tests;
mod m0014_networks;
mod m0015_images;
mod m0016_moves;
mod m0017_disks;
mod m0018_room_of_restore_tests;
mod m0019_ipv6;
mod m0021_classes;
mod m0022_groups_of_machines;
mod m0023_network_sites;
mod m0024_plain_templates;

use sea_orm_migration::MigrationTrait;

/// Oldest first.
pub(crate) fn all() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m0001_foundation::Migration),
        Box::new(m0002_snapshots_and_keys::Migration),
        Box::new(m0003_backups::Migration),
        Box::new(m0004_metrics::Migration),
        Box::new(m0005_findings::Migration),
        Box::new(m0006_user_data::Migration),
        Box::new(m0007_access::Migration),
        Box::new(m0008_node_settings::Migration),
        Box::new(m0009_strangers::Migration),
        Box::new(m0010_clusters::Migration),
        Box::new(m0011_tags::Migration),
        Box::new(m0012_restore_tests::Migration),
        Box::new(m0014_networks::Migration),
        Box::new(m0015_images::Migration),
        Box::new(m0016_moves::Migration),
        Box::new(m0017_disks::Migration),
        Box::new(m0018_room_of_restore_tests::Migration),
        Box::new(m0019_ipv6::Migration),
        Box::new(m0021_classes::Migration),
        Box::new(m0022_groups_of_machines::Migration),
        Box::new(m0023_network_sites::Migration),
        Box::new(m0024_plain_templates::Migration),
    ]
}
