//! Billing's part of the data map. There is no column for card data anywhere: a payment is an
//! amount, a method's name and an outcome.

use kernel::map::{Class, Entry, LogField, Owned, Retention, Subject, Table, Use, category, purpose};

const RANDOM: &str = "a random identifier";
const STATE: &str = "a state, counter or code of the program";
const WHEN: &str = "an instant of the program's own work";
const HASH: &str = "a hash that proves the books unchanged";
const OWNER: &str = "the random identifier of an organisation";
/// Shown to people wherever something outlives an erasure.
const TAX_LAW: &str = "tax law of the operator's country, for example § 147 AO: 10 years";
/// Ten years with their leap days.
const TEN_YEARS: u32 = 3653;

const BILL: &[Use] = &[Use::contract(&purpose::BILLING)];
const BOOKS: &[Use] = &[Use::contract(&purpose::BILLING), Use::law(&purpose::LEGAL, "§ 147 AO, Art. 6(1)(c) GDPR: accounting records are kept")];

const ORGANISATION: Owned = Owned::ByOrganisation { column: "organisation_id" };
const METER: Owned = Owned::Through { column: "meter_id", table: "billing_meter", key: "id" };
const INVOICE: Owned = Owned::Through { column: "invoice_id", table: "billing_invoice", key: "id" };
const PAYMENT: Owned = Owned::Through { column: "payment_id", table: "billing_payment", key: "id" };
const INTENT: Owned = Owned::Through { column: "intent_key", table: "billing_payment", key: "intent_key" };

const fn table(name: &'static str, title: &'static str, owned: Owned, retention: Retention, key: &'static [&'static str], columns: &'static [Entry]) -> Table {
    Table { name, title, subject: Subject::Organisation, owned, retention, key, columns }
}

const fn by_law(column: &'static str) -> Retention {
    Retention::by_law(column, TEN_YEARS, TAX_LAW)
}

const fn money(column: &'static str) -> Entry {
    Entry::personal(column, &category::FINANCIAL, BOOKS).observed()
}

const fn used(column: &'static str) -> Entry {
    Entry::personal(column, &category::USAGE, BILL).observed()
}

/// Billing's tables.
pub const TABLES: &[Table] = &[
    table(
        "billing_account",
        "billing account",
        ORGANISATION,
        Retention::WITH_OWNER,
        &["organisation_id"],
        &[
            Entry::system("organisation_id", OWNER),
            Entry::system("currency", STATE),
            Entry::system("clock_offset", STATE),
            Entry::system("period_from", WHEN),
            Entry::system("created_at", WHEN),
        ],
    ),
    table(
        "billing_meter",
        "what is billed since when, at which price",
        ORGANISATION,
        Retention::WITH_OWNER,
        &["id"],
        &[
            Entry::system("id", RANDOM),
            Entry::system("organisation_id", OWNER),
            Entry::system("resource", RANDOM),
            Entry::system("open_resource", RANDOM),
            used("description"),
            used("rates"),
            Entry::system("prepaid_periods", STATE),
            used("opened_at"),
            used("closed_at").not_required(),
            used("lost_at").not_required(),
        ],
    ),
    table(
        "billing_reading",
        "readings of meters that were counted",
        METER,
        Retention::days_after("at", 400),
        &["resource", "sequence"],
        &[Entry::system("resource", RANDOM), Entry::system("sequence", STATE), Entry::system("meter_id", RANDOM), Entry::system("at", WHEN)],
    ),
    table(
        "billing_usage",
        "measured use by the hour",
        METER,
        Retention::WITH_OWNER,
        &["meter_id", "hour"],
        &[Entry::system("meter_id", RANDOM), used("hour"), used("running_seconds"), used("stopped_gib_seconds"), used("rx_bytes"), used("tx_bytes")],
    ),
    Table {
        subject: Subject::None,
        ..table(
            "billing_series",
            "invoice number counters",
            Owned::ByNobody,
            Retention::INSTALLATION,
            &["issuer", "series", "year"],
            &[
                Entry::system("issuer", STATE),
                Entry::system("series", STATE),
                Entry::system("year", STATE),
                Entry::system("last", STATE),
                Entry::system("last_at", WHEN),
            ],
        )
    },
    table(
        "billing_invoice",
        "invoices and credit notes",
        ORGANISATION,
        by_law("issued_at"),
        &["id"],
        &[
            Entry::system("id", RANDOM),
            Entry::system("organisation_id", OWNER),
            Entry::system("cause", "identifiers of what made the document"),
            Entry::system("kind", STATE),
            Entry::system("issuer", STATE),
            Entry::system("series", STATE),
            Entry::system("year", STATE),
            Entry::system("sequence", STATE),
            money("number"),
            money("period_from"),
            money("period_to"),
            Entry::system("currency", STATE),
            money("net"),
            money("tax"),
            money("gross"),
            money("issued_at"),
            Entry::system("refers_to", RANDOM),
            money("snapshot").sealed_to_organisation(Class::TaxRecord),
            Entry::system("hash", HASH),
            money("state"),
            money("paid"),
            money("credited"),
        ],
    ),
    table(
        "billing_line",
        "invoice lines",
        INVOICE,
        by_law("issued_at"),
        &["invoice_id", "position"],
        &[
            Entry::system("invoice_id", RANDOM),
            Entry::system("position", STATE),
            Entry::system("meter_id", RANDOM),
            money("from_at"),
            money("to_at"),
            Entry::system("unit", STATE),
            money("amount"),
            Entry::system("issued_at", WHEN),
        ],
    ),
    Table {
        subject: Subject::None,
        ..table(
            "billing_head",
            "end of the ledger's chain",
            Owned::ByNobody,
            Retention::INSTALLATION,
            &["name"],
            &[Entry::system("name", STATE), Entry::system("seq", STATE), Entry::system("hash", HASH)],
        )
    },
    table(
        "billing_balance",
        "balances of the ledger's accounts",
        ORGANISATION,
        by_law("changed_at"),
        &["account"],
        &[
            Entry::system("account", "an account's kind and the random identifier of an organisation"),
            Entry::system("organisation_id", OWNER),
            Entry::system("currency", STATE),
            money("minor"),
            Entry::system("changed_at", WHEN),
        ],
    ),
    table(
        "billing_entry",
        "entries of the ledger",
        ORGANISATION,
        by_law("booked_at"),
        &["seq"],
        &[
            Entry::system("seq", STATE),
            Entry::system("organisation_id", OWNER),
            Entry::system("key", "identifiers of what was booked"),
            money("memo"),
            Entry::system("document", RANDOM),
            Entry::system("reverses", STATE),
            money("booked_at"),
            Entry::system("previous", HASH),
            Entry::system("hash", HASH),
        ],
    ),
    table(
        "billing_leg",
        "amounts of the ledger's entries",
        Owned::Through { column: "seq", table: "billing_entry", key: "seq" },
        by_law("booked_at"),
        &["seq", "position"],
        &[
            Entry::system("seq", STATE),
            Entry::system("position", STATE),
            Entry::system("account", "an account's kind and the random identifier of an organisation"),
            money("minor"),
            Entry::system("booked_at", WHEN),
        ],
    ),
    table(
        "billing_payment",
        "payments",
        ORGANISATION,
        by_law("created_at"),
        &["id"],
        &[
            Entry::system("id", RANDOM),
            Entry::system("organisation_id", OWNER),
            Entry::system("intent_key", "identifiers of what is paid"),
            money("purpose"),
            Entry::system("subject", RANDOM),
            money("amount"),
            Entry::system("currency", STATE),
            money("method"),
            Entry::system("provider", STATE),
            money("state"),
            money("problem").not_required(),
            money("charge").not_required(),
            Entry::system("invoice_id", RANDOM),
            money("refunded"),
            money("created_at"),
            Entry::system("changed_at", WHEN),
        ],
    ),
    table(
        "billing_allocation",
        "which payment paid which invoice",
        PAYMENT,
        by_law("at"),
        &["payment_id", "invoice_id"],
        &[Entry::system("payment_id", RANDOM), Entry::system("invoice_id", RANDOM), money("amount"), Entry::system("at", WHEN)],
    ),
    table(
        "billing_refund",
        "refunds",
        PAYMENT,
        by_law("created_at"),
        &["key"],
        &[
            Entry::system("key", "identifiers of what is refunded"),
            Entry::system("payment_id", RANDOM),
            money("amount"),
            money("reason"),
            Entry::system("state", STATE),
            money("created_at"),
        ],
    ),
    table(
        "billing_testcharge",
        "charges at the test payment provider",
        INTENT,
        by_law("created_at"),
        &["intent_key"],
        &[
            Entry::system("intent_key", "identifiers of what is paid"),
            money("amount"),
            Entry::system("currency", STATE),
            money("method"),
            Entry::system("state", STATE),
            Entry::system("settles_at", WHEN),
            money("refunded"),
            Entry::system("created_at", WHEN),
        ],
    ),
    table(
        "billing_testrefund",
        "refunds at the test payment provider",
        INTENT,
        by_law("created_at"),
        &["key"],
        &[
            Entry::system("key", "identifiers of what is refunded"),
            Entry::system("intent_key", "identifiers of what is paid"),
            money("amount"),
            Entry::system("created_at", WHEN),
        ],
    ),
];

/// Billing's log fields.
pub const LOG_FIELDS: &[LogField] = &[
    LogField { name: "organisation", text: "the random identifier of an organisation whose period could not be closed", personal: false, days: 30 },
    LogField { name: "payment", text: "the random identifier of a payment that the provider could not be asked about", personal: false, days: 30 },
];
