//! What the records hold about people: identifiers and deeds, no names and no addresses.

use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, Use, category, purpose};

const RECORD: &[Use] = &[
    Use::law(&purpose::LEGAL, "GDPR Art. 5(2): accountability"),
    Use::interest(&purpose::SECURITY, "Members must be able to see who did what in their organisation; the record holds identifiers only."),
];

/// The tables of this domain.
pub const TABLES: &[Table] = &[
    Table {
        name: "audit_line",
        title: "records of actions",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("at", 400),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("organisation_id", &category::IDENTIFIER, RECORD).observed(),
            Entry::personal("project_id", &category::IDENTIFIER, RECORD).observed(),
            Entry::personal("person_id", &category::IDENTIFIER, RECORD).observed(),
            Entry::system("actor_kind", "person, token, staff, system or visitor"),
            Entry::personal("actor_id", &category::IDENTIFIER, RECORD).observed(),
            Entry::system("actor_label", "the public name of a token, workflow or job"),
            Entry::personal("action", &category::ACTIVITY, RECORD).observed(),
            Entry::personal("target", &category::IDENTIFIER, RECORD).observed(),
            Entry::personal("summary", &category::ACTIVITY, RECORD).observed(),
            Entry::personal("outcome", &category::ACTIVITY, RECORD).observed(),
            Entry::personal("staff_purpose", &category::ACTIVITY, RECORD).observed(),
            Entry::personal("at", &category::ACTIVITY, RECORD).observed(),
            Entry::personal("ended_at", &category::ACTIVITY, RECORD).observed(),
        ],
    },
    Table {
        name: "audit_body",
        title: "statements on the tamper-evident log",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", "a position in the log"),
            Entry::system("owner_kind", "person or organisation"),
            Entry::personal("owner_id", &category::IDENTIFIER, RECORD).observed(),
            Entry::personal("sealed", &category::ACTIVITY, RECORD).observed().sealed_to_person(Class::Activity),
            Entry::system("plain", "a statement about nobody, such as the digest of a published policy"),
        ],
    },
    Table {
        name: "audit_leaf",
        title: "commitments of the log",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["id"],
        columns: &[
            Entry::system("id", "a position in the log"),
            Entry::system("data", "a hash over a statement and 128 random bits; it tells nothing once the statement is gone"),
            Entry::system("at", "an instant of the program's own work"),
        ],
    },
    Table {
        name: "audit_hash",
        title: "hashes of the log",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["id"],
        columns: &[Entry::system("id", "a position in the tree"), Entry::system("hash", "a hash over commitments")],
    },
    Table {
        name: "audit_head",
        title: "size of the log",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["id"],
        columns: &[Entry::system("id", "always 1"), Entry::system("size", "a counter of the program")],
    },
    Table {
        name: "audit_checkpoint",
        title: "signed heads of the log",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["size"],
        columns: &[
            Entry::system("size", "a counter of the program"),
            Entry::system("note", "a public, signed hash"),
            Entry::system("at", "an instant of the program's own work"),
        ],
    },
];
