//! The tables `compute_metric_sample` and `compute_metric_hour`.

use kernel::{Result, Timestamp, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::model::{HOUR, Sample, Span};
use crate::instance::InstanceId;

/// Rows of one statement.
const BATCH: usize = 500;

mod sample {
    use sea_orm::entity::prelude::*;

    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_metric_sample")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: i64,
        pub cpus: i32,
        pub uptime_us: i64,
        pub cpu_us: i64,
        pub memory_bytes: i64,
        pub disk_read_bytes: i64,
        pub disk_written_bytes: i64,
        pub received_bytes: i64,
        pub sent_bytes: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod hour {
    use sea_orm::entity::prelude::*;

    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_metric_hour")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub at: i64,
        pub measured_us: i64,
        pub cpu_us: i64,
        pub capacity_us: i64,
        pub memory_bytes: i64,
        pub disk_read_bytes: i64,
        pub disk_written_bytes: i64,
        pub received_bytes: i64,
        pub sent_bytes: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Writes samples. A second one of the same machine and instant says nothing new.
pub(super) async fn insert_samples(tx: &Tx, samples: &[Sample]) -> Result<()> {
    for some in samples.chunks(BATCH) {
        let rows = some.iter().map(|one| sample::ActiveModel {
            instance_id: Set(one.instance_id),
            at: Set(one.at.0),
            cpus: Set(one.cpus),
            uptime_us: Set(one.uptime_us),
            cpu_us: Set(one.cpu_us),
            memory_bytes: Set(one.memory_bytes),
            disk_read_bytes: Set(one.disk_read_bytes),
            disk_written_bytes: Set(one.disk_written_bytes),
            received_bytes: Set(one.received_bytes),
            sent_bytes: Set(one.sent_bytes),
        });
        let once = OnConflict::columns([sample::Column::InstanceId, sample::Column::At]).do_nothing().to_owned();
        sample::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Writes hours; one that is there already stays as it is.
pub(super) async fn insert_hours(tx: &Tx, hours: &[(InstanceId, Span)]) -> Result<()> {
    for some in hours.chunks(BATCH) {
        let rows = some.iter().map(|(id, span)| hour::ActiveModel {
            instance_id: Set(*id),
            at: Set(span.from),
            measured_us: Set(span.measured_us),
            cpu_us: Set(span.cpu_us),
            capacity_us: Set(span.capacity_us),
            memory_bytes: Set(span.memory_bytes),
            disk_read_bytes: Set(span.disk_read_bytes),
            disk_written_bytes: Set(span.disk_written_bytes),
            received_bytes: Set(span.received_bytes),
            sent_bytes: Set(span.sent_bytes),
        });
        let once = OnConflict::columns([hour::Column::InstanceId, hour::Column::At]).do_nothing().to_owned();
        hour::Entity::insert_many(rows).on_conflict(once).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Samples of `ids` from `from` on and before `to`, machine by machine in order of time.
/// The caller has looked the machines up in its scope.
pub(super) async fn samples(db: &impl ConnectionTrait, ids: &[InstanceId], from: i64, to: i64) -> Result<Vec<Sample>> {
    let query = sample::Entity::find().filter(sample::Column::InstanceId.is_in(ids.iter().copied()));
    let query = query.filter(sample::Column::At.gte(from)).filter(sample::Column::At.lt(to));
    let rows = query.order_by_asc(sample::Column::InstanceId).order_by_asc(sample::Column::At).all(db).await?;
    let sample = |row: sample::Model| Sample {
        instance_id: row.instance_id,
        at: Timestamp(row.at),
        cpus: row.cpus,
        uptime_us: row.uptime_us,
        cpu_us: row.cpu_us,
        memory_bytes: row.memory_bytes,
        disk_read_bytes: row.disk_read_bytes,
        disk_written_bytes: row.disk_written_bytes,
        received_bytes: row.received_bytes,
        sent_bytes: row.sent_bytes,
    };
    Ok(rows.into_iter().map(sample).collect())
}

/// Hours of a machine that begin from `from` on and before `to`, in order of time. The caller has looked the machine up in its scope.
pub(super) async fn hours(db: &impl ConnectionTrait, id: InstanceId, from: i64, to: i64) -> Result<Vec<Span>> {
    let query = hour::Entity::find().filter(hour::Column::InstanceId.eq(id)).filter(hour::Column::At.gte(from)).filter(hour::Column::At.lt(to));
    let rows = query.order_by_asc(hour::Column::At).all(db).await?;
    let span = |row: hour::Model| Span {
        from: row.at,
        to: row.at + HOUR,
        measured_us: row.measured_us,
        cpu_us: row.cpu_us,
        capacity_us: row.capacity_us,
        memory_bytes: row.memory_bytes,
        disk_read_bytes: row.disk_read_bytes,
        disk_written_bytes: row.disk_written_bytes,
        received_bytes: row.received_bytes,
        sent_bytes: row.sent_bytes,
    };
    Ok(rows.into_iter().map(span).collect())
}
