//! What people see of operations: rows with steps, logs and children, in a fixed number of statements.

use std::collections::HashMap;

use kernel::id::Id;
use kernel::{PersonId, ProjectId, Result, Timestamp};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{line, operation, place, step};
use crate::operation::model::{Audience, LogLine, Operation, OperationId, RetryFrom, State, StepView};

/// Which operations a list shows.
pub(crate) enum Which {
    Project(ProjectId),
    StartedBy(PersonId),
    All,
}

/// Operations, newest first, one more than `limit`, parents only.
pub(crate) async fn page(db: &impl ConnectionTrait, which: Which, after: Option<OperationId>, limit: u64) -> Result<Vec<Operation>> {
    let mut query = operation::Entity::find().filter(operation::Column::ParentId.is_null());
    let audience = if matches!(which, Which::All) { Audience::Operator } else { Audience::Everybody };
    query = match which {
        Which::Project(id) => query.filter(operation::Column::ProjectId.eq(id.uuid())),
        Which::StartedBy(id) => query.filter(operation::Column::StartedBy.eq(id.uuid())),
        Which::All => query,
    };
    if let Some(after) = after {
        query = query.filter(operation::Column::Id.lt(after));
    }
    views(db, query.order_by_desc(operation::Column::Id).limit(limit + 1).all(db).await?, audience).await
}

/// One operation with everything that `audience` sees of it.
pub(crate) async fn view(db: &impl ConnectionTrait, id: OperationId, audience: Audience) -> Result<Option<Operation>> {
    let rows = operation::Entity::find_by_id(id).all(db).await?;
    Ok(views(db, rows, audience).await?.pop())
}

/// The newest operation of workflow `kind` on `subject`, if there is one.
///
/// # Errors
/// Database errors.
pub async fn by_subject(db: &impl ConnectionTrait, kind: &str, subject: &str) -> Result<Option<Operation>> {
    let rows = operation::Entity::find()
        .filter(operation::Column::Kind.eq(kind))
        .filter(operation::Column::Subject.eq(subject))
        .order_by_desc(operation::Column::Id)
        .limit(1)
        .all(db)
        .await?;
    Ok(views(db, rows, Audience::Everybody).await?.pop())
}

/// How each of `ids` stands.
///
/// # Errors
/// Database errors.
pub async fn states(db: &impl ConnectionTrait, ids: impl IntoIterator<Item = OperationId>) -> Result<HashMap<OperationId, State>> {
    let query = operation::Entity::find().filter(operation::Column::Id.is_in(ids)).select_only();
    let query = query.column(operation::Column::Id).column(operation::Column::State).into_tuple::<(OperationId, State)>();
    Ok(query.all(db).await?.into_iter().collect())
}

/// How many operations are in each state that is no end.
///
/// # Errors
/// Database errors.
pub async fn unfinished(db: &impl ConnectionTrait) -> Result<Vec<(&'static str, u64)>> {
    let states = [(State::Running, "running"), (State::Undoing, "undoing"), (State::NeedsOperator, "needs_operator")];
    let query = operation::Entity::find().filter(operation::Column::State.is_in(states.map(|(state, _)| state))).select_only();
    let query = query.column(operation::Column::State).column_as(operation::Column::Id.count(), "count").group_by(operation::Column::State);
    let found = query.into_tuple::<(State, i64)>().all(db).await?;
    let count = |state| found.iter().find(|(one, _)| *one == state).map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0));
    Ok(states.into_iter().map(|(state, name)| (name, count(state))).collect())
}

/// Rows with steps, logs and children: three statements whatever their number.
async fn views(db: &impl ConnectionTrait, rows: Vec<operation::Model>, audience: Audience) -> Result<Vec<Operation>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<OperationId> = rows.iter().map(|row| row.id).collect();
    let children = operation::Entity::find().filter(operation::Column::ParentId.is_in(ids.iter().copied())).all(db).await?;
    let all: Vec<OperationId> = ids.iter().copied().chain(children.iter().map(|row| row.id)).collect();
    let mut steps: HashMap<OperationId, Vec<step::Model>> = HashMap::new();
    let found = step::Entity::find()
        .filter(Condition::all().add(step::Column::OperationId.is_in(all.iter().copied())))
        .order_by_asc(step::Column::Position)
        .all(db)
        .await?;
    for row in found {
        steps.entry(row.operation_id).or_default().push(row);
    }
    let mut lines: HashMap<(OperationId, i32), Vec<LogLine>> = HashMap::new();
    let mut written = line::Entity::find().filter(line::Column::OperationId.is_in(all));
    if audience == Audience::Everybody {
        written = written.filter(line::Column::ForOperator.eq(false));
    }
    for row in written.order_by_asc(line::Column::Id).all(db).await? {
        lines.entry((row.operation_id, row.position)).or_default().push(LogLine { at: Timestamp(row.at), text: row.text });
    }
    let mut child_views: HashMap<(OperationId, i32), Operation> = HashMap::new();
    for row in children {
        if let (Some(parent), Some(position)) = (row.parent_id, row.parent_position) {
            child_views.insert((parent, position), assemble(row, &mut steps, &mut lines, &mut HashMap::new())?);
        }
    }
    rows.into_iter().map(|row| assemble(row, &mut steps, &mut lines, &mut child_views)).collect()
}

fn assemble(
    row: operation::Model,
    steps: &mut HashMap<OperationId, Vec<step::Model>>,
    lines: &mut HashMap<(OperationId, i32), Vec<LogLine>>,
    children: &mut HashMap<(OperationId, i32), Operation>,
) -> Result<Operation> {
    let steps = steps.remove(&row.id).unwrap_or_default().into_iter().map(|step| StepView {
        log: lines.remove(&(row.id, step.position)).unwrap_or_default(),
        child: children.remove(&(row.id, step.position)).map(Box::new),
        name: step.name,
        title: step.title,
        state: step.state,
        attempt: step.attempt,
        started_at: step.started_at.map(Timestamp),
        finished_at: step.finished_at.map(Timestamp),
        error: step.error,
    });
    Ok(Operation {
        id: row.id,
        place: Some(place(&row.place)?),
        started_by: row.started_by.map(PersonId::from_uuid),
        steps: steps.collect(),
        kind: row.kind,
        title: row.title,
        subject: row.subject,
        state: row.state,
        // A part of another operation is tried again with that one, but for an undo that could not be finished.
        retry: row.state.retry_from().filter(|from| row.parent_id.is_none() || *from == RetryFrom::Undo),
        error: row.error,
        created_at: Timestamp(row.created_at),
        finished_at: row.finished_at.map(Timestamp),
    })
}
