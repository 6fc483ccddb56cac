//! The table `compute_host`: what the operator says of hosts. What hypervisors say of them is in the node's row.

use std::collections::BTreeMap;

use kernel::permission::Permission;
use kernel::{Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use workflow::OperationId;

use super::model::Maintenance;
use crate::node::NodeId;

pub(crate) use entity::Model as Row;
use entity::{Column, Entity};

mod entity {
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::node::NodeId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_host")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub node_id: NodeId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        /// Present while it is under maintenance.
        pub reason: Option<String>,
        pub since: Option<i64>,
        /// The drain that was begun last.
        pub drain_id: Option<OperationId>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Its maintenance, if it is under any.
    pub(super) fn maintenance(&self) -> Option<Maintenance> {
        let reason = self.reason.clone()?;
        Some(Maintenance { reason, since: Timestamp(self.since.unwrap_or_default()) })
    }
}

/// Hosts under maintenance, with the reason.
pub(crate) type Closed = BTreeMap<(NodeId, String), String>;

/// Everything that was said of hosts. They belong to nobody.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Row>> {
    Ok(Entity::find().all(db).await?)
}

/// The hosts under maintenance, everywhere.
pub(crate) async fn closed(db: &impl ConnectionTrait) -> Result<Closed> {
    let rows = Entity::find().filter(Column::Reason.is_not_null()).all(db).await?;
    Ok(rows.into_iter().filter_map(|row| Some(((row.node_id, row.name), row.reason?))).collect())
}

/// The hosts of a node that are under maintenance: what a guest is not made on.
pub(crate) async fn closed_on(db: &impl ConnectionTrait, node: NodeId) -> Result<Vec<String>> {
    let rows = Entity::find().filter(Column::NodeId.eq(node)).filter(Column::Reason.is_not_null()).all(db).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// What was said of a host, if anything was.
pub(crate) async fn of(db: &impl ConnectionTrait, node: NodeId, name: &str) -> Result<Option<Row>> {
    Ok(Entity::find().filter(Column::NodeId.eq(node)).filter(Column::Name.eq(name)).one(db).await?)
}

/// Begins maintenance for `reason`, or ends it.
pub(crate) async fn set_maintenance<P: Permission>(tx: &Tx, _at: &Scope<P>, node: NodeId, name: &str, reason: Option<&str>) -> Result<()> {
    let row = entity::ActiveModel {
        node_id: Set(node),
        name: Set(name.to_owned()),
        reason: Set(reason.map(str::to_owned)),
        since: Set(reason.map(|_| tx.cx().now().0)),
        drain_id: Set(None),
    };
    let known = OnConflict::columns([Column::NodeId, Column::Name]).update_columns([Column::Reason, Column::Since]).to_owned();
    Entity::insert(row).on_conflict(known).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Notes the drain that was begun. The host is under maintenance by then, so there is a row.
pub(crate) async fn set_drain(tx: &Tx, node: NodeId, name: &str, drain: OperationId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DrainId, sea_orm::sea_query::Expr::value(Some(drain)))
        .filter(Column::NodeId.eq(node))
        .filter(Column::Name.eq(name))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// A node is removed, with all that was said of its hosts.
pub(crate) async fn forget(tx: &Tx, node: NodeId) -> Result<()> {
    Entity::delete_many().filter(Column::NodeId.eq(node)).exec(tx.db()).await?;
    Ok(())
}
