//! Rules about which file may name which outside crate: HTTP in `api.rs`, queries in `store.rs`.
//!
//! The exceptions are few and each has its reason; a new one needs a decision page.

use std::sync::LazyLock;

use regex::Regex;

use super::comments::pattern;
use super::lexer::Line;
use super::{Finding, Report};
use crate::tree::File;

/// Where HTTP may be named besides `api.rs`: path beginning and reason.
const HTTP: &[(&str, &str)] = &[
    ("crates/kernel/src/http", "extractors and the problem response that every api.rs uses"),
    ("crates/kernel/src/module.rs", "a domain hands its routes to the server"),
    ("crates/server/", "it builds the one router"),
    ("crates/testkit/", "fakes of outside services answer HTTP"),
    ("crates/proxmox-standin/", "a fake of an outside service answers HTTP"),
    ("tests/", "tests speak to the router"),
];

/// Where queries may be run besides `store.rs` and migrations: path beginning and reason.
const QUERIES: &[(&str, &str)] = &[
    ("crates/kernel/src/", "transactions, the outbox and the gate's small rows"),
    ("crates/workflow/src/", "the engine claims and records steps itself"),
    ("crates/audit/src/log/", "the tamper-evident log appends under its own lease"),
    ("crates/privacy/src/walk/", "export, erasure and retention walk the map, whatever the table"),
    ("crates/server/src/", "opens the pools and runs migrations"),
    ("crates/testkit/", "makes and compares databases"),
    ("crates/cli/src/", "backup, restore and moving to PostgreSQL copy whole databases"),
    ("tests/", "tests look at the rows"),
    ("benches/", "figures are compared with plain queries"),
];

/// A domain's lib.rs merges the routes of its nouns, and needs this name for it.
const MERGES: &str = "utoipa_axum::router::OpenApiRouter";

/// A verb passes on the transaction or reader it was given; naming its type is not a query.
const HANDLE: &str = "sea_orm::ConnectionTrait";

static NAMES_ENGINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(sqlx|sea_query|sea_orm_migration)\b"));
static NAMES_HTTP: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(axum|tower_http|utoipa_axum)\b"));
static NAMES_QUERIES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(sea_orm|sqlx|sea_query|sea_orm_migration)\b"));

/// Checks one Rust file.
pub fn check(file: &File, lines: &[Line]) -> Vec<Finding> {
    let mut report = Report::of(&file.path);
    let http = may_name_http(file);
    let queries = may_query(file);
    // A model may say how its types are kept in a column; a query needs an entity, and that is the store's.
    let asks = if file.name() == "model.rs" { &NAMES_ENGINE } else { &NAMES_QUERIES };
    for (index, line) in lines.iter().enumerate() {
        if !http && NAMES_HTTP.is_match(&line.code) && !(file.name() == "lib.rs" && line.code.contains(MERGES)) {
            report.add(index + 1, "HTTP is named only in api.rs, the kernel's http and the server");
        }
        if !queries && asks.is_match(&line.code.replace(HANDLE, "")) {
            report.add(index + 1, "queries run only in store.rs and migrations: ask the store");
        }
    }
    report.findings
}

fn may_name_http(file: &File) -> bool {
    file.name() == "api.rs" || file.path.contains("/api/") || listed(HTTP, file)
}

fn may_query(file: &File) -> bool {
    let in_store = file.name() == "store.rs" || file.path.contains("/store/");
    in_store || file.path.contains("/src/migrations") || listed(QUERIES, file)
}

fn listed(places: &[(&str, &str)], file: &File) -> bool {
    // A crate's own tests and benches stand outside it and look at its routes and rows.
    let outside = file.path.starts_with("crates/") && ["/tests/", "/benches/"].iter().any(|folder| file.path.contains(folder));
    outside || places.iter().any(|(beginning, _)| file.path.starts_with(beginning))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn faults(path: &str, text: &str) -> usize {
        let (file, lines) = sample(path, text);
        check(&file, &lines).len()
    }

    #[test]
    fn http_stays_at_the_edge() {
        assert_eq!(faults("crates/billing/src/invoice/pay.rs", "use axum::Json;"), 1);
        assert_eq!(faults("crates/billing/src/invoice/api.rs", "use axum::Json;"), 0);
        assert_eq!(faults("crates/server/src/http.rs", "use axum::Router;"), 0);
        assert_eq!(faults("crates/billing/src/invoice/pay.rs", "// axum answers, we decide"), 0);
        assert_eq!(faults("crates/billing/src/lib.rs", "use utoipa_axum::router::OpenApiRouter;"), 0);
        assert_eq!(faults("crates/billing/src/lib.rs", "use axum::Json;"), 1);
    }

    #[test]
    fn queries_stay_in_the_store() {
        assert_eq!(faults("crates/billing/src/invoice/api.rs", "use sea_orm::EntityTrait;"), 1);
        assert_eq!(faults("crates/billing/src/invoice/pay.rs", "sqlx::query(\"select 1\")"), 1);
        assert_eq!(faults("crates/billing/src/invoice/store.rs", "use sea_orm::EntityTrait;"), 0);
        assert_eq!(faults("crates/billing/src/invoice/pay.rs", "use sea_orm::ConnectionTrait;"), 0);
        assert_eq!(faults("crates/billing/src/invoice/pay.rs", "use sea_orm::{ConnectionTrait, EntityTrait};"), 1);
        assert_eq!(faults("crates/billing/src/migrations/m0001_invoice.rs", "use sea_orm_migration::prelude;"), 0);
        assert_eq!(faults("crates/billing/src/invoice/model.rs", "use sea_orm::DeriveActiveEnum;"), 0);
        assert_eq!(faults("crates/billing/src/invoice/model.rs", "use sqlx::Row;"), 1);
        assert_eq!(faults("crates/audit/tests/log.rs", "use sea_orm::EntityTrait;"), 0);
        assert_eq!(faults("crates/kernel/src/tx.rs", "use sea_orm::TransactionTrait;"), 0);
    }
}
