//! The table `compute_node`.

use std::collections::{BTreeSet, HashMap};

use compute_driver::{Capabilities, Inventory, Stranger};
use kernel::permission::Permission;
use kernel::{Error, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::enrol::{Seen, accelerator};
use super::feature::words;
use super::model::{Node, NodeId, NodePatch};
use super::part::{NodeHost, NodeStorage, NodeStranger};
use crate::region::RegionId;

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::node::NodeId;
    use crate::region::RegionId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_node")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NodeId,
        pub region_id: RegionId,
        #[sea_orm(unique)]
        pub name: String,
        pub driver: String,
        pub accelerator: String,
        pub accelerator_reason: String,
        pub cpus: Option<i32>,
        pub memory_mib: Option<i64>,
        pub disk_mib: Option<i64>,
        pub disk_free_mib: Option<i64>,
        /// JSON list of names.
        pub templates: String,
        /// JSON list of names.
        pub plain_templates: String,
        /// JSON list of references.
        pub orphans: String,
        /// JSON list of what its driver offers.
        pub features: String,
        pub class: Option<String>,
        pub network_site: Option<String>,
        pub enabled: bool,
        pub closed_because: Option<String>,
        pub cpu_overcommit_percent: i32,
        pub memory_overcommit_percent: i32,
        /// JSON list.
        pub hosts: String,
        /// JSON list.
        pub storages: String,
        /// JSON list.
        pub strangers: String,
        pub problem: Option<String>,
        pub seen_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn list<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    serde_json::from_str(text).map_err(|error| Error::internal("a node's list is damaged").caused_by(error))
}

fn text<T: Serialize>(list: &[T]) -> Result<String> {
    serde_json::to_string(list).map_err(|error| Error::internal("cannot encode a list").caused_by(error))
}

fn view(row: entity::Model) -> Result<Node> {
    Ok(Node {
        id: row.id,
        region_id: row.region_id,
        templates: list(&row.templates)?,
        plain_templates: list(&row.plain_templates)?,
        orphans: list(&row.orphans)?,
        hosts: list(&row.hosts)?,
        storages: list(&row.storages)?,
        strangers: list(&row.strangers)?,
        closed_because: row.closed_because,
        cpu_overcommit_percent: row.cpu_overcommit_percent,
        memory_overcommit_percent: row.memory_overcommit_percent,
        name: row.name,
        driver: row.driver,
        accelerator: row.accelerator,
        accelerator_reason: row.accelerator_reason,
        cpus: row.cpus,
        memory_mib: row.memory_mib,
        disk_mib: row.disk_mib,
        disk_free_mib: row.disk_free_mib,
        class: row.class,
        network_site: row.network_site,
        enabled: row.enabled,
        problem: row.problem,
        seen_at: Timestamp(row.seen_at),
    })
}

/// All nodes, by name; they belong to nobody.
///
/// # Errors
/// Database errors.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Node>> {
    entity::Entity::find().order_by_asc(entity::Column::Name).all(db).await?.into_iter().map(view).collect()
}

/// Which id each name is of.
pub(super) async fn ids(db: &impl ConnectionTrait) -> Result<HashMap<String, NodeId>> {
    let query = entity::Entity::find().select_only().column(entity::Column::Name).column(entity::Column::Id);
    Ok(query.into_tuple::<(String, NodeId)>().all(db).await?.into_iter().collect())
}

/// One node.
///
/// # Errors
/// `NotFound`; database errors.
pub(crate) async fn by_id(db: &impl ConnectionTrait, id: NodeId) -> Result<Node> {
    entity::Entity::find_by_id(id).one(db).await?.map(view).transpose()?.ok_or_else(|| Error::not_found("node"))
}

/// The node that is called `name`, if there is one.
pub(crate) async fn by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Node>> {
    entity::Entity::find().filter(entity::Column::Name.eq(name)).one(db).await?.map(view).transpose()
}

/// The same, locked to the end of the transaction: nothing is placed on it meanwhile.
pub(crate) async fn locked_by_name(tx: &Tx, name: &str) -> Result<Option<Node>> {
    let mut query = entity::Entity::find().filter(entity::Column::Name.eq(name));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.map(view).transpose()
}

/// Removes a node on which nothing is.
pub(crate) async fn remove<P: Permission>(tx: &Tx, _at: &Scope<P>, id: NodeId) -> Result<()> {
    entity::Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(())
}

/// The nodes of a region, locked.
pub(super) async fn in_region_locked(tx: &Tx, region: RegionId) -> Result<Vec<Node>> {
    let mut query = entity::Entity::find().filter(entity::Column::RegionId.eq(region)).order_by_asc(entity::Column::Name);
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.all(tx.db()).await?.into_iter().map(view).collect()
}

/// Writes what a driver said about itself.
pub(super) async fn note(tx: &Tx, region: RegionId, seen: &Seen<'_>) -> Result<()> {
    let fresh = entity::ActiveModel {
        id: Set(tx.cx().new_id()),
        region_id: Set(region),
        name: Set(seen.name.to_owned()),
        driver: Set(seen.driver.to_owned()),
        accelerator: Set(String::new()),
        accelerator_reason: Set(String::new()),
        cpus: Set(None),
        memory_mib: Set(None),
        disk_mib: Set(None),
        disk_free_mib: Set(None),
        templates: Set("[]".to_owned()),
        plain_templates: Set("[]".to_owned()),
        orphans: Set("[]".to_owned()),
        features: Set("[]".to_owned()),
        class: Set(None),
        network_site: Set(None),
        enabled: Set(true),
        closed_because: Set(None),
        cpu_overcommit_percent: Set(seen.overcommit.cpu_percent),
        memory_overcommit_percent: Set(seen.overcommit.memory_percent),
        hosts: Set("[]".to_owned()),
        storages: Set("[]".to_owned()),
        strangers: Set("[]".to_owned()),
        problem: Set(None),
        seen_at: Set(0),
    };
    entity::Entity::insert(fresh).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    let update = entity::Entity::update_many().col_expr(entity::Column::RegionId, Expr::value(region));
    let update = match seen.said {
        Ok(said) => answered(update, said, tx.cx().now())?,
        Err(error) => update.col_expr(entity::Column::Problem, Expr::value(error.to_string())),
    };
    update.filter(entity::Column::Name.eq(seen.name)).exec(tx.db()).await?;
    Ok(())
}

fn answered(update: sea_orm::UpdateMany<entity::Entity>, said: &Capabilities, now: Timestamp) -> Result<sea_orm::UpdateMany<entity::Entity>> {
    let figure = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let room = said.capacity;
    Ok(update
        .col_expr(entity::Column::Accelerator, Expr::value(accelerator(said.accelerator)))
        .col_expr(entity::Column::AcceleratorReason, Expr::value(said.accelerator_reason.clone()))
        .col_expr(entity::Column::Cpus, Expr::value(room.map(|room| i32::try_from(room.cpus).unwrap_or(i32::MAX))))
        .col_expr(entity::Column::MemoryMib, Expr::value(room.map(|room| figure(room.memory_mib))))
        .col_expr(entity::Column::DiskMib, Expr::value(room.map(|room| figure(room.disk_mib))))
        .col_expr(entity::Column::DiskFreeMib, Expr::value(room.map(|room| figure(room.disk_free_mib))))
        .col_expr(entity::Column::Templates, Expr::value(text(&said.templates)?))
        .col_expr(entity::Column::PlainTemplates, Expr::value(text(&said.plain_templates)?))
        .col_expr(entity::Column::Features, Expr::value(text(&words(said)?)?))
        .col_expr(entity::Column::NetworkSite, Expr::value(said.network_site.clone()))
        .col_expr(entity::Column::Problem, Expr::value(None::<String>))
        .col_expr(entity::Column::SeenAt, Expr::value(now.0)))
}

/// What the drivers of these nodes offer.
pub(crate) async fn features(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = NodeId>) -> Result<HashMap<NodeId, Vec<String>>> {
    let ids: BTreeSet<NodeId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let query = entity::Entity::find().select_only().column(entity::Column::Id).column(entity::Column::Features);
    let rows = query.filter(entity::Column::Id.is_in(ids)).into_tuple::<(NodeId, String)>().all(db).await?;
    rows.into_iter().map(|(id, features)| Ok((id, list(&features)?))).collect()
}

/// The nodes of a region whose machines have cards of their own.
pub(crate) fn with_own_cards_of(region: Expr) -> SelectStatement {
    let offers = entity::Column::Features.contains("\"own_card\"");
    let there = ExprTrait::eq(Expr::col((entity::Entity, entity::Column::RegionId)), region);
    let mut query = entity::Entity::find().select_only().column(entity::Column::Id).filter(there).filter(offers);
    QueryTrait::query(&mut query).take()
}

/// Writes which guests on a node have no machine behind them.
pub(crate) async fn set_orphans(tx: &Tx, id: NodeId, orphans: &[String]) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Orphans, Expr::value(text(orphans)?)).filter(entity::Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Writes what a hypervisor consists of.
pub(super) async fn set_parts(tx: &Tx, id: NodeId, seen: &Inventory, strangers: &[Stranger]) -> Result<()> {
    let hosts: Vec<NodeHost> = seen.hosts.iter().map(NodeHost::from).collect();
    let storages: Vec<NodeStorage> = seen.storages.iter().map(NodeStorage::from).collect();
    entity::Entity::update_many()
        .col_expr(entity::Column::Hosts, Expr::value(text(&hosts)?))
        .col_expr(entity::Column::Storages, Expr::value(text(&storages)?))
        .col_expr(entity::Column::Strangers, Expr::value(text(&strangers.iter().map(NodeStranger::from).collect::<Vec<_>>())?))
        .filter(entity::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Writes what the operator says about a node.
pub(super) async fn set<P: Permission>(tx: &Tx, _at: &Scope<P>, id: NodeId, patch: &NodePatch) -> Result<()> {
    // Something is always written, so that a node that is not there is noticed.
    let mut update = entity::Entity::update_many().col_expr(entity::Column::Id, Expr::value(id));
    if let Some(schedulable) = patch.schedulable {
        let why = patch.reason.as_deref().map(str::trim).filter(|_| !schedulable);
        update =
            update.col_expr(entity::Column::Enabled, Expr::value(schedulable)).col_expr(entity::Column::ClosedBecause, Expr::value(why.map(str::to_owned)));
    }
    if let Some(class) = &patch.class {
        update = update.col_expr(entity::Column::Class, Expr::value(Some(class.clone()).filter(|class| !class.is_empty())));
    }
    if let Some(percent) = patch.cpu_overcommit_percent {
        update = update.col_expr(entity::Column::CpuOvercommitPercent, Expr::value(percent));
    }
    if let Some(percent) = patch.memory_overcommit_percent {
        update = update.col_expr(entity::Column::MemoryOvercommitPercent, Expr::value(percent));
    }
    match update.filter(entity::Column::Id.eq(id)).exec(tx.db()).await?.rows_affected {
        0 => Err(Error::not_found("node")),
        _ => Ok(()),
    }
}
