//! The table `privacy_policy_version`.

use kernel::{Error, Result, Timestamp, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::diff::{Difference, Materiality};
use super::document::Document;
use super::render::VersionNote;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_policy_version")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub number: i64,
        pub digest: String,
        pub map_digest: String,
        pub document: String,
        pub materiality: String,
        pub changes: String,
        pub log_index: i64,
        pub at: i64,
        pub effective_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: i64,
    pub(crate) digest: String,
    pub(crate) document: String,
    pub(crate) at: Timestamp,
    pub(crate) effective_at: Timestamp,
}

impl Version {
    pub(crate) fn note(&self) -> VersionNote {
        VersionNote { number: self.number, at: self.at.to_string(), effective_at: self.effective_at.to_string(), digest: self.digest.clone() }
    }
}

/// The newest version.
pub(crate) async fn newest(db: &impl ConnectionTrait) -> Result<Option<Version>> {
    let row = entity::Entity::find().order_by_desc(entity::Column::Number).one(db).await?;
    Ok(row.map(|row| Version {
        number: row.number,
        digest: row.digest,
        document: row.document,
        at: Timestamp(row.at),
        effective_at: Timestamp(row.effective_at),
    }))
}

/// The number of the newest version; 0 before the first.
pub(crate) async fn newest_number(db: &impl ConnectionTrait) -> Result<i64> {
    Ok(newest(db).await?.map_or(0, |version| version.number))
}

/// The number of the newest version that needed a new choice; 0 if none did.
pub(crate) async fn asked_since(db: &impl ConnectionTrait) -> Result<i64> {
    let row = entity::Entity::find()
        .filter(entity::Column::Materiality.eq(Materiality::NoticeAndNewConsent.key()))
        .order_by_desc(entity::Column::Number)
        .one(db)
        .await?;
    Ok(row.map_or(0, |row| row.number))
}

/// What is put down of a new version.
pub(crate) struct New<'a> {
    pub(crate) number: i64,
    pub(crate) digest: &'a str,
    pub(crate) document: &'a Document,
    pub(crate) difference: &'a Difference,
    pub(crate) log_index: u64,
    pub(crate) effective_at: Timestamp,
}

pub(crate) async fn insert(tx: &Tx, new: New<'_>) -> Result<()> {
    let row = entity::ActiveModel {
        number: Set(new.number),
        digest: Set(new.digest.to_owned()),
        map_digest: Set(new.document.map_digest.clone()),
        document: Set(json(new.document)?),
        materiality: Set(new.difference.materiality.key().to_owned()),
        changes: Set(json(&new.difference.changes)?),
        log_index: Set(i64::try_from(new.log_index).unwrap_or(i64::MAX)),
        at: Set(tx.cx().now().0),
        effective_at: Set(new.effective_at.0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("cannot encode a policy").caused_by(error))
}
