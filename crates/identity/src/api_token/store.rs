//! Rows of API tokens.

use kernel::{OrganisationId, PageQuery, PersonId, Result, Sealed, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::ApiTokenId;
use super::model::fields::Name;

mod entity {
    use kernel::{OrganisationId, PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::api_token::ApiTokenId;
    use crate::api_token::model::fields::Name;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_api_token")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ApiTokenId,
        pub person_id: PersonId,
        pub organisation_id: OrganisationId,
        pub name: Sealed<Name>,
        pub prefix: String,
        /// SHA-256 of the secret.
        pub token: Vec<u8>,
        pub read_only: bool,
        pub created_at: i64,
        pub last_used_at: Option<i64>,
        pub expires_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A token as stored, without its digest.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: ApiTokenId,
    pub(crate) person_id: PersonId,
    pub(crate) organisation_id: OrganisationId,
    pub(crate) name: Sealed<Name>,
    pub(crate) prefix: String,
    pub(crate) read_only: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Stores a new token.
pub(crate) async fn insert(db: &impl ConnectionTrait, new: Stored, digest: Vec<u8>) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(new.id),
        person_id: Set(new.person_id),
        organisation_id: Set(new.organisation_id),
        name: Set(new.name),
        prefix: Set(new.prefix),
        token: Set(digest),
        read_only: Set(new.read_only),
        created_at: Set(new.created_at.0),
        last_used_at: Set(new.last_used_at.map(|at| at.0)),
        expires_at: Set(new.expires_at.map(|at| at.0)),
    };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// A page of a person's tokens, newest first.
pub(crate) async fn page(db: &impl ConnectionTrait, person: PersonId, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = entity::Entity::find().filter(entity::Column::PersonId.eq(person)).order_by_desc(entity::Column::Id).limit(query.limit() + 1);
    if let Some(after) = query.after::<ApiTokenId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    let stored = |row: entity::Model| Stored {
        id: row.id,
        person_id: row.person_id,
        organisation_id: row.organisation_id,
        name: row.name,
        prefix: row.prefix,
        read_only: row.read_only,
        created_at: Timestamp(row.created_at),
        last_used_at: row.last_used_at.map(Timestamp),
        expires_at: row.expires_at.map(Timestamp),
    };
    Ok(find.all(db).await?.into_iter().map(stored).collect())
}

/// Notes a use.
pub(crate) async fn set_used(db: &impl ConnectionTrait, id: ApiTokenId, now: Timestamp) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::LastUsedAt, Expr::value(now.0)).filter(entity::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

/// Removes one token of a person; true if they had it.
pub(crate) async fn remove(db: &impl ConnectionTrait, person: PersonId, id: ApiTokenId) -> Result<bool> {
    let gone = entity::Entity::delete_many().filter(entity::Column::Id.eq(id)).filter(entity::Column::PersonId.eq(person)).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

/// Removes the tokens of a person for an organisation that they leave.
pub(crate) async fn remove_all_in(db: &impl ConnectionTrait, person: PersonId, organisation: OrganisationId) -> Result<()> {
    entity::Entity::delete_many().filter(entity::Column::PersonId.eq(person)).filter(entity::Column::OrganisationId.eq(organisation)).exec(db).await?;
    Ok(())
}
