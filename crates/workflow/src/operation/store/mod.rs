//! SQL of operations, their steps and logs. Workers write under a fence; people only read and retry.

mod view;
pub(crate) mod worker;

use std::time::Duration;

use kernel::id::Id;
use kernel::{Cx, Error, Place, Result, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::Serialize;

use super::model::{Audience, OPERATION_FINISHED, OperationFinished, OperationId, State, StepState};
use crate::definition::Start;

pub(crate) use view::{Which, page, view};
pub use view::{by_subject, states, unfinished};

pub(crate) mod operation {
    use sea_orm::entity::prelude::*;

    use crate::operation::{OperationId, State};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_operation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OperationId,
        pub kind: String,
        pub title: String,
        pub subject: String,
        pub place: String,
        pub organisation_id: Option<Uuid>,
        pub project_id: Option<Uuid>,
        pub started_by: Option<Uuid>,
        pub start_key: Option<String>,
        pub input: String,
        pub state: State,
        pub error: Option<String>,
        pub parent_id: Option<OperationId>,
        pub parent_position: Option<i32>,
        pub holder: String,
        pub fence: i64,
        pub lease_until: i64,
        pub next_at: i64,
        pub created_at: i64,
        pub finished_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod step {
    use sea_orm::entity::prelude::*;

    use crate::operation::{OperationId, StepState};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_step")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub operation_id: OperationId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub name: String,
        pub title: String,
        pub state: StepState,
        pub attempt: i32,
        pub started_at: Option<i64>,
        pub finished_at: Option<i64>,
        pub error: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod line {
    use sea_orm::entity::prelude::*;

    use crate::operation::OperationId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "workflow_log")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub operation_id: OperationId,
        pub position: i32,
        pub at: i64,
        pub text: String,
        pub for_operator: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Inserts an operation with its steps, or finds the one that was started with the same key.
pub(crate) async fn start<I: Serialize>(
    tx: &Tx,
    kind: &str,
    title: &str,
    steps: impl Iterator<Item = (&'static str, &'static str)>,
    at: &Start<'_>,
    input: &I,
) -> Result<OperationId> {
    if let Some(key) = at.key {
        let known = operation::Entity::find().filter(operation::Column::StartKey.eq(key)).one(tx.db()).await?;
        if let Some(row) = known {
            return Ok(row.id);
        }
    }
    let encode = |error: serde_json::Error| Error::internal("cannot encode a workflow's input").caused_by(error);
    let now = tx.cx().now().0;
    let id: OperationId = tx.cx().new_id();
    let project = match at.place {
        Place::Project { project, .. } => Some(project.uuid()),
        _ => None,
    };
    let row = operation::ActiveModel {
        id: Set(id),
        kind: Set(kind.to_owned()),
        title: Set(title.to_owned()),
        subject: Set(at.subject.to_owned()),
        place: Set(serde_json::to_string(&at.place).map_err(encode)?),
        organisation_id: Set(at.place.organisation().map(Id::uuid)),
        project_id: Set(project),
        started_by: Set(at.started_by.map(Id::uuid)),
        start_key: Set(at.key.map(str::to_owned)),
        input: Set(serde_json::to_string(input).map_err(encode)?),
        state: Set(State::Running),
        error: Set(None),
        parent_id: Set(None),
        parent_position: Set(None),
        holder: Set(String::new()),
        fence: Set(0),
        lease_until: Set(0),
        next_at: Set(now),
        created_at: Set(now),
        finished_at: Set(None),
    };
    operation::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let rows = steps.enumerate().map(|(position, (name, title))| step::ActiveModel {
        operation_id: Set(id),
        position: Set(i32::try_from(position).unwrap_or(i32::MAX)),
        name: Set(name.to_owned()),
        title: Set(title.to_owned()),
        state: Set(StepState::Waiting),
        attempt: Set(0),
        started_at: Set(None),
        finished_at: Set(None),
        error: Set(None),
    });
    step::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    tx.wake_after_commit();
    Ok(id)
}

/// Notes that `child` carries out a step of `parent`.
pub(crate) async fn adopt(tx: &Tx, child: OperationId, parent: OperationId, position: i32) -> Result<()> {
    operation::Entity::update_many()
        .col_expr(operation::Column::ParentId, Expr::value(parent.uuid()))
        .col_expr(operation::Column::ParentPosition, Expr::value(position))
        .filter(operation::Column::Id.eq(child))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// One operation's row.
pub(crate) async fn row(db: &impl ConnectionTrait, id: OperationId) -> Result<Option<operation::Model>> {
    Ok(operation::Entity::find_by_id(id).one(db).await?)
}

/// The same, locked to the end of the transaction.
pub(crate) async fn locked(tx: &Tx, id: OperationId) -> Result<Option<operation::Model>> {
    let mut query = operation::Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    Ok(query.one(tx.db()).await?)
}

/// The operations that carry out steps of `parent` that are not done.
pub(crate) async fn unfinished_children(tx: &Tx, parent: OperationId) -> Result<Vec<operation::Model>> {
    let open: Vec<i32> = steps(tx.db(), parent).await?.iter().filter(|step| step.state != StepState::Done).map(|step| step.position).collect();
    let query = operation::Entity::find().filter(operation::Column::ParentId.eq(parent)).filter(operation::Column::ParentPosition.is_in(open));
    Ok(query.all(tx.db()).await?)
}

/// Takes up to `limit` operations that are due and free, with one fence each, and no more than a
/// fair share where `living` workers are at work.
pub(crate) async fn claim(cx: &Cx, holder: &str, lease: Duration, limit: u64, living: u64) -> Result<Vec<operation::Model>> {
    cx.write(async |tx| {
        let now = tx.cx().now();
        let mut due = operation::Entity::find()
            .filter(operation::Column::State.is_in([State::Running, State::Undoing]))
            .filter(operation::Column::NextAt.lte(now.0))
            .filter(operation::Column::LeaseUntil.lt(now.0))
            .order_by_asc(operation::Column::NextAt)
            .limit(limit);
        QueryTrait::query(&mut due).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut rows = worker::share(tx.db(), holder, living, now, due.all(tx.db()).await?).await?;
        if rows.is_empty() {
            return Ok(rows);
        }
        operation::Entity::update_many()
            .col_expr(operation::Column::Holder, Expr::value(holder))
            .col_expr(operation::Column::Fence, Expr::col(operation::Column::Fence).add(1))
            .col_expr(operation::Column::LeaseUntil, Expr::value(now.plus(lease).0))
            .filter(operation::Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(tx.db())
            .await?;
        for row in &mut rows {
            row.fence += 1;
        }
        Ok(rows)
    })
    .await
}

/// Fails unless `fence` is still the operation's; locks its row so that this stays true to the commit.
pub(crate) async fn hold(tx: &Tx, id: OperationId, fence: i64) -> Result<()> {
    let mut query = operation::Entity::find_by_id(id).filter(operation::Column::Fence.eq(fence));
    QueryTrait::query(&mut query).lock(LockType::Update);
    match query.one(tx.db()).await? {
        Some(_) => Ok(()),
        None => Err(Error::conflict("Another worker has taken this operation over.")),
    }
}

/// Renews the lease; false when it was lost.
pub(crate) async fn renew(cx: &Cx, id: OperationId, fence: i64, lease: Duration) -> Result<bool> {
    cx.write(async |tx| {
        let renewed = operation::Entity::update_many()
            .col_expr(operation::Column::LeaseUntil, Expr::value(tx.cx().now().plus(lease).0))
            .filter(operation::Column::Id.eq(id))
            .filter(operation::Column::Fence.eq(fence))
            .exec(tx.db())
            .await?;
        Ok(renewed.rows_affected == 1)
    })
    .await
}

/// The steps of one operation, in order.
pub(crate) async fn steps(db: &impl ConnectionTrait, id: OperationId) -> Result<Vec<step::Model>> {
    Ok(step::Entity::find().filter(step::Column::OperationId.eq(id)).order_by_asc(step::Column::Position).all(db).await?)
}

/// What changes at a step.
pub(crate) struct StepChange {
    pub(crate) state: StepState,
    pub(crate) attempt: i32,
    pub(crate) error: Option<String>,
}

/// Writes how a step stands.
pub(crate) async fn set_step(tx: &Tx, id: OperationId, position: i32, change: &StepChange) -> Result<()> {
    let now = tx.cx().now().0;
    let ended = matches!(change.state, StepState::Done | StepState::Failed | StepState::Undone);
    let mut update = step::Entity::update_many()
        .col_expr(step::Column::State, Expr::value(change.state))
        .col_expr(step::Column::Attempt, Expr::value(change.attempt))
        .col_expr(step::Column::Error, Expr::value(change.error.clone()))
        .col_expr(step::Column::FinishedAt, Expr::value(ended.then_some(now)));
    if change.state == StepState::Running {
        update = update.col_expr(step::Column::StartedAt, Expr::col(step::Column::StartedAt).if_null(now));
    }
    update.filter(step::Column::OperationId.eq(id)).filter(step::Column::Position.eq(position)).exec(tx.db()).await?;
    tx.wake_after_commit();
    Ok(())
}

/// Lets the operation go until `next_at`, under the fence.
pub(crate) async fn release(tx: &Tx, id: OperationId, next_at: Timestamp) -> Result<()> {
    operation::Entity::update_many()
        .col_expr(operation::Column::LeaseUntil, Expr::value(0))
        .col_expr(operation::Column::NextAt, Expr::value(next_at.0))
        .filter(operation::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Writes how the operation stands; at an end, announces it and wakes the parent.
pub(crate) async fn set_state(tx: &Tx, row: &operation::Model, state: State, error: Option<&str>) -> Result<()> {
    if !row.state.may_become(state) {
        return Err(Error::internal(format!("an operation cannot become {state:?} from {:?}", row.state)));
    }
    let now = tx.cx().now();
    let mut update = operation::Entity::update_many()
        .col_expr(operation::Column::State, Expr::value(state))
        .col_expr(operation::Column::NextAt, Expr::value(now.0))
        .col_expr(operation::Column::LeaseUntil, Expr::value(0))
        .col_expr(operation::Column::FinishedAt, Expr::value(state.is_final().then_some(now.0)));
    if state == State::Running || error.is_some() {
        update = update.col_expr(operation::Column::Error, Expr::value(error));
    }
    update.filter(operation::Column::Id.eq(row.id)).exec(tx.db()).await?;
    if state.is_final() {
        let fact = OperationFinished { operation: row.id, kind: row.kind.clone(), subject: row.subject.clone(), state };
        tx.announce(OPERATION_FINISHED, place(&row.place)?, &row.subject, &fact).await?;
        if let Some(parent) = row.parent_id {
            operation::Entity::update_many()
                .col_expr(operation::Column::NextAt, Expr::value(now.0))
                .filter(operation::Column::Id.eq(parent))
                .exec(tx.db())
                .await?;
        }
    }
    tx.wake_after_commit();
    Ok(())
}

/// Puts failed or undone steps back to waiting.
pub(crate) async fn reset_steps(tx: &Tx, id: OperationId) -> Result<()> {
    step::Entity::update_many()
        .col_expr(step::Column::State, Expr::value(StepState::Waiting))
        .col_expr(step::Column::Attempt, Expr::value(0))
        .col_expr(step::Column::Error, Expr::value(None::<String>))
        .col_expr(step::Column::FinishedAt, Expr::value(None::<i64>))
        .filter(step::Column::OperationId.eq(id))
        .filter(step::Column::State.is_in([StepState::Failed, StepState::Undone, StepState::Running]))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Forgets how often the undo at hand was tried.
pub(crate) async fn reset_undo(tx: &Tx, id: OperationId) -> Result<()> {
    step::Entity::update_many()
        .col_expr(step::Column::Attempt, Expr::value(0))
        .filter(step::Column::OperationId.eq(id))
        .filter(step::Column::State.eq(StepState::Running))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Adds a line to a step's log.
pub(crate) async fn log(tx: &Tx, id: OperationId, position: i32, text: &str, audience: Audience) -> Result<()> {
    let row = line::ActiveModel {
        id: Set(tx.cx().new_uuid()),
        operation_id: Set(id),
        position: Set(position),
        at: Set(tx.cx().now().0),
        text: Set(text.to_owned()),
        for_operator: Set(audience == Audience::Operator),
    };
    line::Entity::insert(row).exec_without_returning(tx.db()).await?;
    tx.wake_after_commit();
    Ok(())
}

pub(crate) fn place(text: &str) -> Result<Place> {
    serde_json::from_str(text).map_err(|error| Error::internal("an operation's place is damaged").caused_by(error))
}
