//! Rows of attempts to sign in.

use kernel::{Error, PageQuery, PersonId, Result, Sealed, Timestamp, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::fields::{Agent, Network};
use super::model::{NewSignIn, Outcome, SignInId};

mod entity {
    use kernel::{PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::sign_in::SignInId;
    use crate::sign_in::model::fields::{Agent, Network};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_sign_in")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SignInId,
        pub person_id: PersonId,
        pub outcome: String,
        pub agent: Option<Sealed<Agent>>,
        pub network: Option<Sealed<Network>>,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An attempt as stored.
pub(super) struct Stored {
    pub(super) id: SignInId,
    pub(super) at: Timestamp,
    pub(super) outcome: Outcome,
    pub(super) agent: Option<Sealed<Agent>>,
    pub(super) network: Option<Sealed<Network>>,
}

/// Stores an attempt.
pub(super) async fn insert(tx: &Tx, new: NewSignIn, agent: Option<Sealed<Agent>>, network: Option<Sealed<Network>>) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_id()),
        person_id: Set(new.person),
        outcome: Set(new.outcome.key().to_owned()),
        agent: Set(agent),
        network: Set(network),
        at: Set(tx.cx().now().0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A page of the attempts on a person's account, newest first.
pub(super) async fn page(db: &impl ConnectionTrait, person: PersonId, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = entity::Entity::find().filter(entity::Column::PersonId.eq(person)).order_by_desc(entity::Column::Id).limit(query.limit() + 1);
    if let Some(after) = query.after::<SignInId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    let stored = |row: entity::Model| {
        let outcome = Outcome::from_key(&row.outcome).ok_or_else(|| Error::internal("a sign-in with an unknown outcome"))?;
        Ok(Stored { id: row.id, at: Timestamp(row.at), outcome, agent: row.agent, network: row.network })
    };
    find.all(db).await?.into_iter().map(stored).collect()
}
