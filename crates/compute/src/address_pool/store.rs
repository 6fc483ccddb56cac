//! The table `compute_address_pool`.

use ipnet::IpNet;
use kernel::permission::Permission;
use kernel::{Error, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, ExprTrait, LockType, SelectStatement};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::AddressPoolId;
use crate::block::block;
use crate::region::RegionId;

pub(crate) use entity::Model as Row;
use entity::{Column, Entity};

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::address_pool::model::AddressPoolId;
    use crate::region::RegionId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_address_pool")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AddressPoolId,
        pub region_id: RegionId,
        pub name: String,
        pub subnet: String,
        pub excluded: String,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Addresses that nobody gets, as a row keeps them.
pub(super) fn text_of(excluded: &[String]) -> Result<String> {
    serde_json::to_string(excluded).map_err(|error| Error::internal("cannot encode a list").caused_by(error))
}

impl Row {
    /// Its addresses.
    pub(crate) fn block(&self) -> Result<IpNet> {
        block(&self.subnet).ok_or_else(|| Error::internal("a pool's block is damaged"))
    }

    /// Addresses that nobody gets.
    pub(crate) fn excluded(&self) -> Result<Vec<String>> {
        serde_json::from_str(&self.excluded).map_err(|error| Error::internal("a pool's list is damaged").caused_by(error))
    }
}

/// Writes a new pool.
pub(super) async fn insert<P: Permission>(tx: &Tx, _at: &Scope<P>, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// All pools, oldest first; they name nobody.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Row>> {
    Ok(Entity::find().order_by_asc(Column::Id).all(db).await?)
}

/// The pools of IPv6 addresses that the region `region` has, as part of a statement about regions. Only IPv6 is written with two colons.
pub(crate) fn ipv6_of(region: Expr) -> SelectStatement {
    let mut query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Subnet.contains("::"))
        .filter(ExprTrait::eq(Expr::col((Entity, Column::RegionId)), region));
    QueryTrait::query(&mut query).take()
}

/// The pools of a region, locked to the end of the transaction: whoever gives out addresses holds this.
pub(crate) async fn in_region_locked(tx: &Tx, region: RegionId) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::RegionId.eq(region)).order_by_asc(Column::Id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    Ok(query.all(tx.db()).await?)
}

/// One pool, locked to the end of the transaction.
pub(super) async fn locked<P: Permission>(tx: &Tx, _at: &Scope<P>, id: AddressPoolId) -> Result<Row> {
    let mut query = Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("address pool"))
}

/// Removes a pool.
pub(super) async fn remove(tx: &Tx, id: AddressPoolId) -> Result<()> {
    Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(())
}
