//! The table `compute_backup`.

use kernel::permission::{AtProject, Permission};
use kernel::{ByWorkflow, Error, Place, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::{BackupId, BackupState, RestoreTestOutcome};
use super::restore_test::CPUS as TEST_CPUS;
use crate::instance::InstanceId;
use crate::node::Taken;

pub(crate) use entity::{Column, Entity, Model as Row};

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::backup::model::{BackupFormat, BackupId, BackupState, Hostname, Name, RestoreTestOutcome};
    use crate::instance::InstanceId;
    use crate::region::RegionId;
    use crate::template::TemplateId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_backup")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: BackupId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub instance_id: InstanceId,
        pub hostname: Sealed<Hostname>,
        pub name: Sealed<Name>,
        pub scheduled: bool,
        pub due_at: Option<i64>,
        pub state: BackupState,
        pub problem: Option<String>,
        pub percent: Option<i32>,
        pub bytes: Option<i64>,
        pub format: Option<BackupFormat>,
        pub disk_gib: i32,
        pub template_id: TemplateId,
        pub template_name: String,
        pub template_title: String,
        pub region_id: RegionId,
        pub region_title: String,
        pub node_name: String,
        pub test_outcome: Option<RestoreTestOutcome>,
        pub test_at: Option<i64>,
        pub test_problem: Option<String>,
        /// Memory in MiB of the guest that is there, or may be, because it was made of it for a test.
        pub test_memory_mib: Option<i32>,
        pub operation_id: Option<OperationId>,
        pub taken_at: Option<i64>,
        pub created_at: i64,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the backup is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes a new backup.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One backup of the project.
pub(crate) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: BackupId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("backup"))
}

/// The same, locked to the end of the transaction.
pub(crate) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: BackupId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("backup"))
}

/// The project's backups that are not deleted, or those of one machine, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    instance: Option<InstanceId>,
    after: Option<BackupId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(BackupState::Deleted));
    if let Some(instance) = instance {
        query = query.filter(Column::InstanceId.eq(instance));
    }
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// The backups of a machine that its plan made and that are not deleted, newest first.
pub(super) async fn scheduled<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<Vec<Row>> {
    let mine = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    let query = mine.filter(Column::Scheduled.eq(true)).filter(Column::State.ne(BackupState::Deleted));
    Ok(query.order_by_desc(Column::Id).all(tx.db()).await?)
}

/// Whether a backup of the machine is being made.
pub(crate) async fn is_creating<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<bool> {
    let mine = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    Ok(mine.filter(Column::State.eq(BackupState::Creating)).count(tx.db()).await? > 0)
}

/// Backups of the organisation that are not deleted.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.ne(BackupState::Deleted));
    Ok(query.order_by_asc(Column::Id).all(db).await?)
}

/// How many backups of the organisation are deleted.
pub(super) async fn count_deleted(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    let query = Entity::find().filter(Column::OrganisationId.eq(at.organisation_id()?)).filter(Column::State.eq(BackupState::Deleted));
    Ok(query.count(db).await?)
}

/// How many backups of the project are not deleted.
pub(super) async fn count_in_project(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::State.ne(BackupState::Deleted)).count(db).await?)
}

/// How many backups are kept on a node; for the operator.
pub(crate) async fn count_on_node<P: Permission>(tx: &Tx, _at: &Scope<P>, node: &str) -> Result<u64> {
    let gone = [BackupState::Deleted, BackupState::Failed];
    Ok(Entity::find().filter(Column::NodeName.eq(node)).filter(Column::State.is_not_in(gone)).count(tx.db()).await?)
}

/// The newest backup of a machine that its plan made and that is ready.
pub(crate) async fn newest_of_plan<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<Option<Row>> {
    let mine = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    Ok(mine.filter(Column::Scheduled.eq(true)).filter(Column::State.eq(BackupState::Ready)).order_by_desc(Column::Id).one(tx.db()).await?)
}

/// The backups on a node that are being tested, for those who count its guests and its room.
pub(crate) async fn tested_on_node(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, node: &str) -> Result<Vec<BackupId>> {
    let query = Entity::find().select_only().column(Column::Id).filter(Column::NodeName.eq(node));
    Ok(query.filter(Column::TestMemoryMib.is_not_null()).into_tuple().all(db).await?)
}

/// What the guests of restore tests take, each with the name of its node. Figures about nodes name nobody.
pub(crate) async fn taken_by_tests(db: &impl ConnectionTrait) -> Result<Vec<(String, Taken)>> {
    let query = Entity::find().select_only().column(Column::NodeName).column(Column::TestMemoryMib).column(Column::DiskGib);
    let rows = query.filter(Column::TestMemoryMib.is_not_null()).into_tuple::<(String, i32, i32)>().all(db).await?;
    let taken = |memory: i32, disk: i32| Taken { instances: 0, cpus: TEST_CPUS.into(), memory_mib: memory.into(), disk_gib: disk.into() };
    Ok(rows.into_iter().map(|(node, memory, disk)| (node, taken(memory, disk))).collect())
}

/// Writes what came of a restore test, or that it begins, now.
pub(super) async fn note_test(tx: &Tx, id: BackupId, outcome: RestoreTestOutcome, problem: Option<&str>) -> Result<()> {
    let columns =
        [(Column::TestOutcome, Some(outcome).into()), (Column::TestAt, Some(tx.cx().now().0).into()), (Column::TestProblem, problem.map(str::to_owned).into())];
    set(tx, id, &columns).await
}

/// Changes columns of a backup that is known to be the scope's.
pub(crate) async fn set(tx: &Tx, id: BackupId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Brings the backup from the state in `row` to `to`, if the rules allow it. False when it is there already.
pub(super) async fn change(tx: &Tx, row: &Row, to: BackupState, problem: Option<&str>) -> Result<bool> {
    if row.state == to || !row.state.may_become(to) {
        return Ok(false);
    }
    let gone = matches!(to, BackupState::Deleted).then(|| tx.cx().now().0);
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::Problem, Expr::value(problem.map(str::to_owned)))
        .col_expr(Column::Percent, Expr::value(None::<i32>))
        .col_expr(Column::DeletedAt, Expr::value(gone))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
