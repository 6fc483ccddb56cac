//! The table `privacy_certificate`: a draft while the erasure runs, the document afterwards.

use kernel::id::Id;
use kernel::{Error, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Asked, Certificate, CertificateId, Document, Draft, Pending};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_certificate")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub state: String,
        pub draft: String,
        pub log_index: Option<i64>,
        pub document: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn encode(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal("cannot encode a certificate").caused_by(error))
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal("a certificate is damaged").caused_by(error))
}

async fn row(db: &impl ConnectionTrait, id: CertificateId) -> Result<entity::Model> {
    entity::Entity::find_by_id(id.uuid()).one(db).await?.ok_or_else(|| Error::not_found("certificate"))
}

pub(crate) async fn insert(tx: &Tx, id: CertificateId) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(id.uuid()),
        state: Set("pending".to_owned()),
        draft: Set(encode(&Draft::default())?),
        log_index: Set(None),
        document: Set(None),
        created_at: Set(tx.cx().now().0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Changes the draft in the transaction that does what it counts.
pub(crate) async fn revise(tx: &Tx, id: CertificateId, change: impl FnOnce(&mut Draft)) -> Result<()> {
    let mut draft: Draft = decode(&row(tx.db(), id).await?.draft)?;
    change(&mut draft);
    let text = encode(&draft)?;
    entity::Entity::update_many().col_expr(entity::Column::Draft, Expr::value(text)).filter(entity::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    Ok(())
}

/// The draft, and the certificate with its place on the log if it is there already.
pub(crate) async fn draft(db: &impl ConnectionTrait, id: CertificateId) -> Result<(Draft, Option<(Certificate, u64)>)> {
    let row = row(db, id).await?;
    if let (Some(index), Some(text)) = (row.log_index, &row.document)
        && row.state == "logged"
    {
        return Ok((Draft::default(), Some((decode(text)?, u64::try_from(index).unwrap_or(0)))));
    }
    if let (Some(index), Some(text)) = (row.log_index, &row.document) {
        return Ok((Draft::default(), Some((decode::<Document>(text)?.certificate, u64::try_from(index).unwrap_or(0)))));
    }
    Ok((decode(&row.draft)?, None))
}

async fn set(tx: &Tx, id: CertificateId, state: &str, document: String) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(state))
        .col_expr(entity::Column::Document, Expr::value(document))
        .filter(entity::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn set_logged(tx: &Tx, id: CertificateId, certificate: &Certificate, index: u64) -> Result<()> {
    set(tx, id, "logged", encode(certificate)?).await?;
    let index = i64::try_from(index).unwrap_or(i64::MAX);
    entity::Entity::update_many().col_expr(entity::Column::LogIndex, Expr::value(index)).filter(entity::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    Ok(())
}

pub(crate) async fn set_issued(tx: &Tx, id: CertificateId, document: &Document) -> Result<()> {
    set(tx, id, "issued", encode(document)?).await
}

/// The finished document, or since when it is on its way.
pub(crate) async fn asked(db: &impl ConnectionTrait, id: CertificateId) -> Result<Asked> {
    let row = row(db, id).await?;
    match row.document {
        Some(text) if row.state == "issued" => Ok(Asked::Issued(Box::new(decode(&text)?))),
        _ => Ok(Asked::Pending(Pending { id, state: "pending".to_owned(), asked_at: Timestamp(row.created_at) })),
    }
}
