//! One value of one row, read by the type that the database declares for its column.

use std::collections::HashMap;

use kernel::{Error, Result, Timestamp};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

/// The declared types that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Small,
    Int,
    Big,
    Real,
    Text,
    Uuid,
    Bytes,
    Json,
}

/// Column types of one table, by column.
pub(crate) type Kinds = HashMap<String, Kind>;

impl Kind {
    /// From the name in the catalogue of either engine.
    pub(crate) fn of(declared: &str) -> Self {
        let name = declared.to_lowercase();
        match name.as_str() {
            _ if name.contains("uuid") => Self::Uuid,
            _ if name.contains("bool") => Self::Bool,
            _ if name.contains("json") => Self::Json,
            _ if name.contains("blob") || name.contains("binary") || name.contains("bytea") => Self::Bytes,
            "bigint" => Self::Big,
            "smallint" => Self::Small,
            _ if name.contains("int") => Self::Int,
            _ if name.contains("double") || name.contains("real") || name.contains("float") => Self::Real,
            _ => Self::Text,
        }
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Uuid(Uuid),
    Bytes(Vec<u8>),
    Json(serde_json::Value),
}

impl Cell {
    /// Reads `column` of `row`.
    pub(crate) fn read(row: &QueryResult, column: &str, kind: Kind) -> Result<Self> {
        let failed = |error: sea_orm::DbErr| Error::internal(format!("the column {column} has another type than the catalogue says")).caused_by(error);
        let cell = match kind {
            Kind::Bool => row.try_get::<Option<bool>>("", column).map_err(failed)?.map(Self::Bool),
            Kind::Small => row.try_get::<Option<i16>>("", column).map_err(failed)?.map(|value| Self::Int(value.into())),
            Kind::Int => row.try_get::<Option<i32>>("", column).map_err(failed)?.map(|value| Self::Int(value.into())),
            Kind::Big => row.try_get::<Option<i64>>("", column).map_err(failed)?.map(Self::Int),
            Kind::Real => row.try_get::<Option<f64>>("", column).map_err(failed)?.map(Self::Real),
            Kind::Text => row.try_get::<Option<String>>("", column).map_err(failed)?.map(Self::Text),
            Kind::Uuid => row.try_get::<Option<Uuid>>("", column).map_err(failed)?.map(Self::Uuid),
            Kind::Bytes => row.try_get::<Option<Vec<u8>>>("", column).map_err(failed)?.map(Self::Bytes),
            Kind::Json => row.try_get::<Option<serde_json::Value>>("", column).map_err(failed)?.map(Self::Json),
        };
        Ok(cell.unwrap_or(Self::Null))
    }

    /// The bytes, if it holds bytes.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// For binding it again, as a cursor.
    pub(crate) fn value(&self) -> Value {
        match self {
            Self::Null => Value::String(None),
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Real(value) => (*value).into(),
            Self::Text(value) => value.clone().into(),
            Self::Uuid(value) => (*value).into(),
            Self::Bytes(value) => value.clone().into(),
            Self::Json(value) => value.clone().into(),
        }
    }

    /// For an export: instants as RFC 3339, bytes as hexadecimal.
    pub(crate) fn json(&self, column: &str) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) if is_instant(column) => Timestamp(*value).to_string().into(),
            Self::Int(value) => (*value).into(),
            Self::Real(value) => (*value).into(),
            Self::Text(value) => value.clone().into(),
            Self::Uuid(value) => value.to_string().into(),
            Self::Bytes(value) => data_encoding::HEXLOWER.encode(value).into(),
            Self::Json(value) => value.clone(),
        }
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
