//! The row of the set-up link.

use kernel::{Result, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_setup_token")]
    pub struct Model {
        /// SHA-256 of the secret.
        #[sea_orm(primary_key, auto_increment = false)]
        pub token: Vec<u8>,
        pub created_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Stores a new link instead of any earlier one.
pub(crate) async fn replace(db: &impl ConnectionTrait, digest: Vec<u8>, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    entity::Entity::delete_many().exec(db).await?;
    let row = entity::ActiveModel { token: Set(digest), created_at: Set(now.0), expires_at: Set(expires_at.0) };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Takes the link away; true if it was there and still good.
pub(crate) async fn take(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<bool> {
    let gone = entity::Entity::delete_many().filter(entity::Column::Token.eq(digest.to_vec())).filter(entity::Column::ExpiresAt.gt(now.0)).exec(db).await?;
    Ok(gone.rows_affected == 1)
}
