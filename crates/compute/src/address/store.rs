//! The tables `compute_address` and `compute_address_rest`.

use std::collections::HashMap;

use kernel::permission::AtProject;
use kernel::{ByWorkflow, Error, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};

use super::model::AddressId;
use crate::address_pool::AddressPoolId;
use crate::instance::InstanceId;

pub(crate) use entity::{Column, Model as Row};

use entity::Entity;

mod entity {
    use kernel::{OrganisationId, ProjectId};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::address::model::AddressId;
    use crate::address_pool::AddressPoolId;
    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_address")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AddressId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub pool_id: AddressPoolId,
        pub ipv4: String,
        pub instance_id: Option<InstanceId>,
        pub reverse_name: Option<String>,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod rest {
    use sea_orm::entity::prelude::*;

    use crate::address_pool::AddressPoolId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_address_rest")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub block: String,
        pub pool_id: AddressPoolId,
        pub until: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the address is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes an address that somebody holds from now on. One that is held already is refused by the index.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    wake(tx, &row.ipv4).await?;
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One address of the project.
pub(super) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: AddressId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("address"))
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: AddressId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("address"))
}

/// The project's addresses, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<AddressId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// The addresses of the organisation.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).order_by_asc(Column::Id).all(db).await?)
}

/// How many addresses the project holds.
pub(super) async fn count_in_project(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).count(db).await?)
}

/// The addresses that lead to a machine which is known to be the scope's, those held longest first.
pub(crate) async fn of_instance(db: &impl ConnectionTrait, instance: InstanceId) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::InstanceId.eq(instance)).order_by_asc(Column::Id).all(db).await?)
}

/// The addresses that lead to these machines, which the caller has looked up in its scope.
pub(crate) async fn of_instances(db: &impl ConnectionTrait, instances: impl IntoIterator<Item = InstanceId>) -> Result<HashMap<InstanceId, Vec<String>>> {
    let mut found: HashMap<InstanceId, Vec<String>> = HashMap::new();
    let instances: Vec<InstanceId> = instances.into_iter().collect();
    if instances.is_empty() {
        return Ok(found);
    }
    for row in Entity::find().filter(Column::InstanceId.is_in(instances)).order_by_asc(Column::Id).all(db).await? {
        if let Some(instance) = row.instance_id {
            found.entry(instance).or_default().push(row.ipv4);
        }
    }
    Ok(found)
}

/// Addresses that led to a machine lead nowhere.
pub(crate) async fn lead_nowhere(tx: &Tx, instance: InstanceId) -> Result<()> {
    let nowhere = Entity::update_many().col_expr(Column::InstanceId, Expr::value(None::<InstanceId>)).filter(Column::InstanceId.eq(instance));
    nowhere.exec(tx.db()).await?;
    Ok(())
}

/// Changes columns of an address that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: AddressId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Takes an address from its holder and lets it rest.
pub(super) async fn lay_down(tx: &Tx, row: &Row, until: Timestamp) -> Result<()> {
    Entity::delete_by_id(row.id).exec(tx.db()).await?;
    rest(tx, &row.ipv4, row.pool_id, until).await
}

/// Lets an address, or a block of them, rest.
pub(crate) async fn rest(tx: &Tx, block: &str, pool: AddressPoolId, until: Timestamp) -> Result<()> {
    let row = rest::ActiveModel { block: Set(block.to_owned()), pool_id: Set(pool), until: Set(until.0) };
    rest::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// What has rested is given out again.
pub(crate) async fn wake(tx: &Tx, block: &str) -> Result<()> {
    rest::Entity::delete_by_id(block).exec(tx.db()).await?;
    Ok(())
}

/// The addresses of a pool that cannot be given out at `now`: held, or resting. The caller has locked the pool.
pub(super) async fn taken(tx: &Tx, pool: AddressPoolId, now: Timestamp) -> Result<Vec<String>> {
    let held = Entity::find().select_only().column(Column::Ipv4).filter(Column::PoolId.eq(pool)).into_tuple::<String>().all(tx.db()).await?;
    Ok(held.into_iter().chain(resting(tx, pool, now).await?).collect())
}

/// What of a pool rests at `now`.
pub(crate) async fn resting(tx: &Tx, pool: AddressPoolId, now: Timestamp) -> Result<Vec<String>> {
    let query = rest::Entity::find().select_only().column(rest::Column::Block).filter(rest::Column::PoolId.eq(pool));
    Ok(query.filter(rest::Column::Until.gt(now.0)).into_tuple().all(tx.db()).await?)
}

/// How many addresses of each pool are held. Figures about pools name nobody.
pub(crate) async fn count_by_pool(db: &impl ConnectionTrait) -> Result<HashMap<AddressPoolId, u64>> {
    counted(Entity::find().select_only().column(Column::PoolId).into_tuple().all(db).await?)
}

/// How many addresses of each pool rest.
pub(crate) async fn resting_by_pool(db: &impl ConnectionTrait, now: Timestamp) -> Result<HashMap<AddressPoolId, u64>> {
    let query = rest::Entity::find().select_only().column(rest::Column::PoolId).filter(rest::Column::Until.gt(now.0));
    counted(query.into_tuple().all(db).await?)
}

fn counted(pools: Vec<AddressPoolId>) -> Result<HashMap<AddressPoolId, u64>> {
    let mut counts = HashMap::new();
    for pool in pools {
        *counts.entry(pool).or_insert(0) += 1;
    }
    Ok(counts)
}
