//! The table `privacy_export`.

use std::time::Duration;

use kernel::id::Id;
use kernel::permission::Permission;
use kernel::{Error, KeyOwner, PersonId, Place, Result, Scope, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use workflow::OperationId;

use super::{Export, ExportId, FileKey};
use crate::data_map::EXPORT_DAYS;

mod entity {
    use kernel::Sealed;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_export")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub operation_id: String,
        pub state: String,
        pub file_key: Sealed<super::FileKey>,
        pub sha256: Option<String>,
        pub content_sha256: Option<String>,
        pub size: Option<i64>,
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn person<P: Permission>(at: &Scope<P>) -> Result<PersonId> {
    match at.place() {
        Place::Person { person } => Ok(person),
        _ => Err(Error::internal("a person scope without a person")),
    }
}

fn view(row: entity::Model) -> Result<Export> {
    Ok(Export {
        id: ExportId::from_uuid(row.id),
        operation_id: row.operation_id.parse().map_err(|_| Error::internal("an export names no operation"))?,
        state: row.state,
        size: row.size,
        content_sha256: row.content_sha256,
        created_at: Timestamp(row.created_at),
        finished_at: row.finished_at.map(Timestamp),
        expires_at: Timestamp(row.created_at).plus(Duration::from_secs(u64::from(EXPORT_DAYS) * 86_400)),
    })
}

pub(crate) async fn insert<P: Permission>(tx: &Tx, at: &Scope<P>, id: ExportId, operation: OperationId, key: &String) -> Result<Export> {
    let person = person(at)?;
    let file_key = Sealed::<FileKey>::seal(tx, KeyOwner::Person(person), key).await?;
    let row = entity::Model {
        id: id.uuid(),
        person_id: person.uuid(),
        operation_id: operation.to_string(),
        state: "building".to_owned(),
        file_key,
        sha256: None,
        content_sha256: None,
        size: None,
        created_at: tx.cx().now().0,
        finished_at: None,
    };
    entity::Entity::insert(entity::ActiveModel::from(row.clone())).exec_without_returning(tx.db()).await?;
    view(row)
}

/// The export that is under way for the person of `at`.
pub(crate) async fn building<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Option<Export>> {
    let row = entity::Entity::find()
        .filter(entity::Column::PersonId.eq(person(at)?.uuid()))
        .filter(entity::Column::State.eq("building"))
        .order_by_desc(entity::Column::Id)
        .one(db)
        .await?;
    row.map(view).transpose()
}

pub(crate) async fn by_id<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>, id: ExportId) -> Result<Export> {
    let row = entity::Entity::find_by_id(id.uuid()).filter(entity::Column::PersonId.eq(person(at)?.uuid())).one(db).await?;
    view(row.ok_or_else(|| Error::not_found("export"))?)
}

/// The sealed key of the file; of use only through a gate.
pub(crate) async fn file_key(db: &impl ConnectionTrait, id: ExportId) -> Result<Sealed<FileKey>> {
    Ok(entity::Entity::find_by_id(id.uuid()).one(db).await?.ok_or_else(|| Error::not_found("export"))?.file_key)
}

pub(crate) async fn exists(db: &impl ConnectionTrait, id: ExportId) -> Result<bool> {
    Ok(entity::Entity::find_by_id(id.uuid()).one(db).await?.is_some())
}

/// Exports whose file should be there.
pub(crate) async fn ready(db: &impl ConnectionTrait) -> Result<Vec<ExportId>> {
    let rows = entity::Entity::find().filter(entity::Column::State.eq("ready")).all(db).await?;
    Ok(rows.into_iter().map(|row| ExportId::from_uuid(row.id)).collect())
}

pub(crate) async fn set_ready(tx: &Tx, id: ExportId, sha256: &str, content_sha256: &str, size: i64) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value("ready"))
        .col_expr(entity::Column::Sha256, Expr::value(sha256))
        .col_expr(entity::Column::ContentSha256, Expr::value(content_sha256))
        .col_expr(entity::Column::Size, Expr::value(size))
        .col_expr(entity::Column::FinishedAt, Expr::value(tx.cx().now().0))
        .filter(entity::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn set_failed(tx: &Tx, id: ExportId) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::State, Expr::value("failed")).filter(entity::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    Ok(())
}
