//! One value of one row, read and written by the type that the database declares for its column.

use std::collections::HashMap;

use sea_orm::{QueryResult, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};

/// The declared types that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// 16 bits.
    Small,
    /// 32 bits.
    Int,
    /// 64 bits.
    Big,
    /// A floating point number.
    Real,
    /// Text.
    Text,
    /// An id.
    Uuid,
    /// Bytes.
    Bytes,
    /// A JSON document.
    Json,
}

/// Column types of one table, by column.
pub type Kinds = HashMap<String, Kind>;

impl Kind {
    /// From the name in the catalogue of either engine.
    pub fn of(declared: &str) -> Self {
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

/// A value. Its written form is the same for both engines, so that rows can move between them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Cell {
    /// Nothing.
    #[serde(rename = "n")]
    Null,
    /// True or false.
    #[serde(rename = "b")]
    Bool(bool),
    /// A whole number of any width.
    #[serde(rename = "i")]
    Int(i64),
    /// A floating point number.
    #[serde(rename = "r")]
    Real(f64),
    /// Text.
    #[serde(rename = "t")]
    Text(String),
    /// An id.
    #[serde(rename = "u")]
    Uuid(Uuid),
    /// Bytes.
    #[serde(rename = "x", with = "hexadecimal")]
    Bytes(Vec<u8>),
    /// A JSON document.
    #[serde(rename = "j")]
    Json(serde_json::Value),
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&data_encoding::HEXLOWER.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        data_encoding::HEXLOWER.decode(String::deserialize(from)?.as_bytes()).map_err(D::Error::custom)
    }
}

impl Cell {
    /// Reads `column` of `row`.
    ///
    /// # Errors
    /// `Internal` when the database keeps something else there than it declares.
    pub fn read(row: &QueryResult, column: &str, kind: Kind) -> Result<Self> {
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
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// For binding it again. Nothing has no type of its own: write `NULL` where a column is not text.
    pub fn value(&self) -> Value {
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
}
