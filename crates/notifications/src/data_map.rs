//! What the mails hold about people, and who receives them.

use kernel::map::{Class, Entry, OPERATORS_CHOICE, Owned, Recipient, Retention, Subject, Table, Use, category, purpose};

const SEND: &[Use] = &[
    Use::contract(&purpose::NOTICE),
    Use::contract(&purpose::ACCOUNT),
    Use::contract(&purpose::BILLING),
    Use::law(&purpose::RIGHTS, "GDPR Art. 12(3): people are told what was done about their request"),
    Use::interest(&purpose::SECURITY, "People must hear of changes to their account, or they could not defend it."),
];

/// The tables of this domain.
pub const TABLES: &[Table] = &[MAIL, NOTIFICATION, PREFERENCE];

const NOTIFICATION: Table = Table {
    name: "notifications_notification",
    title: "notifications in the console",
    subject: Subject::Customer,
    owned: Owned::ByPerson { column: "person_id" },
    retention: Retention::days_after("at", 180),
    key: &["id"],
    columns: &[
        Entry::system("id", "a random identifier"),
        Entry::personal("person_id", &category::IDENTIFIER, SEND).observed(),
        Entry::personal("kind", &category::ACTIVITY, SEND).observed(),
        Entry::personal("topic", &category::ACTIVITY, SEND).observed(),
        Entry::personal("content", &category::MESSAGE, SEND).sealed_to_person(Class::Account).observed(),
        Entry::personal("at", &category::ACTIVITY, SEND).observed(),
        Entry::personal("read_at", &category::ACTIVITY, SEND).observed().not_required(),
    ],
};

const PREFERENCE: Table = Table {
    name: "notifications_preference",
    title: "which messages you get",
    subject: Subject::Customer,
    owned: Owned::ByPerson { column: "person_id" },
    retention: Retention::WITH_OWNER,
    key: &["person_id", "topic"],
    columns: &[
        Entry::personal("person_id", &category::IDENTIFIER, SEND).observed(),
        Entry::personal("topic", &category::CHOICE, SEND).not_required(),
        Entry::personal("mail", &category::CHOICE, SEND).not_required(),
        Entry::personal("in_app", &category::CHOICE, SEND).not_required(),
        Entry::personal("changed_at", &category::CHOICE, SEND).observed().not_required(),
    ],
};

const MAIL: Table = Table {
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
        Entry::personal("recipient", &category::EMAIL, SEND).sealed_to_person(Class::Account).derived(&[
            "identity.person.email",
            "identity.person.name",
            "identity.invitation.email",
        ]),
        Entry::personal("content", &category::MESSAGE, SEND).sealed_to_person(Class::Account).observed(),
        Entry::system("state", "queued, sent or failed"),
        Entry::system("attempts", "a counter of the program"),
        Entry::system("next_at", "an instant of the program's own work"),
        Entry::system("last_error", "a reason out of a fixed list"),
        Entry::personal("queued_at", &category::ACTIVITY, SEND).observed(),
        Entry::personal("sent_at", &category::ACTIVITY, SEND).observed(),
    ],
};

/// Key of the mail server in the map.
pub const SMTP: &str = "mail.smtp";
/// What the mail server gets to see.
pub const MAILED: &[&str] = &["notifications.mail.recipient", "notifications.mail.content"];

/// Who receives something.
pub const RECIPIENTS: &[Recipient] = &[Recipient {
    key: SMTP,
    name: "our own mail server",
    role: "delivers our mails to you",
    purposes: &[&purpose::NOTICE, &purpose::ACCOUNT, &purpose::BILLING, &purpose::RIGHTS, &purpose::SECURITY],
    entries: MAILED,
    country: OPERATORS_CHOICE,
    transfer: "",
    sale: false,
}];
