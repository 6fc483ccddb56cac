//! The table `compute_drain`: one row for each machine of a drain.

use kernel::permission::Permission;
use kernel::{Result, Scope, Tx};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use workflow::OperationId;

use super::model::DrainMachineState as State;
use crate::instance::{InstanceId, store as instances};

pub(super) use entity::Model as Row;
use entity::{Column, Entity};

/// Rows that one statement writes.
const AT_A_TIME: usize = 500;

mod entity {
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::drain::DrainMachineState;
    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_drain")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub operation_id: OperationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub instance_id: InstanceId,
        pub state: DrainMachineState,
        pub reason: Option<String>,
        pub host: Option<String>,
        pub move_id: Option<OperationId>,
        /// A failure that an attempt before this one ended with.
        pub reported: bool,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is written of a machine.
pub(super) struct Change<'a> {
    pub(super) state: State,
    pub(super) reason: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) move_id: Option<OperationId>,
}

/// The machines of a drain; for its workflow and for the operator.
pub(super) async fn of<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, drain: OperationId) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::OperationId.eq(drain)).order_by_asc(Column::InstanceId).all(db).await?)
}

/// Adds machines that wait for their turn; those that are there stay as they are.
pub(super) async fn add(tx: &Tx, drain: OperationId, machines: &[InstanceId]) -> Result<()> {
    let now = tx.cx().now().0;
    for part in machines.chunks(AT_A_TIME) {
        let rows = part.iter().map(|machine| entity::ActiveModel {
            operation_id: Set(drain),
            instance_id: Set(*machine),
            state: Set(State::Waiting),
            reason: Set(None),
            host: Set(None),
            move_id: Set(None),
            reported: Set(false),
            at: Set(now),
        });
        let known = OnConflict::columns([Column::OperationId, Column::InstanceId]).do_nothing().to_owned();
        Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx.db()).await?;
    }
    Ok(())
}

/// Writes what became of a machine.
pub(super) async fn set(tx: &Tx, drain: OperationId, machine: InstanceId, change: &Change<'_>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(change.state.to_value()))
        .col_expr(Column::Reason, Expr::value(change.reason.map(str::to_owned)))
        .col_expr(Column::Host, Expr::value(change.host.map(str::to_owned)))
        .col_expr(Column::MoveId, Expr::value(change.move_id))
        .col_expr(Column::Reported, Expr::value(false))
        .col_expr(Column::At, Expr::value(tx.cx().now().0))
        .filter(Column::OperationId.eq(drain))
        .filter(Column::InstanceId.eq(machine))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Says what is waited for; since when stays.
pub(super) async fn set_reason(tx: &Tx, drain: OperationId, machine: InstanceId, reason: &str) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::Reason, Expr::value(Some(reason.to_owned())));
    update.filter(Column::OperationId.eq(drain)).filter(Column::InstanceId.eq(machine)).exec(tx.db()).await?;
    Ok(())
}

/// Notes that the failures of this attempt were told.
pub(super) async fn report(tx: &Tx, drain: OperationId) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::Reported, Expr::value(true));
    update.filter(Column::OperationId.eq(drain)).filter(Column::State.eq(State::Failed)).exec(tx.db()).await?;
    Ok(())
}

/// A move of `drain`'s was refused, and this is why.
pub(crate) async fn refused(tx: &Tx, moved_by: OperationId, why: &str) -> Result<()> {
    let update = Entity::update_many().col_expr(Column::Reason, Expr::value(Some(why.to_owned())));
    update.filter(Column::MoveId.eq(moved_by)).filter(Column::State.eq(State::Moving)).exec(tx.db()).await?;
    Ok(())
}

/// A machine came to another host: drains that could not move it have nothing left to report of it.
pub(crate) async fn arrived(tx: &Tx, machine: &instances::Row, host: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(State::Moved.to_value()))
        .col_expr(Column::Reason, Expr::value(None::<String>))
        .col_expr(Column::Host, Expr::value(Some(host.to_owned())))
        .filter(Column::InstanceId.eq(machine.id))
        .filter(Column::State.is_in([State::Failed, State::Kept]))
        .exec(tx.db())
        .await?;
    Ok(())
}
