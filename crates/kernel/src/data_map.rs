//! The kernel's own entries: keys, events, choices, access and disclosure logs, leases, settings.

use crate::map::{Entry, LogField, Owned, Retention, Subject, Table, Use, category, purpose};

const RANDOM: &str = "a random identifier";
const STATE: &str = "a state or counter of the program";
const WHEN: &str = "an instant of the program's own work";

const OPERATE: &[Use] = &[Use::contract(&purpose::OPERATE)];
const CHOICES: &[Use] = &[Use::law(&purpose::LEGAL, "GDPR Art. 7(1): consent must be demonstrable")];
const EVIDENCE: &[Use] = &[
    Use::law(&purpose::LEGAL, "GDPR Art. 5(2): accountability"),
    Use::interest(&purpose::SECURITY, "People must be able to see who looked at their data; the record holds identifiers only."),
];

/// The kernel's tables.
pub const TABLES: &[Table] = &[
    Table {
        name: "kernel_key",
        title: "encryption keys",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("owner_kind", STATE),
            Entry::personal("owner_id", &category::IDENTIFIER, OPERATE).observed(),
            Entry::system("class", STATE),
            Entry::system("epoch", STATE),
            Entry::personal("wrapped", &category::CREDENTIAL, OPERATE).observed().withheld("a key that only this installation can use"),
            Entry::system("created_at", WHEN),
        ],
    },
    Table {
        name: "kernel_event",
        title: "internal events",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("delivered_at", 30),
        key: &["seq"],
        columns: &[
            Entry::system("seq", STATE),
            Entry::system("id", RANDOM),
            Entry::system("kind", STATE),
            Entry::system("subject", RANDOM),
            Entry::system("place", "random identifiers of organisation and project"),
            Entry::system("payload", "random identifiers and states; events never carry personal values"),
            Entry::system("at", WHEN),
            Entry::system("attempts", STATE),
            Entry::system("next_at", WHEN),
            Entry::system("delivered_at", WHEN),
            Entry::system("last_error", "the public text of an error, which names no person"),
        ],
    },
    Table {
        name: "kernel_delivery",
        title: "deliveries of internal events",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("at", 60),
        key: &["event_id", "reaction"],
        columns: &[Entry::system("event_id", RANDOM), Entry::system("reaction", STATE), Entry::system("at", WHEN)],
    },
    Table {
        name: "kernel_choice",
        title: "consents, objections and restrictions",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("owner_id", &category::IDENTIFIER, CHOICES).observed(),
            Entry::personal("kind", &category::CHOICE, CHOICES),
            Entry::personal("purpose", &category::CHOICE, CHOICES),
            Entry::personal("given", &category::CHOICE, CHOICES),
            Entry::personal("policy_version", &category::CHOICE, CHOICES).observed(),
            Entry::personal("at", &category::CHOICE, CHOICES).observed(),
        ],
    },
    Table {
        name: "kernel_access",
        title: "views by our staff",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        retention: Retention::days_after("at", 400),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("owner_kind", STATE),
            Entry::personal("owner_id", &category::IDENTIFIER, EVIDENCE).observed(),
            Entry::personal("staff_id", &category::IDENTIFIER, EVIDENCE).observed(),
            Entry::personal("purpose", &category::ACTIVITY, EVIDENCE).observed(),
            Entry::personal("permission", &category::ACTIVITY, EVIDENCE).observed(),
            Entry::personal("at", &category::ACTIVITY, EVIDENCE).observed(),
        ],
    },
    Table {
        name: "kernel_disclosure",
        title: "disclosures to recipients",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        retention: Retention::days_after("at", 400),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("recipient", &category::ACTIVITY, EVIDENCE).observed(),
            Entry::personal("purpose", &category::ACTIVITY, EVIDENCE).observed(),
            Entry::system("host", "the operator's choice of endpoint"),
            Entry::personal("entries", &category::ACTIVITY, EVIDENCE).observed(),
            Entry::system("owner_kind", STATE),
            Entry::personal("owner_id", &category::IDENTIFIER, EVIDENCE).observed(),
            Entry::personal("at", &category::ACTIVITY, EVIDENCE).observed(),
        ],
    },
    Table {
        name: "kernel_idempotency",
        title: "answers kept for safe retries",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("at", 1),
        key: &["key"],
        columns: &[
            Entry::system("key", "a keyed hash of caller, route and key"),
            Entry::system("request", "a keyed hash of the request"),
            Entry::system("status", STATE),
            Entry::system("answer", "encrypted under a key of the instance, gone after a day"),
            Entry::system("at", WHEN),
        ],
    },
    Table {
        name: "kernel_lease",
        title: "leases of periodic work",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["name"],
        columns: &[
            Entry::system("name", STATE),
            Entry::system("holder", "a random name of a process"),
            Entry::system("fence", STATE),
            Entry::system("until", WHEN),
            Entry::system("due_at", WHEN),
        ],
    },
    Table {
        name: "kernel_setting",
        title: "settings of the installation",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["name"],
        columns: &[Entry::system("name", STATE), Entry::system("value", "a choice of the operator about the installation"), Entry::system("at", WHEN)],
    },
];

/// Fields that may appear in logs.
pub const LOG_FIELDS: &[LogField] = &[
    LogField { name: "message", text: "a fixed sentence of the program, or of a library it is made with", personal: false, days: 30 },
    LogField { name: "request_id", text: "a random identifier of one request", personal: false, days: 30 },
    LogField { name: "method", text: "the method of a request", personal: false, days: 30 },
    LogField { name: "route", text: "the route's pattern, without the ids in it", personal: false, days: 30 },
    LogField { name: "status", text: "the status of an answer", personal: false, days: 30 },
    LogField { name: "elapsed_us", text: "how long something took", personal: false, days: 30 },
    LogField { name: "error", text: "the text of an error, which names entries, not values", personal: false, days: 30 },
    LogField { name: "why", text: "a reason out of a fixed list", personal: false, days: 30 },
    LogField { name: "event", text: "the kind of an event", personal: false, days: 30 },
    LogField { name: "entry", text: "the name of a map entry", personal: false, days: 30 },
    LogField { name: "purpose", text: "the key of a purpose", personal: false, days: 30 },
    LogField { name: "recipient", text: "the key of a recipient", personal: false, days: 30 },
    LogField { name: "reason", text: "why an error was ignored", personal: false, days: 30 },
];
