//! Rows of verification links.

use kernel::{PersonId, Result, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

mod entity {
    use kernel::PersonId;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_email_verification")]
    pub struct Model {
        /// SHA-256 of the secret.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub person_id: PersonId,
        pub created_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Stores a new link.
pub(crate) async fn insert(db: &impl ConnectionTrait, person: PersonId, digest: Vec<u8>, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    let row = entity::ActiveModel { token: Set(digest), person_id: Set(person), created_at: Set(now.0), expires_at: Set(expires_at.0) };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Takes the link away and tells whose it was, if it was still good. The delete is the proof of
/// single use: of two at once, one finds no row.
pub(crate) async fn take(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<PersonId>> {
    let Some(row) = entity::Entity::find_by_id(digest.to_vec()).one(db).await? else { return Ok(None) };
    let gone = entity::Entity::delete_many().filter(entity::Column::Token.eq(digest.to_vec())).exec(db).await?;
    Ok((gone.rows_affected == 1 && row.expires_at > now.0).then_some(row.person_id))
}

/// Takes all links of a person away.
pub(crate) async fn remove_all(db: &impl ConnectionTrait, person: PersonId) -> Result<()> {
    entity::Entity::delete_many().filter(entity::Column::PersonId.eq(person)).exec(db).await?;
    Ok(())
}
