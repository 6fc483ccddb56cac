//! The entries of snapshots, backups and their plans.

use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, category};

use super::{SERVICE, STATE, WHEN};

pub(super) const SNAPSHOT: Table = Table {
    name: "compute_snapshot",
    title: "snapshots of machines",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::days_after("deleted_at", 30),
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("instance_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("problem", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("memory", &category::RESOURCE, SERVICE),
        Entry::personal("disk_gib", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
        Entry::personal("deleted_at", &category::ACTIVITY, SERVICE).observed().not_required(),
    ],
};

pub(super) const BACKUP: Table = Table {
    name: "compute_backup",
    title: "backups of machines",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::days_after("deleted_at", 30),
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("instance_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("hostname", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("scheduled", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("due_at", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("problem", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::system("percent", STATE),
        Entry::personal("bytes", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("format", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("disk_gib", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("template_id", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("template_name", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("template_title", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("region_id", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("region_title", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("node_name", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("test_outcome", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("test_at", &category::ACTIVITY, SERVICE).observed().not_required(),
        Entry::personal("test_problem", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::system("test_memory_mib", STATE),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("taken_at", &category::ACTIVITY, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
        Entry::personal("deleted_at", &category::ACTIVITY, SERVICE).observed().not_required(),
    ],
};

pub(super) const BACKUP_PLAN: Table = Table {
    name: "compute_backup_plan",
    title: "backup plans of machines",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::WITH_OWNER,
    key: &["instance_id"],
    columns: &[
        Entry::personal("instance_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("frequency", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("weekday", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("hour", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("keep", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("restore_tests", &category::RESOURCE, SERVICE).not_required(),
        Entry::system("next_at", WHEN),
        Entry::system("next_test_at", WHEN),
    ],
};
