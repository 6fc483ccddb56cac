//! Every column and cookie of this domain, described.

use kernel::map::{Class, ClientKey, Entry, Necessary, Owned, Retention, Subject, Table, Use, category, purpose};

const STATE: &str = "a state or counter of the program";
const WHEN: &str = "an instant of the program's own work";

const PROTECTS: &str = "People expect us to keep strangers out of their accounts; little is kept, sealed or hashed, and not for long.";
const LEDGERS: &str = "GDPR Art. 6(1)(c) with the VAT invoice rules (Directive 2006/112/EC Art. 226)";

const ACCOUNT: &[Use] = &[Use::contract(&purpose::ACCOUNT)];
const CONTACT: &[Use] = &[
    Use::contract(&purpose::ACCOUNT),
    Use::contract(&purpose::NOTICE),
    Use::contract(&purpose::BILLING),
    Use::contract(&purpose::SERVICE),
    Use::interest(&purpose::SECURITY, PROTECTS),
];
const TENANCY: &[Use] =
    &[Use::contract(&purpose::ACCOUNT), Use::contract(&purpose::SERVICE), Use::contract(&purpose::BILLING), Use::contract(&purpose::NOTICE)];
const PARTICULARS: &[Use] = &[Use::contract(&purpose::ACCOUNT), Use::contract(&purpose::BILLING), Use::law(&purpose::LEGAL, LEDGERS)];
const SECURITY: &[Use] = &[Use::contract(&purpose::ACCOUNT), Use::interest(&purpose::SECURITY, PROTECTS)];
const AGE: &[Use] = &[Use::law(&purpose::LEGAL, "GDPR Art. 8(1): no account without the confirmation of age")];

const LINK: &[Entry] = &[
    Entry::personal("token", &category::CREDENTIAL, SECURITY).observed().verifier(),
    Entry::personal("person_id", &category::IDENTIFIER, ACCOUNT).observed(),
    Entry::personal("created_at", &category::ACTIVITY, ACCOUNT).observed(),
    Entry::system("expires_at", WHEN),
];

/// The domain's tables.
pub const TABLES: &[Table] = &[
    Table {
        name: "identity_person",
        title: "account",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, ACCOUNT).observed().loggable(),
            Entry::personal("email", &category::EMAIL, CONTACT).sealed_to_person(Class::Account),
            Entry::personal("email_index", &category::EMAIL, SECURITY).blind_index(&["identity.person.email"]),
            Entry::personal("name", &category::NAME, CONTACT).sealed_to_person(Class::Account),
            Entry::personal("password", &category::CREDENTIAL, SECURITY).verifier(),
            Entry::personal("email_verified_at", &category::ACTIVITY, ACCOUNT).observed(),
            Entry::personal("over_16_confirmed_at", &category::CHOICE, AGE),
            Entry::personal("staff_role", &category::ACTIVITY, SECURITY).observed().not_required(),
            Entry::personal("created_at", &category::ACTIVITY, ACCOUNT).observed(),
        ],
    },
    Table {
        name: "identity_session",
        title: "sessions",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        // Sessions end after thirty days at the latest, so no address outlives that.
        retention: Retention::days_after("expires_at", 0),
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::SESSION, SECURITY).observed(),
            Entry::personal("person_id", &category::IDENTIFIER, SECURITY).observed(),
            Entry::personal("token", &category::CREDENTIAL, SECURITY).observed().verifier(),
            Entry::personal("agent", &category::SESSION, SECURITY).observed().not_required().sealed_to_person(Class::Security),
            Entry::personal("network", &category::IP, SECURITY).observed().not_required().sealed_to_person(Class::Security),
            Entry::personal("created_at", &category::SESSION, SECURITY).observed(),
            Entry::personal("last_seen_at", &category::SESSION, SECURITY).observed(),
            Entry::personal("expires_at", &category::SESSION, SECURITY).observed(),
        ],
    },
    Table {
        name: "identity_sign_in",
        title: "history of sign-ins",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("at", 90),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("person_id", &category::IDENTIFIER, SECURITY).observed(),
            Entry::personal("outcome", &category::ACTIVITY, SECURITY).observed(),
            Entry::personal("agent", &category::SESSION, SECURITY).observed().not_required().sealed_to_person(Class::Security),
            Entry::personal("network", &category::IP, SECURITY).observed().not_required().sealed_to_person(Class::Security),
            Entry::personal("at", &category::ACTIVITY, SECURITY).observed(),
        ],
    },
    Table {
        name: "identity_email_verification",
        title: "e-mail verification links",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("expires_at", 0),
        key: &["token"],
        columns: LINK,
    },
    Table {
        name: "identity_email_change",
        title: "changes of the e-mail address that wait to be confirmed",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("expires_at", 0),
        key: &["person_id"],
        columns: &[
            Entry::personal("person_id", &category::IDENTIFIER, ACCOUNT).observed(),
            Entry::personal("email", &category::EMAIL, CONTACT).sealed_to_person(Class::Account),
            Entry::personal("token", &category::CREDENTIAL, SECURITY).observed().not_required().verifier(),
            Entry::personal("created_at", &category::ACTIVITY, ACCOUNT).observed(),
            Entry::system("expires_at", WHEN),
        ],
    },
    Table {
        name: "identity_password_reset",
        title: "password reset links",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("expires_at", 0),
        key: &["token"],
        columns: LINK,
    },
    Table {
        name: "identity_api_token",
        title: "API tokens",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, ACCOUNT).observed(),
            Entry::personal("person_id", &category::IDENTIFIER, ACCOUNT).observed(),
            Entry::personal("organisation_id", &category::IDENTIFIER, ACCOUNT).observed(),
            Entry::personal("name", &category::CREDENTIAL, ACCOUNT).sealed_to_person(Class::Account),
            Entry::personal("prefix", &category::CREDENTIAL, ACCOUNT).observed(),
            Entry::personal("token", &category::CREDENTIAL, SECURITY).observed().verifier(),
            Entry::personal("read_only", &category::CREDENTIAL, ACCOUNT),
            Entry::personal("created_at", &category::ACTIVITY, ACCOUNT).observed(),
            Entry::personal("last_used_at", &category::ACTIVITY, SECURITY).observed().not_required(),
            Entry::personal("expires_at", &category::CREDENTIAL, SECURITY).not_required(),
        ],
    },
    Table {
        name: "identity_organisation",
        title: "organisation",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, TENANCY).observed().loggable(),
            Entry::personal("name", &category::ORGANISATION, TENANCY).sealed_to_organisation(Class::Account),
            Entry::personal("legal_name", &category::ORGANISATION, PARTICULARS).not_required().sealed_to_organisation(Class::Account),
            Entry::personal("address", &category::ADDRESS, PARTICULARS).not_required().sealed_to_organisation(Class::Account),
            Entry::personal("country", &category::ADDRESS, PARTICULARS).not_required().sealed_to_organisation(Class::Account),
            Entry::personal("tax_id", &category::TAX, PARTICULARS).not_required().sealed_to_organisation(Class::Account),
            Entry::personal("created_at", &category::ACTIVITY, TENANCY).observed(),
        ],
    },
    Table {
        name: "identity_membership",
        title: "memberships",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        // Who left or was removed stays on the list of the organisation's past for a month.
        retention: Retention::days_after("ended_at", 30),
        key: &["person_id", "organisation_id"],
        columns: &[
            Entry::personal("person_id", &category::IDENTIFIER, TENANCY).observed(),
            Entry::personal("organisation_id", &category::IDENTIFIER, TENANCY).observed(),
            Entry::personal("role", &category::ORGANISATION, TENANCY).observed(),
            Entry::personal("suspended_at", &category::ACTIVITY, TENANCY).observed().not_required(),
            Entry::personal("ended_at", &category::ACTIVITY, TENANCY).observed().not_required(),
            Entry::personal("created_at", &category::ACTIVITY, TENANCY).observed(),
        ],
    },
    Table {
        name: "identity_invitation",
        title: "invitations",
        subject: Subject::Visitor,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::days_after("expires_at", 0),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("organisation_id", &category::IDENTIFIER, TENANCY).observed(),
            Entry::personal("invited_by", &category::IDENTIFIER, TENANCY).observed(),
            Entry::personal("email", &category::EMAIL, TENANCY).sealed_to_organisation(Class::Account),
            Entry::personal("email_index", &category::EMAIL, SECURITY).blind_index(&["identity.invitation.email"]),
            Entry::personal("role", &category::ORGANISATION, TENANCY),
            Entry::personal("token", &category::CREDENTIAL, SECURITY).observed().not_required().verifier(),
            Entry::personal("created_at", &category::ACTIVITY, TENANCY).observed(),
            Entry::system("expires_at", WHEN),
        ],
    },
    Table {
        name: "identity_project",
        title: "projects",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, TENANCY).observed().loggable(),
            Entry::personal("organisation_id", &category::IDENTIFIER, TENANCY).observed(),
            Entry::personal("name", &category::ORGANISATION, TENANCY).sealed_to_organisation(Class::Account),
            Entry::personal("created_at", &category::ACTIVITY, TENANCY).observed(),
        ],
    },
    Table {
        name: "identity_setup_token",
        title: "set-up links",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("expires_at", 0),
        key: &["token"],
        columns: &[
            Entry::system("token", "a hash of a random link, made before anybody has an account"),
            Entry::system("created_at", WHEN),
            Entry::system("expires_at", WHEN),
        ],
    },
    Table {
        name: "identity_throttle",
        title: "counters of failed sign-ins",
        subject: Subject::Visitor,
        owned: Owned::ByNobody,
        retention: Retention::days_after("started_at", 1),
        key: &["key"],
        columns: &[
            Entry::personal("key", &category::IP, SECURITY).blind_index(&["identity.session.network", "identity.person.email"]),
            Entry::system("failures", STATE),
            Entry::system("started_at", WHEN),
        ],
    },
];

/// The domain's cookies.
pub const CLIENT_KEYS: &[ClientKey] = &[SESSION, SESSION_PLAIN, PROJECT];

const SESSION_SECONDS: u64 = 30 * 24 * 3600;

/// Keeps people signed in, over TLS.
pub const SESSION: ClientKey =
    ClientKey::necessary(kernel::http::SESSION_COOKIE, &purpose::ACCOUNT, Necessary::Session, "a random number that keeps you signed in", SESSION_SECONDS);

/// The same where browsers refuse the other.
pub const SESSION_PLAIN: ClientKey = ClientKey::necessary(
    kernel::http::SESSION_COOKIE_PLAIN,
    &purpose::ACCOUNT,
    Necessary::Session,
    "the same on an installation that is only reached from its own machine",
    SESSION_SECONDS,
);

/// The project that the console's pages are about.
const PROJECT: ClientKey =
    ClientKey::necessary("fairhold-project", &purpose::ACCOUNT, Necessary::Navigation, "the project that the pages of a tab are about", 0)
        .stored_in("session_storage")
        .in_console();
