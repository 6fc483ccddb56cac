//! Leases: at most one process does a periodic job at a time. A lease that its holder does not
//! renew ends by itself, and the fencing number tells a late holder that it has lost.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, Set};

use crate::cx::Cx;
use crate::error::Result;

/// The table `kernel_lease`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_lease")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub holder: String,
        pub fence: i64,
        pub until: i64,
        pub due_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Takes the lease `name` for `holder` if it is free and its work is due; the fencing number then.
///
/// # Errors
/// Database errors.
pub async fn take(cx: &Cx, name: &str, holder: &str, length: Duration) -> Result<Option<i64>> {
    cx.write(async |tx| {
        let now = tx.cx().now();
        let fresh = entity::ActiveModel { name: Set(name.to_owned()), holder: Set(String::new()), fence: Set(0), until: Set(0), due_at: Set(0) };
        entity::Entity::insert(fresh).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
        let taken = entity::Entity::update_many()
            .col_expr(entity::Column::Holder, Expr::value(holder))
            .col_expr(entity::Column::Fence, Expr::col(entity::Column::Fence).add(1))
            .col_expr(entity::Column::Until, Expr::value(now.plus(length).0))
            .filter(entity::Column::Name.eq(name))
            .filter(entity::Column::DueAt.lte(now.0))
            .filter(Condition::any().add(entity::Column::Until.lt(now.0)).add(entity::Column::Holder.eq(holder)))
            .exec(tx.db())
            .await?;
        if taken.rows_affected == 0 {
            return Ok(None);
        }
        Ok(entity::Entity::find_by_id(name.to_owned()).one(tx.db()).await?.map(|row| row.fence))
    })
    .await
}

/// Gives the lease back and says when its work is due again. Nothing happens if `fence` is stale.
///
/// # Errors
/// Database errors.
pub async fn give_back(cx: &Cx, name: &str, fence: i64, due_in: Duration) -> Result<()> {
    cx.write(async |tx| {
        let due = tx.cx().now().plus(due_in).0;
        entity::Entity::update_many()
            .col_expr(entity::Column::Until, Expr::value(0))
            .col_expr(entity::Column::DueAt, Expr::value(due))
            .filter(entity::Column::Name.eq(name))
            .filter(entity::Column::Fence.eq(fence))
            .exec(tx.db())
            .await?;
        Ok(())
    })
    .await
}
