//! The entries of extra disks.

use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, category};

use super::{METERED, SERVICE, STATE, WHEN};

pub(super) const DISK: Table = Table {
    name: "compute_disk",
    title: "extra disks",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::days_after("deleted_at", 30),
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, METERED).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, METERED).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("size_gib", &category::RESOURCE, METERED),
        Entry::personal("growing_to_gib", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("region_id", &category::RESOURCE, SERVICE),
        Entry::personal("node_id", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("node_name", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("instance_id", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("problem", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::system("measured_to", WHEN),
        Entry::system("measured_seq", STATE),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
        Entry::personal("deleted_at", &category::ACTIVITY, SERVICE).observed().not_required(),
    ],
};
