//! The tables `compute_instance` and `compute_event`.

use std::collections::HashMap;

use kernel::permission::{AtProject, Permission};
use kernel::{Blind, ByWorkflow, Error, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Set,
};

use super::model::{InstanceEvent, InstanceEventId, InstanceId, State};
use crate::backup::BackupId;
use crate::host::Load;
use crate::node::{NodeId, Taken};
use crate::security_group::SecurityGroupId;

pub(crate) use instance::{Column, Entity, Model as Row};

mod instance {
    use kernel::{Blind, OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::backup::BackupId;
    use crate::instance::RootPassword;
    use crate::instance::model::{Hostname, InstanceId, Name, SizeId, SshKey, State, Tags, UserData};
    use crate::node::NodeId;
    use crate::region::RegionId;
    use crate::security_group::SecurityGroupId;
    use crate::template::TemplateId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_instance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InstanceId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub name: Sealed<Name>,
        pub hostname: Sealed<Hostname>,
        pub hostname_index: Option<Blind>,
        pub ssh_key: Sealed<SshKey>,
        pub tags: Option<Sealed<Tags>>,
        pub user_data: Option<Sealed<UserData>>,
        pub root_password: Option<Sealed<RootPassword>>,
        pub size_id: SizeId,
        pub size_name: String,
        pub class: Option<String>,
        pub cpus: i32,
        pub memory_mib: i32,
        pub disk_gib: i32,
        pub template_id: TemplateId,
        pub template_name: String,
        pub template_title: String,
        pub backup_id: Option<BackupId>,
        pub region_id: RegionId,
        pub region_title: String,
        pub node_id: Option<NodeId>,
        pub node_name: Option<String>,
        /// The host of the node that it is on, where there are several.
        pub host_name: Option<String>,
        /// The host that it is on its way to.
        pub target_host: Option<String>,
        pub state: State,
        pub state_reason: Option<String>,
        pub accelerator: Option<String>,
        pub ipv4: Option<String>,
        pub ipv6: Option<String>,
        pub ssh_host: Option<String>,
        pub ssh_port: Option<i32>,
        pub mac: String,
        pub security_group_id: Option<SecurityGroupId>,
        pub quota_held: bool,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
        pub delete_at: Option<i64>,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod tag {
    use kernel::Blind;
    use sea_orm::entity::prelude::*;

    use crate::instance::model::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_instance_tag")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        /// Part of the table's key too; SeaORM's own keys are of types that can be made from numbers.
        pub tag_index: Blind,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod history {
    use sea_orm::entity::prelude::*;

    use crate::instance::model::{InstanceEventId, InstanceId, State};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_event")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InstanceEventId,
        pub instance_id: InstanceId,
        pub at: i64,
        pub state: State,
        pub text: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the machine is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }

    /// How large it is.
    pub(crate) fn shape(&self) -> super::Shape {
        super::Shape {
            size_id: self.size_id,
            size_name: self.size_name.clone(),
            cpus: self.cpus,
            memory_mib: self.memory_mib,
            disk_gib: self.disk_gib,
            class: self.class.clone(),
        }
    }
}

/// Writes a new machine.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One machine of the project.
pub(crate) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: InstanceId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("machine"))
}

/// The same, locked to the end of the transaction.
pub(crate) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: InstanceId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("machine"))
}

/// Whether a machine of the project has this host name now.
pub(super) async fn has_hostname<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, hostname: &Blind) -> Result<bool> {
    let query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::HostnameIndex.eq(hostname.clone()));
    Ok(query.one(db).await?.is_some())
}

/// Machines of the project that are not deleted, newest first, one more than `limit`.
///
/// A machine that failed and holds no room was never handed over: its order shows it and tries it again.
pub(super) async fn page<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    tag: Option<Blind>,
    after: Option<InstanceId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let handed_over = Column::State.ne(State::Failed).or(Column::QuotaHeld.eq(true));
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(State::Deleted)).filter(handed_over);
    if let Some(tag) = tag {
        let tagged = tag::Entity::find().select_only().column(tag::Column::InstanceId).filter(tag::Column::TagIndex.eq(tag));
        query = query.filter(Column::Id.in_subquery(QueryTrait::into_query(tagged)));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Writes what a machine is found by, in place of what was there.
pub(super) async fn set_tags(tx: &Tx, id: InstanceId, indexes: Vec<Blind>) -> Result<()> {
    tag::Entity::delete_many().filter(tag::Column::InstanceId.eq(id)).exec(tx.db()).await?;
    if indexes.is_empty() {
        return Ok(());
    }
    let rows = indexes.into_iter().map(|index| tag::ActiveModel { instance_id: Set(id), tag_index: Set(index) });
    tag::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Whether a machine is being made from the backup: its order is open, or it is being set up.
pub(crate) async fn is_making_from(db: &impl ConnectionTrait, backup: BackupId) -> Result<bool> {
    let open = Column::State.is_in([State::Ordered, State::Provisioning]);
    Ok(Entity::find().filter(Column::BackupId.eq(backup)).filter(open).count(db).await? > 0)
}

/// How many machines are made of each of these templates or images, as hypervisors know them. One that was never handed over does not count.
pub(crate) async fn made_of(db: &impl ConnectionTrait, names: impl IntoIterator<Item = String>) -> Result<HashMap<String, i64>> {
    let names: Vec<String> = names.into_iter().collect();
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let stands = Column::State.ne(State::Failed).or(Column::QuotaHeld.eq(true));
    let query = Entity::find().select_only().column(Column::TemplateName).column_as(Column::Id.count(), "machines");
    let query = query.filter(Column::TemplateName.is_in(names)).filter(Column::State.ne(State::Deleted)).filter(stands).group_by(Column::TemplateName);
    Ok(query.into_tuple::<(String, i64)>().all(db).await?.into_iter().collect())
}

/// Machines of the organisation that are not deleted.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.ne(State::Deleted));
    Ok(query.order_by_asc(Column::Id).all(db).await?)
}

/// How many machines of the project are not deleted.
pub(super) async fn count_in_project(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(State::Deleted)).count(db).await?)
}

/// How many machines of the organisation are deleted.
pub(super) async fn count_deleted(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.eq(State::Deleted));
    Ok(query.count(db).await?)
}

/// Machines on a node in one of `states`; for jobs, which act for the installation.
pub(crate) async fn on_node(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, node: NodeId, states: &[State]) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::NodeId.eq(node)).filter(Column::State.is_in(states.iter().copied())).all(db).await?)
}

/// Machines of the whole installation that were handed over and are not deleted, on one node or host if one is named, newest first, one
/// more than `limit`; for the operator.
pub(super) async fn page_of_all<P: Permission>(
    db: &impl ConnectionTrait,
    _at: &Scope<P>,
    on: (Option<NodeId>, Option<&str>),
    after: Option<InstanceId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let stands = Column::State.ne(State::Failed).or(Column::QuotaHeld.eq(true));
    let mut query = Entity::find().filter(Column::State.ne(State::Deleted)).filter(stands);
    if let Some(node) = on.0 {
        query = query.filter(Column::NodeId.eq(node));
    }
    if let Some(host) = on.1 {
        query = query.filter(Column::HostName.eq(host));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// How many machines are on a node, those that wait for their deletion included; for the operator.
pub(crate) async fn count_on_node<P: Permission>(tx: &Tx, _at: &Scope<P>, node: NodeId) -> Result<u64> {
    // What failed and holds no room has no guest.
    let stands = Column::State.ne(State::Failed).or(Column::QuotaHeld.eq(true));
    Ok(Entity::find().filter(Column::NodeId.eq(node)).filter(Column::State.ne(State::Deleted)).filter(stands).count(tx.db()).await?)
}

/// The next machines after `after`, whatever their state; for jobs, which act for the installation.
pub(crate) async fn ids(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, after: Option<InstanceId>, limit: u64) -> Result<Vec<InstanceId>> {
    let mut query = Entity::find().select_only().column(Column::Id);
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.order_by_asc(Column::Id).limit(limit).into_tuple().all(db).await?)
}

/// Machines on no node that stand for something: ordered, or in a state that needs one. For jobs.
pub(crate) async fn on_no_node(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    // What failed and holds no room was never handed over; its order tells of it.
    let stands = Column::State.ne(State::Failed).or(Column::QuotaHeld.eq(true));
    Ok(Entity::find().filter(Column::NodeId.is_null()).filter(Column::State.ne(State::Deleted)).filter(stands).all(db).await?)
}

/// The machines of `ids`, wherever they are: for the operator's view of the installation.
pub(crate) async fn among<P: Permission>(
    db: &impl ConnectionTrait,
    _at: &Scope<P>,
    ids: impl IntoIterator<Item = InstanceId>,
) -> Result<HashMap<InstanceId, Row>> {
    let rows = Entity::find().filter(Column::Id.is_in(ids)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The machines of a project that a security group stands for.
pub(crate) async fn in_group<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, group: SecurityGroupId) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::SecurityGroupId.eq(group)).filter(Column::ProjectId.eq(at.project_id()?));
    Ok(query.order_by_asc(Column::Id).all(db).await?)
}

/// How many machines each of these groups stands for.
pub(crate) async fn count_by_group(db: &impl ConnectionTrait, groups: impl IntoIterator<Item = SecurityGroupId>) -> Result<HashMap<SecurityGroupId, u64>> {
    let query = Entity::find().select_only().column(Column::SecurityGroupId).filter(Column::SecurityGroupId.is_in(groups));
    let mut counts = HashMap::new();
    for group in query.into_tuple::<Option<SecurityGroupId>>().all(db).await?.into_iter().flatten() {
        *counts.entry(group).or_insert(0) += 1;
    }
    Ok(counts)
}

/// When each of `ids` came to its state.
pub(crate) async fn changed_at(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = InstanceId>) -> Result<HashMap<InstanceId, Timestamp>> {
    let query = history::Entity::find().filter(history::Column::InstanceId.is_in(ids)).select_only().column(history::Column::InstanceId);
    let query = query.column_as(history::Column::At.max(), "at").group_by(history::Column::InstanceId).into_tuple::<(InstanceId, i64)>();
    Ok(query.all(db).await?.into_iter().map(|(id, at)| (id, Timestamp(at))).collect())
}

/// What the machines on each node and host take together. Figures about nodes name nobody.
pub(crate) async fn taken(db: &impl ConnectionTrait) -> Result<Load> {
    let query = Entity::find().select_only().column(Column::NodeId).column(Column::HostName).column(Column::TargetHost);
    let query = query.column(Column::Cpus).column(Column::MemoryMib).column(Column::DiskGib);
    let query = query.filter(Column::NodeId.is_not_null()).filter(Column::QuotaHeld.eq(true));
    let mut load = Load::default();
    for (node, host, target, cpus, memory, disk) in query.into_tuple::<(NodeId, Option<String>, Option<String>, i32, i32, i32)>().all(db).await? {
        let machine = Taken { instances: 1, cpus: cpus.into(), memory_mib: memory.into(), disk_gib: disk.into() };
        load.add(node, target.or(host), machine);
    }
    Ok(load)
}

/// Changes columns of a machine that is known to be the scope's.
pub(crate) async fn set(tx: &Tx, id: InstanceId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Changes the state if it is still `from`; false when somebody else was faster.
pub(super) async fn set_state(tx: &Tx, id: InstanceId, from: State, to: State, reason: Option<&str>) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::StateReason, Expr::value(reason.map(str::to_owned)))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// Clears `quota_held`; true for the one caller that must give the room back.
pub(super) async fn let_quota_go(tx: &Tx, id: InstanceId) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::QuotaHeld, Expr::value(false)).filter(Column::Id.eq(id)).filter(Column::QuotaHeld.eq(true));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// Adds to a machine's history.
pub(super) async fn remember(tx: &Tx, id: InstanceId, state: State, text: &str) -> Result<()> {
    let row = history::ActiveModel { id: Set(tx.cx().new_id()), instance_id: Set(id), at: Set(tx.cx().now().0), state: Set(state), text: Set(text.to_owned()) };
    history::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A machine's history, newest first, one more than `limit`. The caller has looked the machine up in its scope.
pub(super) async fn history(db: &impl ConnectionTrait, id: InstanceId, after: Option<InstanceEventId>, limit: u64) -> Result<Vec<InstanceEvent>> {
    let mut query = history::Entity::find().filter(history::Column::InstanceId.eq(id));
    if let Some(after) = after {
        query = query.filter(history::Column::Id.lt(after));
    }
    let rows = query.order_by_desc(history::Column::Id).limit(limit + 1).all(db).await?;
    Ok(rows.into_iter().map(|row| InstanceEvent { id: row.id, at: Timestamp(row.at), kind: row.state, summary: row.text }).collect())
}

/// The node of a machine that a console ticket names; the ticket was given for the machine's project.
pub(crate) async fn node_of(db: &impl ConnectionTrait, id: InstanceId) -> Result<Option<String>> {
    let query = Entity::find_by_id(id).select_only().column(Column::NodeName).into_tuple::<Option<String>>();
    Ok(query.one(db).await?.flatten())
}
