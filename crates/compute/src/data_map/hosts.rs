//! What is kept of hosts and of drains, described.

use kernel::map::{Entry, Owned, Retention, Subject, Table, category};

use super::{INNER, RANDOM, SERVICE, STATE, WHEN};

pub(super) const HOST: Table = Table {
    name: "compute_host",
    title: "hosts that are or were under maintenance",
    subject: Subject::None,
    owned: Owned::ByNobody,
    retention: Retention::INSTALLATION,
    key: &["node_id", "name"],
    columns: &[
        Entry::system("node_id", RANDOM),
        Entry::system("name", "the name of the operator's own host"),
        Entry::system("reason", "what the operator does to a host"),
        Entry::system("since", WHEN),
        Entry::system("drain_id", RANDOM),
    ],
};

pub(super) const DRAIN: Table = Table {
    name: "compute_drain",
    title: "machines that were moved off a host for maintenance",
    subject: Subject::Organisation,
    owned: Owned::Through { column: "instance_id", table: "compute_instance", key: "id" },
    retention: Retention::days_after("at", 90),
    key: &["operation_id", "instance_id"],
    columns: &[
        Entry::system("operation_id", RANDOM),
        Entry::personal("instance_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("reason", &category::RESOURCE, SERVICE).observed().not_required().withheld(INNER),
        Entry::personal("host", &category::RESOURCE, SERVICE).observed().not_required().withheld(INNER),
        Entry::system("move_id", RANDOM),
        Entry::system("reported", STATE),
        Entry::personal("at", &category::ACTIVITY, SERVICE).observed(),
    ],
};
