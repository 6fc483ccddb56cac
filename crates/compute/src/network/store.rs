//! The table `compute_network`.

use std::collections::HashMap;

use kernel::permission::AtProject;
use kernel::{ByWorkflow, Error, Place, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::{NetworkId, NetworkState};
use crate::address_pool::AddressPoolId;

pub(crate) use entity::{Column, Model as Row};

use entity::Entity;

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::address_pool::AddressPoolId;
    use crate::network::model::{Name, NetworkId, NetworkState};
    use crate::region::RegionId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_network")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NetworkId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub name: Sealed<Name>,
        pub region_id: RegionId,
        pub subnet: String,
        pub gateway: String,
        pub egress: bool,
        pub ipv6: Option<String>,
        pub ipv6_pool_id: Option<AddressPoolId>,
        pub state: NetworkState,
        pub node_name: Option<String>,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the network is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes a new network.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One network of the project.
pub(crate) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: NetworkId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("network"))
}

/// The same, locked to the end of the transaction: whoever gives out its addresses holds this.
pub(crate) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: NetworkId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("network"))
}

/// Networks of the project that are not deleted, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<NetworkId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(NetworkState::Deleted));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// The blocks that the project's networks use.
pub(super) async fn subnets<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<String>> {
    let query = Entity::find().select_only().column(Column::Subnet).filter(Column::ProjectId.eq(at.project_id()?));
    Ok(query.filter(Column::State.ne(NetworkState::Deleted)).into_tuple().all(db).await?)
}

/// The blocks of IPv6 addresses that networks have of a pool, which names nobody. The caller has locked the pool.
pub(super) async fn blocks_of(tx: &Tx, pool: AddressPoolId) -> Result<Vec<String>> {
    let query = Entity::find().select_only().column(Column::Ipv6).filter(Column::Ipv6PoolId.eq(pool)).filter(Column::Ipv6.is_not_null());
    Ok(query.into_tuple().all(tx.db()).await?)
}

/// How many networks have a block of each pool. Figures about pools name nobody.
pub(crate) async fn count_by_pool(db: &impl ConnectionTrait) -> Result<HashMap<AddressPoolId, u64>> {
    let query = Entity::find().select_only().column(Column::Ipv6PoolId).column_as(Column::Id.count(), "networks");
    let counted = query.filter(Column::Ipv6PoolId.is_not_null()).group_by(Column::Ipv6PoolId).into_tuple::<(AddressPoolId, i64)>();
    Ok(counted.all(db).await?.into_iter().map(|(pool, count)| (pool, count.unsigned_abs())).collect())
}

/// Networks of the organisation that are not deleted.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.ne(NetworkState::Deleted));
    Ok(query.order_by_asc(Column::Id).all(db).await?)
}

/// How many networks of the organisation are deleted.
pub(super) async fn count_deleted(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.eq(NetworkState::Deleted));
    Ok(query.count(db).await?)
}

/// How many networks of the project are not deleted.
pub(super) async fn count_in_project(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(NetworkState::Deleted)).count(db).await?)
}

/// Changes columns of a network that is known to be the scope's.
pub(crate) async fn set(tx: &Tx, id: NetworkId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Changes the state if the row still has the one it was read with; false when somebody else was faster.
pub(super) async fn change(tx: &Tx, row: &Row, to: NetworkState) -> Result<bool> {
    if !row.state.may_become(to) {
        return Ok(false);
    }
    let update = Entity::update_many().col_expr(Column::State, Expr::value(to)).filter(Column::Id.eq(row.id)).filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
