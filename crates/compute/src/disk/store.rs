//! The table `compute_disk`.

use kernel::permission::{AtProject, Permission};
use kernel::{ByWorkflow, Error, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::{DiskId, DiskState};
use crate::host::Load;
use crate::instance::InstanceId;
use crate::node::{NodeId, Taken};

pub(crate) use entity::{Column, Model as Row};

use entity::Entity;

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::disk::model::{DiskId, DiskState, Name};
    use crate::instance::InstanceId;
    use crate::node::NodeId;
    use crate::region::RegionId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_disk")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DiskId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub name: Sealed<Name>,
        pub size_gib: i32,
        /// What is promised while it becomes larger.
        pub growing_to_gib: Option<i32>,
        pub region_id: RegionId,
        pub node_id: NodeId,
        pub node_name: String,
        pub instance_id: Option<InstanceId>,
        pub state: DiskState,
        pub problem: Option<String>,
        /// Until when what it takes is announced; `None` while nothing is to be announced.
        pub measured_to: Option<i64>,
        /// Counts what was announced.
        pub measured_seq: i64,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// States in which something of a disk takes room on its node.
/// Room that a lost disk took is kept for it.
const PRESENT: [DiskState; 7] =
    [DiskState::Creating, DiskState::Ready, DiskState::Attaching, DiskState::Detaching, DiskState::Growing, DiskState::Deleting, DiskState::Lost];

impl Row {
    /// Where the disk is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes a new disk.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One disk of the project.
pub(super) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: DiskId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("disk"))
}

/// The same, locked to the end of the transaction. Whoever needs its machine locked too takes the machine first.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: DiskId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("disk"))
}

/// Disks of the project that are not deleted, of one machine if it is named, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    of: Option<InstanceId>,
    after: Option<DiskId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(DiskState::Deleted));
    if let Some(of) = of {
        query = query.filter(Column::InstanceId.eq(of));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// How many disks a machine has or gets. The caller has looked the machine up in its scope.
pub(super) async fn count_of_machine(db: &impl ConnectionTrait, id: InstanceId) -> Result<u64> {
    Ok(Entity::find().filter(Column::InstanceId.eq(id)).count(db).await?)
}

/// Notes that a machine that is gone has no disks any more.
pub(super) async fn leave(tx: &Tx, id: InstanceId) -> Result<()> {
    let nobody = Entity::update_many().col_expr(Column::InstanceId, Expr::value(None::<InstanceId>));
    nobody.filter(Column::InstanceId.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Disks of the organisation that are not deleted.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.ne(DiskState::Deleted));
    Ok(query.order_by_asc(Column::Id).all(db).await?)
}

/// How many disks of the organisation were there and are destroyed.
pub(super) async fn count_deleted(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.eq(DiskState::Deleted));
    // One that could not be made was never there, and nothing was announced of it.
    Ok(query.filter(Column::Problem.is_null()).count(db).await?)
}

/// How many disks of the project are there.
pub(super) async fn count_in_project(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.is_in(PRESENT)).count(db).await?)
}

/// How many disks are on a node, whoever they belong to; for the operator.
pub(crate) async fn count_on_node<P: Permission>(tx: &Tx, _at: &Scope<P>, node: NodeId) -> Result<u64> {
    Ok(Entity::find().filter(Column::NodeId.eq(node)).filter(Column::State.is_in(PRESENT)).count(tx.db()).await?)
}

/// The disks on a node, whoever they belong to; for jobs, which act for the installation.
pub(crate) async fn on_node(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, node: NodeId) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::NodeId.eq(node)).filter(Column::State.is_in(PRESENT)).all(db).await?)
}

/// One disk, whoever it belongs to; for the operator.
pub(super) async fn anywhere<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, id: DiskId) -> Result<Row> {
    Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("disk"))
}

/// Whether a disk of ours stands behind what the node of this name keeps under `reference`.
pub(crate) async fn stands_on<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, node: &str, reference: &str) -> Result<bool> {
    let Ok(id) = reference.parse::<DiskId>() else { return Ok(false) };
    let query = Entity::find_by_id(id).filter(Column::NodeName.eq(node)).filter(Column::State.is_in(PRESENT));
    Ok(query.count(db).await? > 0)
}

/// Adds what disks take of their nodes to what machines take. Figures about nodes name nobody.
pub(crate) async fn add_to(db: &impl ConnectionTrait, load: &mut Load) -> Result<()> {
    let query = Entity::find().select_only().column(Column::NodeId).column(Column::SizeGib).column(Column::GrowingToGib);
    for (node, size, growing) in query.filter(Column::State.is_in(PRESENT)).into_tuple::<(NodeId, i32, Option<i32>)>().all(db).await? {
        load.add(node, None, Taken { disk_gib: growing.unwrap_or(size).into(), ..Taken::default() });
    }
    Ok(())
}

/// Disks of which something is to be announced, whoever they belong to; for the job.
pub(super) async fn measured(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::MeasuredTo.is_not_null()).order_by_asc(Column::Id).all(db).await?)
}

/// Notes until when it is announced; false when somebody else was faster.
pub(super) async fn measured_to(tx: &Tx, row: &Row, to: Option<Timestamp>) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::MeasuredTo, Expr::value(to.map(|to| to.0)))
        .col_expr(Column::MeasuredSeq, Expr::value(row.measured_seq + 1))
        .filter(Column::Id.eq(row.id))
        .filter(Column::MeasuredTo.is_not_null())
        .filter(Column::MeasuredSeq.eq(row.measured_seq));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// Changes columns of a disk that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: DiskId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Changes the state if the row still has the one it was read with; false when somebody else was faster or the states do not allow it.
pub(super) async fn change(tx: &Tx, row: &Row, to: DiskState) -> Result<bool> {
    if !row.state.may_become(to) {
        return Ok(false);
    }
    let update = Entity::update_many().col_expr(Column::State, Expr::value(to)).filter(Column::Id.eq(row.id)).filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
