//! The table `workflow_worker`: who lives, so that each takes its share and leaves the rest.

use std::time::Duration;

use kernel::db::Engine;
use kernel::{Cx, Result, Timestamp};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::operation;
use crate::operation::State;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_worker")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub holder: String,
        pub seen_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How often a worker says that it lives.
pub(crate) const SEEN_EVERY: Duration = Duration::from_secs(5);
/// How long it counts as living after that.
const LIVES: Duration = Duration::from_secs(15);
/// What waits longer than this is taken by anybody: the others had their turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Notes that `holder` lives, and tells how many workers do. The embedded database has one process.
pub(crate) async fn seen(cx: &Cx, holder: &str) -> Result<u64> {
    if cx.database().engine() == Engine::Sqlite {
        return Ok(1);
    }
    cx.write(async |tx| {
        let now = tx.cx().now();
        let row = entity::ActiveModel { holder: Set(holder.to_owned()), seen_at: Set(now.0) };
        entity::Entity::insert(row)
            .on_conflict(OnConflict::column(entity::Column::Holder).update_column(entity::Column::SeenAt).to_owned())
            .exec_without_returning(tx.db())
            .await?;
        entity::Entity::find().filter(entity::Column::SeenAt.gt(now.minus(LIVES).0)).count(tx.db()).await.map_err(Into::into)
    })
    .await
}

/// Forgets `holder`, so that the others need not wait for it.
pub(crate) async fn gone(cx: &Cx, holder: &str) -> Result<()> {
    cx.write(async |tx| {
        entity::Entity::delete_by_id(holder.to_owned()).exec(tx.db()).await?;
        Ok(())
    })
    .await
}

/// Of `due`, oldest first, what `holder` may take: up to its share of all that is being done or
/// waits, and whatever has waited too long.
pub(super) async fn share(db: &impl ConnectionTrait, holder: &str, living: u64, now: Timestamp, due: Vec<operation::Model>) -> Result<Vec<operation::Model>> {
    if living <= 1 {
        return Ok(due);
    }
    let active = || operation::Entity::find().filter(operation::Column::State.is_in([State::Running, State::Undoing]));
    let all = active().filter(operation::Column::NextAt.lte(now.0)).count(db).await?;
    let mine = active().filter(operation::Column::Holder.eq(holder)).filter(operation::Column::LeaseUntil.gte(now.0)).count(db).await?;
    let room = usize::try_from(all.div_ceil(living).saturating_sub(mine)).unwrap_or(usize::MAX);
    let late = now.minus(PATIENCE).0;
    Ok(due.into_iter().enumerate().filter(|(place, row)| *place < room || row.next_at <= late).map(|(_, row)| row).collect())
}
