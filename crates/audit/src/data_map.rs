//! What the records hold about people: identifiers and deeds, no names and no addresses.

use kernel::map::{Entry, Owned, Retention, Subject, Table, Use, category, purpose};

const RECORD: &[Use] = &[
    Use::law(&purpose::LEGAL, "GDPR Art. 5(2): accountability"),
    Use::interest(&purpose::SECURITY, "Members must be able to see who did what in their organisation; the record holds identifiers only."),
];

/// The tables of this domain.
pub const TABLES: &[Table] = &[Table {
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
}];
