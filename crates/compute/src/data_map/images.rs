//! The entries of templates and images.

use kernel::map::{Class, Entry, Owned, Recipient, Retention, Subject, Table, category, purpose};

use super::{OFFER, PUBLISHER, RANDOM, SERVICE, WHEN};

/// Whoever has an image at the address that the operator typed. They learn that this installation asks, and nothing about anybody.
pub(super) const PUBLISHERS: Recipient = Recipient {
    key: PUBLISHER,
    name: "publishers of operating systems",
    role: "hand out the images that machines are made of",
    purposes: &[&purpose::SERVICE],
    entries: &[],
    country: "operator",
    transfer: "",
    sale: false,
};

pub(super) const TEMPLATE: Table = Table {
    name: "compute_template",
    title: "templates",
    subject: Subject::None,
    owned: Owned::ByNobody,
    retention: Retention::INSTALLATION,
    key: &["id"],
    columns: &[
        Entry::system("id", RANDOM),
        Entry::system("name", OFFER),
        Entry::system("title", OFFER),
        Entry::system("source", OFFER),
        Entry::system("description", OFFER),
        Entry::system("hidden", OFFER),
        Entry::system("retired_at", WHEN),
    ],
};

/// Images that belong to no organisation are the operator's own.
pub(super) const IMAGE: Table = Table {
    name: "compute_image",
    title: "images of machines",
    subject: Subject::Organisation,
    owned: Owned::ByOrganisation { column: "organisation_id" },
    retention: Retention::days_after("deleted_at", 30),
    key: &["id"],
    columns: &[
        Entry::personal("id", &category::IDENTIFIER, SERVICE).observed(),
        Entry::personal("organisation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("project_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::system("template_id", RANDOM),
        Entry::system("version", OFFER),
        Entry::personal("name", &category::RESOURCE, SERVICE).customer_plane().not_required().sealed_to_organisation(Class::Content),
        Entry::personal("source", &category::RESOURCE, SERVICE).observed(),
        Entry::system("url", "where a publisher has an image, as the operator typed it"),
        Entry::personal("sha256", &category::RESOURCE, SERVICE).not_required(),
        Entry::personal("disk_sha256", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("state", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("problem", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("received_bytes", &category::RESOURCE, SERVICE).observed(),
        Entry::personal("total_bytes", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("disk_bytes", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("virtual_bytes", &category::RESOURCE, SERVICE).observed().not_required(),
        Entry::personal("operation_id", &category::IDENTIFIER, SERVICE).observed().not_required(),
        Entry::personal("created_at", &category::ACTIVITY, SERVICE).observed(),
        Entry::system("touched_at", WHEN),
        Entry::personal("ready_at", &category::ACTIVITY, SERVICE).observed().not_required(),
        Entry::personal("deleted_at", &category::ACTIVITY, SERVICE).observed().not_required(),
    ],
};
