//! The table `compute_snapshot`.

use kernel::permission::AtProject;
use kernel::{Error, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::{SnapshotId, SnapshotState};
use crate::instance::InstanceId;

pub(crate) use entity::{Column, Entity, Model as Row};

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::instance::InstanceId;
    use crate::snapshot::model::{Name, SnapshotId, SnapshotState};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_snapshot")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SnapshotId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub instance_id: InstanceId,
        pub name: Sealed<Name>,
        pub state: SnapshotState,
        pub problem: Option<String>,
        pub memory: bool,
        pub disk_gib: i32,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the snapshot is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes a new snapshot.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One snapshot of the project.
pub(super) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: SnapshotId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("snapshot"))
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: SnapshotId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("snapshot"))
}

/// A machine's snapshots that are not deleted, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    instance: InstanceId,
    after: Option<SnapshotId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let mut query =
        Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance)).filter(Column::State.ne(SnapshotState::Deleted));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// The snapshots that count against the quota, of one machine.
pub(super) async fn counted(tx: &Tx, instance: InstanceId) -> Result<Vec<Row>> {
    let states = [SnapshotState::Creating, SnapshotState::Ready, SnapshotState::Deleting];
    Ok(Entity::find().filter(Column::InstanceId.eq(instance)).filter(Column::State.is_in(states)).all(tx.db()).await?)
}

/// Changes columns of a snapshot that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: SnapshotId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Brings the snapshot from the state in `row` to `to`, if the rules allow it. False when it is there already.
pub(super) async fn change(tx: &Tx, row: &Row, to: SnapshotState, problem: Option<&str>) -> Result<bool> {
    if row.state == to || !row.state.may_become(to) {
        return Ok(false);
    }
    let gone = matches!(to, SnapshotState::Deleted).then(|| tx.cx().now().0);
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::Problem, Expr::value(problem.map(str::to_owned)))
        .col_expr(Column::DeletedAt, Expr::value(gone))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// When a snapshot was asked for.
pub(super) fn created(row: &Row) -> Timestamp {
    Timestamp(row.created_at)
}
