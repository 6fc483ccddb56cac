//! The table `compute_backup_plan`: one row for each machine that has a plan.

use kernel::permission::AtProject;
use kernel::{ByWorkflow, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::model::{BackupPlan, BackupPlanPatch};
use crate::instance::InstanceId;

pub(crate) use entity::Model as Row;
use entity::{Column, Entity};

mod entity {
    use kernel::{OrganisationId, ProjectId};
    use sea_orm::entity::prelude::*;

    use crate::backup_plan::model::{Frequency, RestoreTests, Weekday};
    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_backup_plan")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub frequency: Frequency,
        pub weekday: Weekday,
        pub hour: i32,
        pub keep: i32,
        pub restore_tests: RestoreTests,
        pub next_at: i64,
        pub next_test_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the plan's machine is.
    pub(super) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }

    /// What was asked for.
    pub(super) fn asked(&self) -> BackupPlanPatch {
        BackupPlanPatch { frequency: self.frequency, weekday: self.weekday, hour: self.hour, keep: self.keep, restore_tests: self.restore_tests }
    }

    /// As its owner sees it.
    pub(super) fn view(&self) -> BackupPlan {
        BackupPlan {
            frequency: self.frequency,
            weekday: self.weekday,
            hour: self.hour,
            keep: self.keep,
            restore_tests: self.restore_tests,
            next_at: Some(Timestamp(self.next_at)),
            next_test_at: self.next_test_at.map(Timestamp),
        }
    }
}

/// The machine's plan, if it has one.
pub(crate) async fn find<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, instance: InstanceId) -> Result<Option<Row>> {
    Ok(Entity::find_by_id(instance).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?)
}

/// Writes a plan in place of the one before. The caller has locked the machine.
pub(super) async fn replace<P: AtProject>(tx: &Tx, at: &Scope<P>, row: Row) -> Result<()> {
    remove(tx, at, row.instance_id).await?;
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Takes the machine's plan away, if it has one.
pub(crate) async fn remove<P: AtProject>(tx: &Tx, at: &Scope<P>, instance: InstanceId) -> Result<()> {
    Entity::delete_many().filter(Column::InstanceId.eq(instance)).filter(Column::ProjectId.eq(at.project_id()?)).exec(tx.db()).await?;
    Ok(())
}

/// Plans whose next backup was due by `now`, the longest waiting first; for the job, which acts for the installation.
pub(super) async fn due(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, now: Timestamp, limit: u64) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::NextAt.lte(now.0)).order_by_asc(Column::NextAt).limit(limit).all(db).await?)
}

/// Moves the plan on from the instant `from`; false when somebody else was faster.
pub(super) async fn move_on(tx: &Tx, instance: InstanceId, from: i64, to: Timestamp) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::NextAt, Expr::value(to.0)).filter(Column::InstanceId.eq(instance)).filter(Column::NextAt.eq(from));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// Plans whose next restore test was due by `now`, the longest waiting first; for the job, which acts for the installation.
pub(super) async fn tests_due(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, now: Timestamp, limit: u64) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::NextTestAt.lte(now.0)).order_by_asc(Column::NextTestAt).limit(limit).all(db).await?)
}

/// Moves the plan's tests on from the instant `from`; false when somebody else was faster.
pub(super) async fn move_test_on(tx: &Tx, instance: InstanceId, from: i64, to: Timestamp) -> Result<bool> {
    let update = Entity::update_many().col_expr(Column::NextTestAt, Expr::value(to.0));
    let update = update.filter(Column::InstanceId.eq(instance)).filter(Column::NextTestAt.eq(from));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
