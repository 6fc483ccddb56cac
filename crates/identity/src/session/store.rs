//! Rows of sessions.

use kernel::{PageQuery, PersonId, Result, Sealed, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::SessionId;
use super::model::fields::{Agent, Network};

mod entity {
    use kernel::{PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::session::SessionId;
    use crate::session::model::fields::{Agent, Network};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_session")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SessionId,
        pub person_id: PersonId,
        /// SHA-256 of the secret.
        pub token: Vec<u8>,
        pub agent: Option<Sealed<Agent>>,
        pub network: Option<Sealed<Network>>,
        pub created_at: i64,
        pub last_seen_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A session as stored.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: SessionId,
    pub(crate) person_id: PersonId,
    pub(crate) token: Vec<u8>,
    pub(crate) agent: Option<Sealed<Agent>>,
    pub(crate) network: Option<Sealed<Network>>,
    pub(crate) created_at: Timestamp,
    pub(crate) last_seen_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl From<entity::Model> for Stored {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.id,
            person_id: row.person_id,
            token: row.token,
            agent: row.agent,
            network: row.network,
            created_at: Timestamp(row.created_at),
            last_seen_at: Timestamp(row.last_seen_at),
            expires_at: Timestamp(row.expires_at),
        }
    }
}

/// Stores a new session.
pub(crate) async fn insert(db: &impl ConnectionTrait, session: Stored) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(session.id),
        person_id: Set(session.person_id),
        token: Set(session.token),
        agent: Set(session.agent),
        network: Set(session.network),
        created_at: Set(session.created_at.0),
        last_seen_at: Set(session.last_seen_at.0),
        expires_at: Set(session.expires_at.0),
    };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// A page of a person's living sessions, newest first.
pub(crate) async fn page(db: &impl ConnectionTrait, person: PersonId, now: Timestamp, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = entity::Entity::find()
        .filter(entity::Column::PersonId.eq(person))
        .filter(entity::Column::ExpiresAt.gt(now.0))
        .order_by_desc(entity::Column::Id)
        .limit(query.limit() + 1);
    if let Some(after) = query.after::<SessionId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    Ok(find.all(db).await?.into_iter().map(Stored::from).collect())
}

/// Notes a use and moves the end.
pub(crate) async fn set_seen(db: &impl ConnectionTrait, id: SessionId, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::LastSeenAt, Expr::value(now.0))
        .col_expr(entity::Column::ExpiresAt, Expr::value(expires_at.0))
        .filter(entity::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Removes the session whose secret has this digest; true if there was one.
pub(crate) async fn remove_by_token(db: &impl ConnectionTrait, digest: &[u8]) -> Result<bool> {
    let gone = entity::Entity::delete_many().filter(entity::Column::Token.eq(digest.to_vec())).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

/// Removes one session of a person; true if they had it.
pub(crate) async fn remove(db: &impl ConnectionTrait, person: PersonId, id: SessionId) -> Result<bool> {
    let gone = entity::Entity::delete_many().filter(entity::Column::Id.eq(id)).filter(entity::Column::PersonId.eq(person)).exec(db).await?;
    Ok(gone.rows_affected > 0)
}

/// Removes all sessions of a person but the one whose secret has the digest `keep`.
pub(crate) async fn remove_others(db: &impl ConnectionTrait, person: PersonId, keep: Option<Vec<u8>>) -> Result<()> {
    let mut gone = entity::Entity::delete_many().filter(entity::Column::PersonId.eq(person));
    if let Some(keep) = keep {
        gone = gone.filter(entity::Column::Token.ne(keep));
    }
    gone.exec(db).await?;
    Ok(())
}
