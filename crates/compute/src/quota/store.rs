//! The table `compute_quota`: one row per organisation and one per project.

use kernel::{Error, OrganisationId, Result, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryTrait, Set};
use uuid::Uuid;

use super::model::{Amount, Limits};

mod entity {
    use kernel::OrganisationId;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_quota")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner_id: Uuid,
        pub organisation_id: OrganisationId,
        pub machines: i64,
        pub cpus: i64,
        pub memory_mib: i64,
        pub disk_gib: i64,
        pub machines_limit: i64,
        pub cpus_limit: i64,
        pub memory_mib_limit: i64,
        pub disk_gib_limit: i64,
        pub snapshots: i64,
        pub snapshots_limit: i64,
        pub backups: i64,
        pub backups_limit: i64,
        pub networks: i64,
        pub networks_limit: i64,
        pub addresses: i64,
        pub addresses_limit: i64,
        pub images: i64,
        pub images_limit: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn parts(row: &entity::Model) -> (Amount, Limits) {
    (
        Amount {
            machines: row.machines,
            cpus: row.cpus,
            memory_mib: row.memory_mib,
            disk_gib: row.disk_gib,
            snapshots: row.snapshots,
            backups: row.backups,
            networks: row.networks,
            addresses: row.addresses,
            images: row.images,
        },
        Limits {
            machines: row.machines_limit,
            cpus: row.cpus_limit,
            memory_mib: row.memory_mib_limit,
            disk_gib: row.disk_gib_limit,
            snapshots: row.snapshots_limit,
            backups: row.backups_limit,
            networks: row.networks_limit,
            addresses: row.addresses_limit,
            images: row.images_limit,
        },
    )
}

/// The row of `owner`, made with `limits` if it is missing, and locked to the end of the transaction.
pub(super) async fn locked(tx: &Tx, owner: Uuid, organisation: OrganisationId, limits: &Limits) -> Result<(Amount, Limits)> {
    let fresh = entity::ActiveModel {
        owner_id: Set(owner),
        organisation_id: Set(organisation),
        machines: Set(0),
        cpus: Set(0),
        memory_mib: Set(0),
        disk_gib: Set(0),
        machines_limit: Set(limits.machines),
        cpus_limit: Set(limits.cpus),
        memory_mib_limit: Set(limits.memory_mib),
        disk_gib_limit: Set(limits.disk_gib),
        snapshots: Set(0),
        snapshots_limit: Set(limits.snapshots),
        backups: Set(0),
        backups_limit: Set(limits.backups),
        networks: Set(0),
        networks_limit: Set(limits.networks),
        addresses: Set(0),
        addresses_limit: Set(limits.addresses),
        images: Set(0),
        images_limit: Set(limits.images),
    };
    entity::Entity::insert(fresh).on_conflict_do_nothing_on([entity::Column::OwnerId]).exec_without_returning(tx.db()).await?;
    let mut query = entity::Entity::find_by_id(owner);
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.as_ref().map(parts).ok_or_else(|| Error::internal("a quota row vanished"))
}

/// Use and limits of `owner`, if anything was ever reserved.
pub(super) async fn read(db: &impl ConnectionTrait, owner: Uuid) -> Result<Option<(Amount, Limits)>> {
    Ok(entity::Entity::find_by_id(owner).one(db).await?.as_ref().map(parts))
}

/// Adds `amount` to the use of `owner`, `times` over; -1 takes it away.
pub(super) async fn add(tx: &Tx, owner: Uuid, amount: &Amount, times: i64) -> Result<()> {
    let more = |column: entity::Column, by: i64| Expr::col(column).add(by * times);
    entity::Entity::update_many()
        .col_expr(entity::Column::Machines, more(entity::Column::Machines, amount.machines))
        .col_expr(entity::Column::Cpus, more(entity::Column::Cpus, amount.cpus))
        .col_expr(entity::Column::MemoryMib, more(entity::Column::MemoryMib, amount.memory_mib))
        .col_expr(entity::Column::DiskGib, more(entity::Column::DiskGib, amount.disk_gib))
        .col_expr(entity::Column::Snapshots, more(entity::Column::Snapshots, amount.snapshots))
        .col_expr(entity::Column::Backups, more(entity::Column::Backups, amount.backups))
        .col_expr(entity::Column::Networks, more(entity::Column::Networks, amount.networks))
        .col_expr(entity::Column::Addresses, more(entity::Column::Addresses, amount.addresses))
        .col_expr(entity::Column::Images, more(entity::Column::Images, amount.images))
        .filter(entity::Column::OwnerId.eq(owner))
        .exec(tx.db())
        .await?;
    Ok(())
}
