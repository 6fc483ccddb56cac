//! Every column of this domain, described.

use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, Use, category, purpose};

const RANDOM: &str = "a random identifier";
const OFFER: &str = "a property of what the operator offers";

const ORDER: &[Use] = &[Use::contract(&purpose::SERVICE), Use::contract(&purpose::BILLING)];
const SERVICE: &[Use] = &[Use::contract(&purpose::SERVICE)];

/// The domain's tables.
pub const TABLES: &[Table] = &[
    Table {
        name: "catalogue_size",
        title: "sizes",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("name", OFFER),
            Entry::system("cpus", OFFER),
            Entry::system("memory_mib", OFFER),
            Entry::system("disk_gib", OFFER),
            Entry::system("monthly_minor", OFFER),
            Entry::system("hourly_minor", OFFER),
            Entry::system("currency", OFFER),
            Entry::system("visible", OFFER),
            Entry::system("class", OFFER),
        ],
    },
    Table {
        name: "catalogue_order",
        title: "orders",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, ORDER).observed().loggable(),
            Entry::personal("organisation_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("project_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("person_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("state", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("attempt", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("hostname", &category::RESOURCE, SERVICE).customer_plane().sealed_to_organisation(Class::Content),
            Entry::personal("disks", &category::RESOURCE, SERVICE).not_required().customer_plane().sealed_to_organisation(Class::Content),
            Entry::personal("size_id", &category::RESOURCE, ORDER),
            Entry::personal("size_name", &category::RESOURCE, ORDER),
            Entry::personal("template_id", &category::RESOURCE, ORDER),
            Entry::personal("template_name", &category::RESOURCE, ORDER),
            Entry::personal("template_source", &category::RESOURCE, ORDER).observed().not_required(),
            Entry::personal("template_version", &category::RESOURCE, ORDER).observed().not_required(),
            Entry::personal("region_id", &category::RESOURCE, ORDER),
            Entry::personal("region_name", &category::RESOURCE, ORDER),
            Entry::personal("rates", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("charged_minor", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("currency", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("instance_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("payment_id", &category::IDENTIFIER, ORDER).observed().not_required(),
            Entry::personal("operation_id", &category::IDENTIFIER, ORDER).observed().not_required(),
            Entry::personal("problem", &category::FINANCIAL, ORDER).observed().not_required(),
            Entry::personal("created_at", &category::ACTIVITY, ORDER).observed(),
        ],
    },
    Table {
        name: "catalogue_size_change",
        title: "changes of machines' sizes",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("organisation_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("project_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("instance_id", &category::IDENTIFIER, ORDER).observed(),
            Entry::personal("state", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("from_size_id", &category::RESOURCE, ORDER).observed(),
            Entry::personal("from_size_name", &category::RESOURCE, ORDER).observed(),
            Entry::personal("size_id", &category::RESOURCE, ORDER),
            Entry::personal("size_name", &category::RESOURCE, ORDER),
            Entry::personal("from_rates", &category::FINANCIAL, ORDER).observed().not_required(),
            Entry::personal("rates", &category::FINANCIAL, ORDER).observed().not_required(),
            Entry::personal("charged_minor", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("price_minor", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("currency", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("price_from", &category::FINANCIAL, ORDER).observed(),
            Entry::personal("payment_id", &category::IDENTIFIER, ORDER).observed().not_required(),
            Entry::personal("operation_id", &category::IDENTIFIER, ORDER).observed().not_required(),
            Entry::personal("resize_id", &category::IDENTIFIER, ORDER).observed().not_required(),
            Entry::personal("problem", &category::FINANCIAL, ORDER).observed().not_required(),
            Entry::personal("created_at", &category::ACTIVITY, ORDER).observed(),
        ],
    },
];
