//! Rows of counters. They belong to nobody, so there is no scope to ask for.

use kernel::{Result, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Set};

use super::model::{Counter, WINDOW};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_throttle")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: Vec<u8>,
        pub failures: i32,
        pub started_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Adds one in the present window, or begins a new one; tells how many there are, since when.
pub(crate) async fn add(db: &impl ConnectionTrait, counter: &Counter, now: Timestamp) -> Result<(i32, Timestamp)> {
    let key = counter.0.clone();
    let fresh = entity::ActiveModel { key: Set(key.clone()), failures: Set(0), started_at: Set(now.0) };
    entity::Entity::insert(fresh).on_conflict_do_nothing_on([entity::Column::Key]).exec_without_returning(db).await?;
    let counted = entity::Entity::update_many()
        .col_expr(entity::Column::Failures, Expr::col(entity::Column::Failures).add(1))
        .filter(entity::Column::Key.eq(key.clone()))
        .filter(entity::Column::StartedAt.gt(now.minus(WINDOW).0))
        .exec(db)
        .await?;
    if counted.rows_affected == 0 {
        entity::Entity::update_many()
            .col_expr(entity::Column::Failures, Expr::value(1))
            .col_expr(entity::Column::StartedAt, Expr::value(now.0))
            .filter(entity::Column::Key.eq(key.clone()))
            .exec(db)
            .await?;
        return Ok((1, now));
    }
    let row = entity::Entity::find().filter(entity::Column::Key.eq(key)).one(db).await?;
    Ok(row.map_or((1, now), |row| (row.failures, Timestamp(row.started_at))))
}

/// Takes one back.
pub(crate) async fn subtract(db: &impl ConnectionTrait, counter: &Counter) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::Failures, Expr::col(entity::Column::Failures).sub(1))
        .filter(entity::Column::Key.eq(counter.0.clone()))
        .filter(entity::Column::Failures.gt(0))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets a counter.
pub(crate) async fn remove(db: &impl ConnectionTrait, counter: &Counter) -> Result<()> {
    entity::Entity::delete_many().filter(entity::Column::Key.eq(counter.0.clone())).exec(db).await?;
    Ok(())
}
