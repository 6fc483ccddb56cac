//! The table `compute_card`.

use std::collections::HashMap;

use kernel::{Result, Tx};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};

use crate::instance::InstanceId;
use crate::network::NetworkId;

pub(crate) use entity::Model as Row;
use entity::{Column, Entity};

mod entity {
    use kernel::{OrganisationId, ProjectId};
    use sea_orm::entity::prelude::*;

    use crate::instance::InstanceId;
    use crate::network::NetworkId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_card")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub network_id: NetworkId,
        pub ipv4: String,
        pub ipv6: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Puts a card in the place of the machine's card. Two for one address of a network are refused by the index.
pub(super) async fn replace(tx: &Tx, row: Row) -> Result<()> {
    remove(tx, row.instance_id).await?;
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Removes a machine's card, if it has one.
pub(super) async fn remove(tx: &Tx, instance: InstanceId) -> Result<()> {
    Entity::delete_by_id(instance).exec(tx.db()).await?;
    Ok(())
}

/// The card of a machine that is known to be the scope's.
pub(crate) async fn of(db: &impl ConnectionTrait, instance: InstanceId) -> Result<Option<Row>> {
    Ok(Entity::find_by_id(instance).one(db).await?)
}

/// The cards of these machines, which the caller has looked up in its scope.
pub(crate) async fn among(db: &impl ConnectionTrait, instances: impl IntoIterator<Item = InstanceId>) -> Result<HashMap<InstanceId, Row>> {
    let rows = Entity::find().filter(Column::InstanceId.is_in(instances)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.instance_id, row)).collect())
}

/// The addresses that are taken in a network.
pub(super) async fn taken(tx: &Tx, network: NetworkId) -> Result<Vec<String>> {
    Ok(Entity::find().select_only().column(Column::Ipv4).filter(Column::NetworkId.eq(network)).into_tuple().all(tx.db()).await?)
}

/// Whether a machine is in the network.
pub(crate) async fn is_used(db: &impl ConnectionTrait, network: NetworkId) -> Result<bool> {
    Ok(Entity::find().filter(Column::NetworkId.eq(network)).count(db).await? > 0)
}

/// How many machines are in each of these networks.
pub(crate) async fn count_by_network(db: &impl ConnectionTrait, networks: impl IntoIterator<Item = NetworkId>) -> Result<HashMap<NetworkId, u64>> {
    let query = Entity::find().select_only().column(Column::NetworkId).filter(Column::NetworkId.is_in(networks));
    let mut counts = HashMap::new();
    for network in query.into_tuple::<NetworkId>().all(db).await? {
        *counts.entry(network).or_insert(0) += 1;
    }
    Ok(counts)
}
