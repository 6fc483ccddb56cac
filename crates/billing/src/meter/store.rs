//! The tables `billing_meter`, `billing_reading` and `billing_usage`.

use std::collections::HashMap;

use kernel::id::Id;
use kernel::{Error, OrganisationId, Result, Timestamp, Tx};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::model::{Meter, MeterId, Used};
use crate::rate::Period;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_meter")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organisation_id: Uuid,
        pub resource: String,
        #[sea_orm(unique)]
        pub open_resource: Option<String>,
        pub description: String,
        pub rates: String,
        pub prepaid_periods: i64,
        pub opened_at: i64,
        pub closed_at: Option<i64>,
        pub lost_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod reading {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_reading")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub meter_id: Uuid,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod usage {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_usage")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub meter_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: i64,
        pub running_seconds: i64,
        pub stopped_gib_seconds: i64,
        pub rx_bytes: i64,
        pub tx_bytes: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn meter(row: entity::Model) -> Result<Meter> {
    Ok(Meter {
        id: MeterId::from_uuid(row.id),
        organisation_id: OrganisationId::from_uuid(row.organisation_id),
        resource: row.resource,
        description: row.description,
        rates: serde_json::from_str(&row.rates).map_err(|error| Error::internal("a meter's prices are damaged").caused_by(error))?,
        prepaid_periods: row.prepaid_periods,
        opened_at: Timestamp(row.opened_at),
        closed_at: row.closed_at.map(Timestamp),
        lost_at: row.lost_at.map(Timestamp),
    })
}

/// Inserts unless the resource has an open meter.
pub(crate) async fn insert(tx: &Tx, meter: &Meter) -> Result<()> {
    let rates = serde_json::to_string(&meter.rates).map_err(|error| Error::internal("cannot encode prices").caused_by(error))?;
    let row = entity::ActiveModel {
        id: Set(meter.id.uuid()),
        organisation_id: Set(meter.organisation_id.uuid()),
        resource: Set(meter.resource.clone()),
        open_resource: Set(Some(meter.resource.clone())),
        description: Set(meter.description.clone()),
        rates: Set(rates),
        prepaid_periods: Set(meter.prepaid_periods),
        opened_at: Set(meter.opened_at.0),
        closed_at: Set(None),
        lost_at: Set(None),
    };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::OpenResource]).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(crate) async fn open_of(db: &impl ConnectionTrait, organisation: OrganisationId, resource: &str) -> Result<Option<Meter>> {
    entity::Entity::find()
        .filter(entity::Column::OpenResource.eq(resource))
        .filter(entity::Column::OrganisationId.eq(organisation.uuid()))
        .one(db)
        .await?
        .map(meter)
        .transpose()
}

/// The newest meter of the resource, open or closed: a reading may come after the end.
pub(crate) async fn newest_of(db: &impl ConnectionTrait, organisation: OrganisationId, resource: &str) -> Result<Option<Meter>> {
    entity::Entity::find()
        .filter(entity::Column::Resource.eq(resource))
        .filter(entity::Column::OrganisationId.eq(organisation.uuid()))
        .order_by_desc(entity::Column::OpenedAt)
        // One that follows another at a new price has the anchor of the first.
        .order_by_desc(entity::Column::Id)
        .one(db)
        .await?
        .map(meter)
        .transpose()
}

/// All meters of the resource.
pub(crate) async fn of_resource(db: &impl ConnectionTrait, organisation: OrganisationId, resource: &str) -> Result<Vec<Meter>> {
    let query = entity::Entity::find().filter(entity::Column::Resource.eq(resource)).filter(entity::Column::OrganisationId.eq(organisation.uuid()));
    query.order_by_asc(entity::Column::Id).all(db).await?.into_iter().map(meter).collect()
}

pub(crate) async fn set_closed(tx: &Tx, id: MeterId, at: Timestamp) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::ClosedAt, Expr::value(at.0))
        .col_expr(entity::Column::OpenResource, Expr::value(Option::<String>::None))
        .filter(entity::Column::Id.eq(id.uuid()))
        .filter(entity::Column::ClosedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Notes when what these meters bill was lost.
pub(crate) async fn set_lost(tx: &Tx, ids: &[MeterId], at: Timestamp) -> Result<()> {
    let ids = ids.iter().map(|id| id.uuid());
    entity::Entity::update_many().col_expr(entity::Column::LostAt, Expr::value(at.0)).filter(entity::Column::Id.is_in(ids)).exec(tx.db()).await?;
    Ok(())
}

/// Notes the reading; false when it was counted before.
pub(crate) async fn insert_reading(tx: &Tx, meter: &Meter, sequence: i64, at: Timestamp) -> Result<bool> {
    let row = reading::ActiveModel { resource: Set(meter.resource.clone()), sequence: Set(sequence), meter_id: Set(meter.id.uuid()), at: Set(at.0) };
    let noted =
        reading::Entity::insert(row).on_conflict_do_nothing_on([reading::Column::Resource, reading::Column::Sequence]).exec_without_returning(tx.db()).await?;
    Ok(matches!(noted, sea_orm::TryInsertResult::Inserted(1)))
}

pub(crate) async fn add_usage(tx: &Tx, id: MeterId, hour: Timestamp, used: Used) -> Result<()> {
    let row = usage::ActiveModel {
        meter_id: Set(id.uuid()),
        hour: Set(hour.0),
        running_seconds: Set(used.running_seconds),
        stopped_gib_seconds: Set(used.stopped_gib_seconds),
        rx_bytes: Set(used.rx_bytes),
        tx_bytes: Set(used.tx_bytes),
    };
    let sum = |column: usage::Column, more: i64| (column, Expr::col((usage::Entity, column)).add(more));
    let added = OnConflict::columns([usage::Column::MeterId, usage::Column::Hour])
        .values([
            sum(usage::Column::RunningSeconds, used.running_seconds),
            sum(usage::Column::StoppedGibSeconds, used.stopped_gib_seconds),
            sum(usage::Column::RxBytes, used.rx_bytes),
            sum(usage::Column::TxBytes, used.tx_bytes),
        ])
        .to_owned();
    usage::Entity::insert(row).on_conflict(added).exec_without_returning(tx.db()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Sums {
    meter_id: Uuid,
    running_seconds: i64,
    stopped_gib_seconds: i64,
    rx_bytes: i64,
    tx_bytes: i64,
}

/// Every meter that may owe something for `period`, with what was used in it: two statements.
pub(crate) async fn in_period(db: &impl ConnectionTrait, organisation: OrganisationId, period: Period) -> Result<Vec<(Meter, Used)>> {
    let meters = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(organisation.uuid()))
        .filter(entity::Column::OpenedAt.lt(period.to.0))
        .order_by_asc(entity::Column::OpenedAt)
        .order_by_asc(entity::Column::Id)
        .all(db)
        .await?;
    let mine = entity::Entity::find().select_only().column(entity::Column::Id).filter(entity::Column::OrganisationId.eq(organisation.uuid()));
    // PostgreSQL sums big integers to a numeric, so the sum is cast back.
    let total = |column: usage::Column| Expr::col((usage::Entity, column)).sum().cast_as("bigint");
    let sums = usage::Entity::find()
        .select_only()
        .column(usage::Column::MeterId)
        .column_as(total(usage::Column::RunningSeconds), "running_seconds")
        .column_as(total(usage::Column::StoppedGibSeconds), "stopped_gib_seconds")
        .column_as(total(usage::Column::RxBytes), "rx_bytes")
        .column_as(total(usage::Column::TxBytes), "tx_bytes")
        .filter(Condition::all().add(usage::Column::MeterId.in_subquery(sea_orm::QueryTrait::into_query(mine))))
        .filter(usage::Column::Hour.gte(period.from.0))
        .filter(usage::Column::Hour.lt(period.to.0))
        .group_by(usage::Column::MeterId)
        .into_model::<Sums>()
        .all(db)
        .await?;
    let mut used: HashMap<Uuid, Used> = sums
        .into_iter()
        .map(|row| {
            let Sums { meter_id, running_seconds, stopped_gib_seconds, rx_bytes, tx_bytes } = row;
            (meter_id, Used { running_seconds, stopped_gib_seconds, rx_bytes, tx_bytes })
        })
        .collect();
    meters.into_iter().map(|row| (row.id, meter(row))).map(|(id, meter)| Ok((meter?, used.remove(&id).unwrap_or_default()))).collect()
}

/// All meters, for checks of the whole books.
pub(crate) async fn every(db: &impl ConnectionTrait) -> Result<Vec<Meter>> {
    entity::Entity::find().all(db).await?.into_iter().map(meter).collect()
}
