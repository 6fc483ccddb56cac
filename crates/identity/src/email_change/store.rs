//! Rows of changes of address: at most one for each person.

use kernel::{PersonId, Result, Sealed, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::model::fields::Email;

mod entity {
    use kernel::{PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::email_change::model::fields::Email;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_email_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        pub email: Sealed<Email>,
        /// SHA-256 of the secret, once the mail was written.
        pub token: Option<Vec<u8>>,
        pub created_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A change that waits for its link to be used.
pub(crate) struct Waiting {
    pub(crate) person: PersonId,
    pub(crate) email: Sealed<Email>,
}

impl From<entity::Model> for Waiting {
    fn from(row: entity::Model) -> Self {
        Self { person: row.person_id, email: row.email }
    }
}

/// Stores a change instead of an earlier one of the same person.
pub(super) async fn replace(db: &impl ConnectionTrait, person: PersonId, email: Sealed<Email>, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    remove(db, person).await?;
    let row = entity::ActiveModel { person_id: Set(person), email: Set(email), token: Set(None), created_at: Set(now.0), expires_at: Set(expires_at.0) };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The change that the person asked for, if it still waits.
pub(crate) async fn of(db: &impl ConnectionTrait, person: PersonId, now: Timestamp) -> Result<Option<Waiting>> {
    let row = entity::Entity::find_by_id(person).filter(entity::Column::ExpiresAt.gt(now.0)).one(db).await?;
    Ok(row.map(Waiting::from))
}

/// The change whose secret has this digest. Whoever holds the link need not be signed in, so there is no scope to ask for.
pub(super) async fn by_token(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<Waiting>> {
    let row = entity::Entity::find().filter(entity::Column::Token.eq(digest.to_vec())).filter(entity::Column::ExpiresAt.gt(now.0)).one(db).await?;
    Ok(row.map(Waiting::from))
}

/// Notes the digest of its secret.
pub(super) async fn set_token(db: &impl ConnectionTrait, person: PersonId, digest: Vec<u8>) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Token, Expr::value(digest)).filter(entity::Column::PersonId.eq(person)).exec(db).await?;
    Ok(())
}

/// Removes the person's change; true if there was one. The delete is the proof of single use: of two at once, one finds no row.
pub(super) async fn remove(db: &impl ConnectionTrait, person: PersonId) -> Result<bool> {
    Ok(entity::Entity::delete_by_id(person).exec(db).await?.rows_affected == 1)
}
