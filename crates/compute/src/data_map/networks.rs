//! The entries of private networks, security groups and public addresses.

use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, category};

use super::{OFFER, RANDOM, SERVICE, WHEN};

pub(super) const NETWORK: Table = Table {
    name: "compute_network",
    title: "private networks",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::days_after("deleted_at", 30),
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("region_id", &category::RESOURCE, SERVICE),
        Entry::personal("subnet", &category::RESOURCE, SERVICE),
        Entry::personal("gateway", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("egress", &category::RESOURCE, SERVICE),
        Entry::personal("ipv6", &category::IP, SERVICE).not_required(),
        Entry::personal("ipv6_pool_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("node_name", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
        Entry::personal("deleted_at", &category::ACTIVITY, SERVICE).observed().not_required(),
    ],
};

pub(super) const CARD: Table = Table {
    name: "compute_card",
    title: "places of machines in private networks",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::WITH_OWNER,
    key: &["instance_id"],
    columns: &[
        Entry::personal("instance_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("network_id", &category::RESOURCE, SERVICE),
        Entry::personal("ipv4", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("ipv6", &category::IP, SERVICE).observed().not_required(),
    ],
};

pub(super) const SECURITY_GROUP: Table = Table {
    name: "compute_security_group",
    title: "security groups",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::WITH_OWNER,
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
        Entry::personal("rules", &category::RESOURCE, SERVICE),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
    ],
};

pub(super) const ADDRESS: Table = Table {
    name: "compute_address",
    title: "public addresses",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::WITH_OWNER,
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("pool_id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("ipv4", &category::IP, SERVICE).observed(),
        Entry::personal("instance_id", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("reverse_name", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
    ],
};

pub(super) const ADDRESS_REST: Table = Table {
    name: "compute_address_rest",
    title: "public addresses that rest",
    subject: Subject::None,
    owned: Owned::ByNobody,
    retention: Retention::days_after("until", 0),
    key: &["block"],
    columns: &[
        Entry::system("block", "an address of the operator that nobody holds, or a block of them"),
        Entry::system("pool_id", RANDOM),
        Entry::system("until", WHEN),
    ],
};

pub(super) const ADDRESS_POOL: Table = Table {
    name: "compute_address_pool",
    title: "pools of public addresses",
    subject: Subject::None,
    owned: Owned::ByNobody,
    retention: Retention::INSTALLATION,
    key: &["id"],
    columns: &[
        Entry::system("id", RANDOM),
        Entry::system("region_id", RANDOM),
        Entry::system("name", OFFER),
        Entry::system("subnet", OFFER),
        Entry::system("excluded", OFFER),
        Entry::system("created_at", WHEN),
    ],
};
