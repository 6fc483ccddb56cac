//! The engine's part of the data map: operations carry ids and choices, never personal values.

use kernel::map::{Entry, LogField, Owned, Retention, Subject, Table, Use, category, purpose};

const RANDOM: &str = "a random identifier";
const STATE: &str = "a state or counter of the program";
const WHEN: &str = "an instant of the program's own work";
const FIXED: &str = "a fixed text of the program";
const OPERATE: &[Use] = &[Use::contract(&purpose::SERVICE), Use::contract(&purpose::OPERATE)];

/// The engine's tables.
pub const TABLES: &[Table] = &[
    Table {
        name: "workflow_operation",
        title: "operations on your resources",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "started_by" },
        retention: Retention::days_after("finished_at", 180),
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("kind", FIXED),
            Entry::system("title", FIXED),
            Entry::system("subject", RANDOM),
            Entry::system("place", RANDOM),
            Entry::system("organisation_id", RANDOM),
            Entry::system("project_id", RANDOM),
            Entry::personal("started_by", &category::ACTIVITY, OPERATE).observed().not_required(),
            Entry::system("start_key", RANDOM),
            Entry::system("input", "ids and choices; a workflow's input never carries personal values"),
            Entry::system("state", STATE),
            Entry::system("error", "the public text of an error, which names no person"),
            Entry::system("parent_id", RANDOM),
            Entry::system("parent_position", STATE),
            Entry::system("holder", "a random name of a process"),
            Entry::system("fence", STATE),
            Entry::system("lease_until", WHEN),
            Entry::system("next_at", WHEN),
            Entry::system("created_at", WHEN),
            Entry::system("finished_at", WHEN),
        ],
    },
    Table {
        name: "workflow_step",
        title: "steps of operations",
        subject: Subject::None,
        owned: Owned::Through { column: "operation_id", table: "workflow_operation", key: "id" },
        retention: Retention::WITH_OWNER,
        key: &["operation_id", "position"],
        columns: &[
            Entry::system("operation_id", RANDOM),
            Entry::system("position", STATE),
            Entry::system("name", FIXED),
            Entry::system("title", FIXED),
            Entry::system("state", STATE),
            Entry::system("attempt", STATE),
            Entry::system("started_at", WHEN),
            Entry::system("finished_at", WHEN),
            Entry::system("error", "the public text of an error, which names no person"),
        ],
    },
    Table {
        name: "workflow_log",
        title: "logs of operations",
        subject: Subject::None,
        owned: Owned::Through { column: "operation_id", table: "workflow_operation", key: "id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", RANDOM),
            Entry::system("operation_id", RANDOM),
            Entry::system("position", STATE),
            Entry::system("at", WHEN),
            Entry::system("text", "lines that steps write about resources, which name no person")
                .withheld_where("for_operator", "what the operator reads about nodes and hosts of its own"),
            Entry::system("for_operator", STATE),
        ],
    },
    Table {
        name: "workflow_worker",
        title: "living workers",
        subject: Subject::None,
        owned: Owned::ByNobody,
        retention: Retention::days_after("seen_at", 1),
        key: &["holder"],
        columns: &[Entry::system("holder", "a random name of a process"), Entry::system("seen_at", WHEN)],
    },
];

/// Fields that the engine may log.
pub const LOG_FIELDS: &[LogField] = &[
    LogField { name: "operation", text: "a random identifier of an operation", personal: false, days: 30 },
    LogField { name: "step", text: "the name of a step", personal: false, days: 30 },
];
