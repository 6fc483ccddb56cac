//! What this domain keeps. Certificates, sweeps and policy versions are about nobody: they outlive
//! the people whose rights they document, and hold counts and names of laws only.

use kernel::map::{Class, ClientKey, Entry, Owned, Retention, Subject, Table, Use, category, purpose};

use crate::choice;

const RANDOM: &str = "a random identifier";
const STATE: &str = "a state or counter of the program";
const WHEN: &str = "an instant of the program's own work";
const NUMBERS: &str = "numbers of rows and names of tables";
const REQUESTS: &[Use] = &[Use::law(&purpose::RIGHTS, "GDPR Art. 12(3): requests are carried out and answered")];

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

/// The cookie that remembers choices; strictly necessary, because refusals must be remembered too.
pub const CLIENT_KEYS: &[ClientKey] = &[ClientKey {
    name: choice::COOKIE,
    kind: "cookie",
    purpose: &purpose::LEGAL,
    text: "your choices about optional data use: four yes or no, and the policy's version; the same for everybody who chose the same",
    seconds: choice::COOKIE_SECONDS,
}];
