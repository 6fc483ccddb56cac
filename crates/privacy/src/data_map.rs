//! What this domain keeps. Certificates, sweeps and policy versions are about nobody: they outlive
//! the people whose rights they document, and hold counts and names of laws only.

use kernel::map::{Class, ClientKey, Entry, Necessary, Owned, Retention, Subject, Table, Use, category, purpose};

use crate::choice;

const RANDOM: &str = "a random identifier";
const STATE: &str = "a state or counter of the program";
const WHEN: &str = "an instant of the program's own work";
const NUMBERS: &str = "numbers of rows and names of tables";
const REQUESTS: &[Use] = &[Use::law(&purpose::RIGHTS, "GDPR Art. 12(3): requests are carried out and answered")];

const CLAIMS: &[Use] = &[Use::law(&purpose::LEGAL, "GDPR Art. 17(3)(e): legal claims")];

/// How long a request is kept after its end, in days: for as long as somebody may ask how it was answered.
pub const REQUEST_DAYS: u32 = 1_095;
const NOTICES: &[Use] = &[Use::law(&purpose::RIGHTS, "GDPR Art. 13(3) and 5(2): people are told of changes, and that can be shown")];

/// How long it can be shown who was told of a change, in days.
pub const NOTICE_DAYS: u32 = 3 * 365;
/// How long an export can be fetched, in days.
pub const EXPORT_DAYS: u32 = 7;

/// The tables of this domain.
pub const TABLES: &[Table] = &[
    Table {
        name: "privacy_policy_version",
        title: "versions of the policy",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["number"],
        columns: &[
            Entry::system("number", STATE),
            Entry::system("digest", "a hash of published texts"),
            Entry::system("map_digest", "a hash of the data map"),
            Entry::system("document", "the published policy; the operator's particulars in it are public"),
            Entry::system("materiality", STATE),
            Entry::system("changes", "differences between two published policies"),
            Entry::system("log_index", STATE),
            Entry::system("at", WHEN),
            Entry::system("effective_at", WHEN),
            Entry::system("asks", "keys of purposes that this version asks people about anew"),
            Entry::system("told_up_to", "a random identifier up to which people were told; the program's own place in its work"),
            Entry::system("told_at", WHEN),
        ],
    },
    Table {
        name: "privacy_policy_text",
        title: "texts of the policy",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["version", "form"],
        columns: &[
            Entry::system("version", STATE),
            Entry::system("form", "the name of a page or file form"),
            Entry::system("text", "a published text; the operator's particulars in it are public"),
            Entry::system("sha256", "a hash of a published text"),
        ],
    },
    Table {
        name: "privacy_notice",
        title: "notices of policy changes to you",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("at", NOTICE_DAYS),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("person_id", &category::IDENTIFIER, NOTICES).observed(),
            Entry::system("version", "the number of a published policy"),
            Entry::personal("channel", &category::ACTIVITY, NOTICES).observed(),
            Entry::personal("at", &category::ACTIVITY, NOTICES).observed(),
            Entry::personal("seen_at", &category::ACTIVITY, NOTICES).observed().not_required(),
        ],
    },
    Table {
        name: "privacy_export",
        title: "exports of your data",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("created_at", EXPORT_DAYS),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("person_id", &category::IDENTIFIER, REQUESTS).observed(),
            Entry::system("operation_id", RANDOM),
            Entry::personal("state", &category::REQUEST, REQUESTS).observed(),
            Entry::personal("file_key", &category::CREDENTIAL, REQUESTS)
                .observed()
                .sealed_to_person(Class::Account)
                .withheld("the key of the export's own file, of no use outside"),
            Entry::system("sha256", "a hash of an encrypted file"),
            Entry::system("content_sha256", "a hash over hashes of many rows"),
            Entry::system("size", STATE),
            Entry::personal("created_at", &category::REQUEST, REQUESTS).observed(),
            Entry::system("finished_at", WHEN),
        ],
    },
    Table {
        name: "privacy_erasure",
        title: "erasures under way",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("person_id", &category::IDENTIFIER, REQUESTS).observed(),
            Entry::system("certificate_id", RANDOM),
            Entry::system("operation_id", RANDOM),
            Entry::personal("created_at", &category::REQUEST, REQUESTS).observed(),
        ],
    },
    Table {
        name: "privacy_request",
        title: "requests about your data",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("closed_at", REQUEST_DAYS),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::personal("person_id", &category::IDENTIFIER, REQUESTS).observed(),
            Entry::personal("kind", &category::REQUEST, REQUESTS),
            Entry::personal("state", &category::REQUEST, REQUESTS).observed(),
            Entry::personal("place", &category::REQUEST, REQUESTS).not_required(),
            Entry::personal("text", &category::MESSAGE, REQUESTS).not_required().sealed_to_person(Class::Account),
            Entry::personal("purpose", &category::REQUEST, REQUESTS).not_required(),
            Entry::system("law", "the key of a law"),
            Entry::personal("received_at", &category::REQUEST, REQUESTS).observed(),
            Entry::personal("due_at", &category::REQUEST, REQUESTS).observed(),
            Entry::system("extendable_to", WHEN),
            Entry::system("alarm_at", WHEN),
            Entry::system("alarmed_at", WHEN),
            Entry::system("overdue_at", WHEN),
            Entry::personal("answer", &category::MESSAGE, REQUESTS).observed().sealed_to_person(Class::Account),
            Entry::personal("closed_at", &category::REQUEST, REQUESTS).observed(),
            Entry::system("export_id", RANDOM),
            Entry::system("operation_id", RANDOM),
        ],
    },
    Table {
        name: "privacy_correction",
        title: "corrections of your data",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("done_at", REQUEST_DAYS),
        key: &["request_id", "place"],
        columns: &[
            Entry::system("request_id", RANDOM),
            Entry::system("place", "the name of a part of the program, or of a recipient"),
            Entry::personal("person_id", &category::IDENTIFIER, REQUESTS).observed(),
            Entry::personal("field", &category::REQUEST, REQUESTS),
            Entry::personal("before", &category::REQUEST, REQUESTS).observed().sealed_to_person(Class::Account),
            Entry::personal("after", &category::REQUEST, REQUESTS).sealed_to_person(Class::Account),
            Entry::system("problem", "the public text of an error, which names no person"),
            Entry::personal("asked_at", &category::REQUEST, REQUESTS).observed(),
            Entry::personal("done_at", &category::REQUEST, REQUESTS).observed(),
        ],
    },
    Table {
        name: "privacy_request_tally",
        title: "numbers of requests",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["month", "kind", "outcome"],
        columns: &[
            Entry::system("month", "a month of the calendar"),
            Entry::system("kind", STATE),
            Entry::system("outcome", STATE),
            Entry::system("count", NUMBERS),
        ],
    },
    Table {
        name: "privacy_hold",
        title: "legal holds",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "owner_id" },
        // A hold has to outlast the erasure that it pauses.
        retention: Retention::by_law("ends_at", 365, "GDPR Art. 17(3)(e)"),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("owner_kind", STATE),
            Entry::personal("owner_id", &category::IDENTIFIER, CLAIMS).observed(),
            Entry::system("sections", NUMBERS),
            Entry::system("matter", "the number of a matter; staff are told to write no names"),
            Entry::personal("placed_by", &category::IDENTIFIER, CLAIMS).observed(),
            Entry::personal("placed_at", &category::REQUEST, CLAIMS).observed(),
            Entry::personal("ends_at", &category::REQUEST, CLAIMS).observed(),
            Entry::system("resumed_at", WHEN),
        ],
    },
    Table {
        name: "privacy_certificate",
        title: "certificates of erasure",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::INSTALLATION,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("state", STATE),
            Entry::system("draft", NUMBERS),
            Entry::system("log_index", STATE),
            Entry::system("document", "numbers of rows, names of tables and laws, hashes and a signature"),
            Entry::system("created_at", WHEN),
        ],
    },
    Table {
        name: "privacy_sweep",
        title: "runs of the sweeper",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("at", 400),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("at", WHEN),
            Entry::system("finished_at", WHEN),
            Entry::system("counts", NUMBERS),
            Entry::system("log_index", STATE),
        ],
    },
];

/// The cookie that remembers choices; refusals must be remembered too, or they would be asked again on every page.
pub const CLIENT_KEYS: &[ClientKey] = &[CHOICES];

/// See [`CLIENT_KEYS`].
pub const CHOICES: ClientKey = ClientKey::necessary(
    choice::COOKIE,
    &purpose::LEGAL,
    Necessary::Forms,
    "your choices about optional data use: four yes or no, and the policy's version; the same for everybody who chose the same",
    choice::COOKIE_SECONDS,
);
