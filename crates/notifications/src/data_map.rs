//! What the mails hold about people, and who receives them.

use kernel::map::{Class, Entry, Owned, Recipient, Retention, Subject, Table, Use, category, purpose};

const SEND: &[Use] = &[
    Use::contract(&purpose::NOTICE),
    Use::contract(&purpose::ACCOUNT),
    Use::contract(&purpose::BILLING),
    Use::law(&purpose::RIGHTS, "GDPR Art. 12(3): people are told what was done about their request"),
    Use::interest(&purpose::SECURITY, "People must hear of changes to their account, or they could not defend it."),
];

/// The tables of this domain.
pub const TABLES: &[Table] = &[Table {
    name: "notifications_mail",
    title: "mails to you",
    subject: Subject::Customer,
    owned: Owned::ByPerson { column: "person_id" },
    retention: Retention::days_after("queued_at", 30),
    key: &["id"],
    columns: &[
        Entry::system("id", "a random identifier"),
        Entry::personal("person_id", &category::IDENTIFIER, SEND).observed(),
        Entry::personal("kind", &category::ACTIVITY, SEND).observed(),
        Entry::system("purpose", "the key of a purpose"),
        Entry::personal("recipient", &category::EMAIL, SEND).sealed_to_person(Class::Account).derived(&["identity.person.email", "identity.person.name"]),
        Entry::personal("content", &category::MESSAGE, SEND).sealed_to_person(Class::Account).observed(),
        Entry::system("state", "queued, sent or failed"),
        Entry::system("attempts", "a counter of the program"),
        Entry::system("next_at", "an instant of the program's own work"),
        Entry::system("last_error", "a reason out of a fixed list"),
        Entry::personal("queued_at", &category::ACTIVITY, SEND).observed(),
        Entry::personal("sent_at", &category::ACTIVITY, SEND).observed(),
    ],
}];

/// Key of the mail server in the map.
pub const SMTP: &str = "mail.smtp";
/// What the mail server gets to see.
pub const MAILED: &[&str] = &["notifications.mail.recipient", "notifications.mail.content"];

/// Who receives something.
pub const RECIPIENTS: &[Recipient] = &[Recipient {
    key: SMTP,
    name: "the mail server that the operator chose",
    role: "delivers our mails to you",
    purposes: &[&purpose::NOTICE, &purpose::ACCOUNT, &purpose::BILLING, &purpose::RIGHTS, &purpose::SECURITY],
    entries: MAILED,
    country: "operator",
    transfer: "",
}];
