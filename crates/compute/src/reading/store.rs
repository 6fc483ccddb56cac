//! The table `compute_reading`.

use std::collections::HashMap;

use kernel::{ByWorkflow, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set};

use super::model::Reading;
use super::usage::Sum;
use crate::instance::InstanceId;

/// Machines that one statement names.
const BATCH: usize = 5_000;

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_reading")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub from_at: i64,
        pub to_at: i64,
        pub running_us: i64,
        pub running_total_us: i64,
        pub disk_gib: i32,
        pub received_bytes: i64,
        pub sent_bytes: i64,
        pub received_total: i64,
        pub sent_total: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn view(row: entity::Model) -> Reading {
    Reading {
        instance_id: row.instance_id,
        seq: row.seq,
        from: Timestamp(row.from_at),
        to: Timestamp(row.to_at),
        running_us: row.running_us,
        running_total_us: row.running_total_us,
        disk_gib: row.disk_gib,
        received_bytes: row.received_bytes,
        sent_bytes: row.sent_bytes,
        received_total: row.received_total,
        sent_total: row.sent_total,
    }
}

/// The newest reading of each of `ids`, for the job.
pub(super) async fn newest(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, ids: &[InstanceId]) -> Result<HashMap<InstanceId, Reading>> {
    let mut newest = HashMap::new();
    for some in ids.chunks(BATCH) {
        let last = entity::Entity::find()
            .select_only()
            .column(entity::Column::InstanceId)
            .column_as(entity::Column::Seq.max(), "seq")
            .filter(entity::Column::InstanceId.is_in(some.iter().copied()))
            .group_by(entity::Column::InstanceId)
            .into_query();
        let key = Expr::tuple([Expr::col(entity::Column::InstanceId), Expr::col(entity::Column::Seq)]);
        newest.extend(entity::Entity::find().filter(key.in_subquery(last)).all(db).await?.into_iter().map(|row| (row.instance_id, view(row))));
    }
    Ok(newest)
}

/// Writes a reading; a second one with the same number is refused by the key.
pub(super) async fn insert(tx: &Tx, reading: &Reading) -> Result<()> {
    let row = entity::ActiveModel {
        instance_id: Set(reading.instance_id),
        seq: Set(reading.seq),
        from_at: Set(reading.from.0),
        to_at: Set(reading.to.0),
        running_us: Set(reading.running_us),
        running_total_us: Set(reading.running_total_us),
        disk_gib: Set(reading.disk_gib),
        received_bytes: Set(reading.received_bytes),
        sent_bytes: Set(reading.sent_bytes),
        received_total: Set(reading.received_total),
        sent_total: Set(reading.sent_total),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Readings of a machine, newest first. The caller has looked the machine up in its scope.
pub(super) async fn page(db: &impl ConnectionTrait, id: InstanceId, before: Option<i64>, limit: u64) -> Result<Vec<Reading>> {
    let mut query = entity::Entity::find().filter(entity::Column::InstanceId.eq(id));
    if let Some(before) = before {
        query = query.filter(entity::Column::Seq.lt(before));
    }
    Ok(query.order_by_desc(entity::Column::Seq).limit(limit + 1).all(db).await?.into_iter().map(view).collect())
}

/// Readings of a machine that end after `from`, added up. The caller has looked the machine up in its scope.
pub(super) async fn sum(db: &impl ConnectionTrait, id: InstanceId, from: Timestamp) -> Result<Sum> {
    let whole = |column: entity::Column| column.sum().cast_as("bigint");
    let sums = entity::Entity::find()
        .select_only()
        .column_as(whole(entity::Column::RunningUs), "running")
        .column_as(whole(entity::Column::ReceivedBytes), "received")
        .column_as(whole(entity::Column::SentBytes), "sent")
        .column_as(entity::Column::ToAt.max(), "until")
        .filter(entity::Column::InstanceId.eq(id))
        .filter(entity::Column::ToAt.gt(from.0))
        .into_tuple::<(Option<i64>, Option<i64>, Option<i64>, Option<i64>)>();
    let (running, received, sent, until) = sums.one(db).await?.unwrap_or_default();
    Ok(Sum { running_us: running.unwrap_or(0), received_bytes: received.unwrap_or(0), sent_bytes: sent.unwrap_or(0), until })
}
