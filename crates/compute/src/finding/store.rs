//! The table `compute_finding`.

use kernel::permission::Permission;
use kernel::{Error, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveEnum, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set};
use workflow::OperationId;

use super::compare::Observed;
use super::model::{FindingCount, FindingId, FindingKind, Repair};

pub(super) use entity::{Column, Entity, Model as Row};

mod entity {
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::finding::model::{FindingId, FindingKind, Repair};
    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_finding")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: FindingId,
        pub kind: FindingKind,
        pub node_name: Option<String>,
        pub reference: Option<String>,
        pub instance_id: Option<InstanceId>,
        pub believed: Option<String>,
        pub seen: Option<String>,
        /// Kind, node and reference while it is open, so that nothing is found twice.
        #[sea_orm(unique)]
        pub open_key: Option<String>,
        pub since: i64,
        pub opens_at: i64,
        pub closed_at: Option<i64>,
        /// The repair that closed it; without one it was no longer so.
        pub closed_by: Option<Repair>,
        pub operation_id: Option<OperationId>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What `open_key` holds for an open finding.
pub(super) fn key(kind: FindingKind, node: Option<&str>, reference: Option<&str>) -> String {
    format!("{}/{}/{}", kind.to_value(), node.unwrap_or_default(), reference.unwrap_or_default())
}

/// Everything that is open on a node, or on none, what is not shown yet included; for the reconciler.
pub(super) async fn open_on(db: &impl ConnectionTrait, node: Option<&str>) -> Result<Vec<Row>> {
    let query = Entity::find().filter(Column::ClosedAt.is_null());
    let query = match node {
        Some(node) => query.filter(Column::NodeName.eq(node)),
        None => query.filter(Column::NodeName.is_null()),
    };
    Ok(query.all(db).await?)
}

/// Opens a finding, unless another process was faster.
pub(super) async fn insert(tx: &Tx, node: Option<&str>, observed: &Observed) -> Result<()> {
    let since = observed.since.unwrap_or_else(|| tx.cx().now());
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_id()),
        kind: Set(observed.kind),
        node_name: Set(node.map(str::to_owned)),
        reference: Set(observed.reference.clone()),
        instance_id: Set(observed.instance_id),
        believed: Set(observed.believed.clone()),
        seen: Set(observed.seen.clone()),
        open_key: Set(Some(key(observed.kind, node, observed.reference.as_deref()))),
        since: Set(since.0),
        opens_at: Set(since.plus(observed.patience).0),
        closed_at: Set(None),
        closed_by: Set(None),
        operation_id: Set(None),
    };
    Entity::insert(row).on_conflict_do_nothing_on([Column::OpenKey]).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes what is seen by now.
pub(super) async fn set_seen(tx: &Tx, id: FindingId, observed: &Observed) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Believed, Expr::value(observed.believed.clone()))
        .col_expr(Column::Seen, Expr::value(observed.seen.clone()))
        .filter(Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Closes a finding; one that was never shown leaves nothing behind. Nothing happens to one that is closed.
pub(super) async fn close(tx: &Tx, id: FindingId, by: Option<Repair>) -> Result<()> {
    let now = tx.cx().now().0;
    Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::ClosedAt.is_null()).filter(Column::OpensAt.gt(now)).exec(tx.db()).await?;
    Entity::update_many()
        .col_expr(Column::OpenKey, Expr::value(None::<String>))
        .col_expr(Column::ClosedAt, Expr::value(now))
        .col_expr(Column::ClosedBy, Expr::value(by))
        .filter(Column::Id.eq(id))
        .filter(Column::ClosedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Notes the operation that repairs it.
pub(super) async fn set_operation(tx: &Tx, id: FindingId, operation: OperationId) -> Result<()> {
    Entity::update_many().col_expr(Column::OperationId, Expr::value(Some(operation))).filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Open findings that are shown, newest first, one more than `limit`.
pub(super) async fn page<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, now: Timestamp, after: Option<FindingId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ClosedAt.is_null()).filter(Column::OpensAt.lte(now.0));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// How many of each kind are open and shown.
pub(super) async fn counts<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, now: Timestamp) -> Result<Vec<FindingCount>> {
    let query = Entity::find().filter(Column::ClosedAt.is_null()).filter(Column::OpensAt.lte(now.0)).select_only().column(Column::Kind);
    let query = query.column_as(Column::Id.count(), "count").column_as(Column::Since.min(), "oldest").group_by(Column::Kind).order_by_asc(Column::Kind);
    let found = query.into_tuple::<(FindingKind, i64, i64)>().all(db).await?;
    Ok(found.into_iter().map(|(kind, count, oldest)| FindingCount { kind, count, oldest: Timestamp(oldest) }).collect())
}

/// One finding, open or closed.
pub(super) async fn by_id<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>, id: FindingId) -> Result<Row> {
    Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("finding"))
}

/// One finding that is open, locked to the end of the transaction.
pub(super) async fn locked<P: Permission>(tx: &Tx, _at: &Scope<P>, id: FindingId) -> Result<Row> {
    let mut query = Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    let row = query.one(tx.db()).await?.ok_or_else(|| Error::not_found("finding"))?;
    if row.closed_at.is_some() { Err(Error::conflict("This is no longer so; nothing is left to repair.")) } else { Ok(row) }
}
