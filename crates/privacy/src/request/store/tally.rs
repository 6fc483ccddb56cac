//! The table `privacy_request_tally`: numbers that outlive requests and people.

use kernel::{Result, Tx};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, Set};

use crate::request::model::Kind;

pub(in crate::request) use entity::Model as TallyRow;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_request_tally")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub month: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub outcome: String,
        pub count: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Adds one to a number of this month, which outlives the request.
pub(crate) async fn tally(tx: &Tx, kind: Kind, outcome: &str) -> Result<()> {
    let month: String = tx.cx().now().to_string().chars().take(7).collect();
    let row = entity::ActiveModel { month: Set(month), kind: Set(kind.key().to_owned()), outcome: Set(outcome.to_owned()), count: Set(1) };
    let more = OnConflict::columns([entity::Column::Month, entity::Column::Kind, entity::Column::Outcome])
        .value(entity::Column::Count, Expr::col((entity::Entity, entity::Column::Count)).add(1))
        .to_owned();
    entity::Entity::insert(row).on_conflict(more).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(in crate::request) async fn tallies(db: &impl ConnectionTrait) -> Result<Vec<TallyRow>> {
    Ok(entity::Entity::find().all(db).await?)
}
