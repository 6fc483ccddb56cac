//! The tables `privacy_policy_version` and `privacy_policy_text`.

use std::collections::BTreeMap;

use kernel::{Error, PersonId, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use kernel::id::Id;

use super::diff::{Change, Difference, Materiality};
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
        pub asks: String,
        pub told_up_to: Option<Uuid>,
        pub told_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod texts {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_policy_text")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub form: String,
        pub text: String,
        pub sha256: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A published version, without its document and texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) number: i64,
    pub(crate) digest: String,
    pub(crate) materiality: Materiality,
    pub(crate) log_index: u64,
    pub(crate) at: Timestamp,
    pub(crate) effective_at: Timestamp,
}

impl Version {
    pub(crate) fn note(&self) -> VersionNote {
        VersionNote { number: self.number, at: self.at.to_string(), effective_at: self.effective_at.to_string(), digest: self.digest.clone() }
    }
}

type Columns = (i64, String, String, i64, i64, i64);

fn version((number, digest, materiality, log_index, at, effective_at): Columns) -> Version {
    let materiality = Materiality::of_key(&materiality);
    Version { number, digest, materiality, log_index: u64::try_from(log_index).unwrap_or_default(), at: Timestamp(at), effective_at: Timestamp(effective_at) }
}

/// The documents are long, and most questions are about dates and numbers only.
fn light() -> sea_orm::Select<entity::Entity> {
    use entity::Column::{At, Digest, EffectiveAt, LogIndex, Materiality, Number};
    entity::Entity::find().select_only().columns([Number, Digest, Materiality, LogIndex, At, EffectiveAt])
}

/// All versions, newest first.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Version>> {
    let rows: Vec<Columns> = light().order_by_desc(entity::Column::Number).into_tuple().all(db).await?;
    Ok(rows.into_iter().map(version).collect())
}

/// The newest version, in force or announced.
pub(crate) async fn newest(db: &impl ConnectionTrait) -> Result<Option<Version>> {
    let row: Option<Columns> = light().order_by_desc(entity::Column::Number).into_tuple().one(db).await?;
    Ok(row.map(version))
}

/// The version that was in force at `then`.
pub(crate) async fn in_force(db: &impl ConnectionTrait, then: Timestamp) -> Result<Option<Version>> {
    let row: Option<Columns> = light().filter(entity::Column::EffectiveAt.lte(then.0)).order_by_desc(entity::Column::Number).into_tuple().one(db).await?;
    Ok(row.map(version))
}

/// The version `number`.
pub(crate) async fn by_number(db: &impl ConnectionTrait, number: i64) -> Result<Version> {
    let row: Option<Columns> = light().filter(entity::Column::Number.eq(number)).into_tuple().one(db).await?;
    row.map(version).ok_or_else(|| Error::not_found("version"))
}

/// The number of the newest version; 0 before the first.
pub(crate) async fn newest_number(db: &impl ConnectionTrait) -> Result<i64> {
    Ok(newest(db).await?.map_or(0, |version| version.number))
}

/// The document of a version, as it was published.
pub(crate) async fn document(db: &impl ConnectionTrait, number: i64) -> Result<Document> {
    let row: Option<String> =
        entity::Entity::find().select_only().column(entity::Column::Document).filter(entity::Column::Number.eq(number)).into_tuple().one(db).await?;
    read(&row.ok_or_else(|| Error::not_found("version"))?)
}

/// How a version differs from the one before it.
pub(crate) async fn changes(db: &impl ConnectionTrait, number: i64) -> Result<Vec<Change>> {
    let row: Option<String> =
        entity::Entity::find().select_only().column(entity::Column::Changes).filter(entity::Column::Number.eq(number)).into_tuple().one(db).await?;
    read(&row.ok_or_else(|| Error::not_found("version"))?)
}

/// For each optional purpose that a version asked about anew, the newest such version.
pub(crate) async fn asked(db: &impl ConnectionTrait) -> Result<BTreeMap<String, i64>> {
    let rows: Vec<(i64, String)> = entity::Entity::find()
        .select_only()
        .columns([entity::Column::Number, entity::Column::Asks])
        .filter(entity::Column::Asks.ne(""))
        .order_by_asc(entity::Column::Number)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.iter().flat_map(|(number, asks)| asks.split_whitespace().map(|purpose| (purpose.to_owned(), *number))).collect())
}

/// A text of a version as it was published, with its SHA-256. Versions from before texts were kept have none.
pub(crate) async fn text(db: &impl ConnectionTrait, number: i64, form: &str) -> Result<Option<(String, String)>> {
    let row = texts::Entity::find_by_id((number, form.to_owned())).one(db).await?;
    Ok(row.map(|row| (row.text, row.sha256)))
}

/// What is put down of a new version.
pub(crate) struct New<'a> {
    pub(crate) note: &'a VersionNote,
    pub(crate) document: &'a Document,
    pub(crate) difference: &'a Difference,
    pub(crate) log_index: u64,
    pub(crate) effective_at: Timestamp,
    /// Form, text, SHA-256.
    pub(crate) texts: &'a [(&'static str, String, String)],
}

pub(crate) async fn insert(tx: &Tx, new: New<'_>) -> Result<()> {
    let row = entity::ActiveModel {
        number: Set(new.note.number),
        digest: Set(new.note.digest.clone()),
        map_digest: Set(new.document.map_digest.clone()),
        document: Set(json(new.document)?),
        materiality: Set(new.difference.materiality.key().to_owned()),
        changes: Set(json(&new.difference.changes)?),
        log_index: Set(i64::try_from(new.log_index).unwrap_or(i64::MAX)),
        at: Set(tx.cx().now().0),
        effective_at: Set(new.effective_at.0),
        asks: Set(new.difference.asks().into_iter().collect::<Vec<_>>().join(" ")),
        told_up_to: Set(None),
        told_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let rows = new.texts.iter().map(|(form, text, sha256)| texts::ActiveModel {
        version: Set(new.note.number),
        form: Set((*form).to_owned()),
        text: Set(text.clone()),
        sha256: Set(sha256.clone()),
    });
    texts::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Versions of which people are still to be told, with the last person who was.
pub(crate) async fn to_tell(db: &impl ConnectionTrait) -> Result<Vec<(Version, Option<PersonId>)>> {
    let rows = entity::Entity::find()
        .filter(entity::Column::ToldAt.is_null())
        .filter(entity::Column::Materiality.ne(Materiality::Nothing.key()))
        .order_by_asc(entity::Column::Number)
        .all(db)
        .await?;
    let told = |row: entity::Model| {
        let columns = (row.number, row.digest, row.materiality, row.log_index, row.at, row.effective_at);
        (version(columns), row.told_up_to.map(PersonId::from_uuid))
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Notes how far the telling of version `number` came; `done` ends it.
pub(crate) async fn set_told(tx: &Tx, number: i64, up_to: Option<PersonId>, done: bool) -> Result<()> {
    let mut update = entity::Entity::update_many().filter(entity::Column::Number.eq(number));
    if let Some(person) = up_to {
        update = update.col_expr(entity::Column::ToldUpTo, Expr::value(person.uuid()));
    }
    if done {
        update = update.col_expr(entity::Column::ToldAt, Expr::value(tx.cx().now().0));
    }
    if up_to.is_some() || done {
        update.exec(tx.db()).await?;
    }
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("cannot encode a policy").caused_by(error))
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("a published policy is damaged").caused_by(error))
}
