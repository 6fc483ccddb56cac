//! The table `catalogue_size_change`.

use billing::meter::Rates;
use billing::payment::PaymentId;
use compute::InstanceId;
use kernel::permission::AtProject;
use kernel::{Currency, Error, Money, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use workflow::OperationId;

use super::model::{SizeChangeId, State};

pub(super) use entity::{Column, Entity, Model as Row};

mod entity {
    use billing::payment::PaymentId;
    use compute::{InstanceId, SizeId};
    use kernel::{OrganisationId, ProjectId};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::size_change::model::{SizeChangeId, State};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_size_change")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SizeChangeId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub instance_id: InstanceId,
        pub state: State,
        pub from_size_id: SizeId,
        pub from_size_name: String,
        pub size_id: SizeId,
        pub size_name: String,
        /// The prices before, as JSON; none for a machine that nothing is charged for.
        pub from_rates: Option<String>,
        /// The prices as they were when it was asked for, as JSON.
        pub rates: Option<String>,
        pub charged_minor: i64,
        pub price_minor: i64,
        pub currency: String,
        pub price_from: i64,
        pub payment_id: Option<PaymentId>,
        pub operation_id: Option<OperationId>,
        pub resize_id: Option<OperationId>,
        pub problem: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn rates(text: Option<&str>) -> Result<Option<Rates>> {
    let damaged = |error| Error::internal("the prices of a change of size are damaged").caused_by(error);
    text.map(|text| serde_json::from_str(text).map_err(damaged)).transpose()
}

impl Row {
    /// The prices before.
    pub(super) fn rates_before(&self) -> Result<Option<Rates>> {
        rates(self.from_rates.as_deref())
    }

    /// The prices after.
    pub(super) fn rates_after(&self) -> Result<Option<Rates>> {
        rates(self.rates.as_deref())
    }

    /// `minor` units of its currency.
    pub(super) fn money(&self, minor: i64) -> Result<Money> {
        Ok(Money::new(minor, Currency::from_code(&self.currency)?))
    }
}

/// Writes a new change.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One change of the project.
pub(super) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: SizeChangeId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("change of size"))
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: SizeChangeId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("change of size"))
}

/// The newest change of a machine.
pub(super) async fn newest<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, instance: InstanceId) -> Result<Option<Row>> {
    let mine = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    Ok(mine.order_by_desc(Column::Id).limit(1).one(db).await?)
}

/// What was paid for changes of a machine.
pub(crate) async fn payments<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, instance: InstanceId) -> Result<Vec<PaymentId>> {
    let mine = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    Ok(mine.order_by_asc(Column::Id).all(db).await?.into_iter().filter_map(|change| change.payment_id).collect())
}

/// The change that the resize `operation` belongs to.
pub(super) async fn by_resize<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, operation: OperationId) -> Result<Option<Row>> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::ResizeId.eq(operation)).one(db).await?)
}

/// Changes of a machine, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    instance: InstanceId,
    after: Option<SizeChangeId>,
    limit: u64,
) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(instance));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Changes columns of a change that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: SizeChangeId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Brings the change from the state in `row` to `to`, if the rules allow it. False when they do not, or when it is there already.
pub(super) async fn change(tx: &Tx, row: &Row, to: State, problem: Option<&str>) -> Result<bool> {
    if row.state == to || !row.state.may_become(to) {
        return Ok(false);
    }
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::Problem, Expr::value(problem.map(str::to_owned)))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
