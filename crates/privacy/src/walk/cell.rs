//! How cells look in exports.

use kernel::Timestamp;
pub(crate) use kernel::rows::{Cell, Kind, Kinds};

/// Instants as RFC 3339, bytes as hexadecimal.
pub(crate) fn json(cell: &Cell, column: &str) -> serde_json::Value {
    match cell {
        Cell::Null => serde_json::Value::Null,
        Cell::Bool(value) => (*value).into(),
        Cell::Int(value) if is_instant(column) => Timestamp(*value).to_string().into(),
        Cell::Int(value) => (*value).into(),
        Cell::Real(value) => (*value).into(),
        Cell::Text(value) => value.clone().into(),
        Cell::Uuid(value) => value.to_string().into(),
        Cell::Bytes(value) => data_encoding::HEXLOWER.encode(value).into(),
        Cell::Json(value) => value.clone(),
    }
}

/// Instants are named `at`, `until` or end so; the house's tables keep to it.
pub(crate) fn is_instant(column: &str) -> bool {
    matches!(column, "at" | "until") || column.ends_with("_at") || column.ends_with("_until")
}

/// The JSON Schema type of a column in an export.
pub(crate) fn schema_type(column: &str, kind: Kind) -> serde_json::Value {
    let word = match kind {
        Kind::Bool => "boolean",
        Kind::Small | Kind::Int | Kind::Big if is_instant(column) => return serde_json::json!({ "type": ["string", "null"], "format": "date-time" }),
        Kind::Small | Kind::Int | Kind::Big => "integer",
        Kind::Real => "number",
        Kind::Text | Kind::Uuid | Kind::Bytes => "string",
        Kind::Json => return serde_json::json!({}),
    };
    serde_json::json!({ "type": [word, "null"] })
}
