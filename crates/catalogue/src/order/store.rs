//! The table `catalogue_order`.

use billing::meter::Rates;
use kernel::permission::AtProject;
use kernel::{Currency, Error, Money, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::{OrderId, State};

pub(super) use order::{Column, Entity, Model as Row};

mod order {
    use billing::payment::PaymentId;
    use compute::{InstanceId, RegionId, SizeId, TemplateId};
    use kernel::{OrganisationId, PersonId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::order::model::{DiskSource, Disks, Hostname, OrderId, State};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_order")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrderId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub person_id: PersonId,
        pub state: State,
        pub attempt: i32,
        pub hostname: Sealed<Hostname>,
        pub disks: Option<Sealed<Disks>>,
        pub size_id: SizeId,
        pub size_name: String,
        pub template_id: TemplateId,
        pub template_name: String,
        pub template_source: Option<DiskSource>,
        pub template_version: Option<i32>,
        pub region_id: RegionId,
        pub region_name: String,
        /// The prices as they were when it was placed, as JSON.
        pub rates: String,
        pub charged_minor: i64,
        pub currency: String,
        pub instance_id: InstanceId,
        pub payment_id: Option<PaymentId>,
        pub operation_id: Option<OperationId>,
        pub problem: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// The prices as they were when it was placed.
    pub(super) fn rates(&self) -> Result<Rates> {
        serde_json::from_str(&self.rates).map_err(|error| Error::internal("an order's prices are damaged").caused_by(error))
    }

    /// What is charged with the order.
    pub(super) fn charged_now(&self) -> Result<Money> {
        Ok(Money::new(self.charged_minor, Currency::from_code(&self.currency)?))
    }
}

/// Writes a new order.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One order of the project.
pub(super) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: OrderId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("order"))
}

/// The order that `machine` was made for, if there is one.
pub(super) async fn of_machine<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, machine: compute::InstanceId) -> Result<Option<Row>> {
    Ok(Entity::find().filter(Column::ProjectId.eq(at.project_id()?)).filter(Column::InstanceId.eq(machine)).one(db).await?)
}

/// The payment of the order that `machine` was made for.
pub(crate) async fn payment_of_machine<P: AtProject>(
    db: &impl ConnectionTrait,
    at: &Scope<P>,
    machine: compute::InstanceId,
) -> Result<Option<billing::payment::PaymentId>> {
    Ok(of_machine(db, at, machine).await?.and_then(|order| order.payment_id))
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: OrderId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("order"))
}

/// Orders of the project, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<OrderId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Changes columns of an order that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: OrderId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Changes the state if it is still `from`; false when somebody else was faster.
pub(super) async fn set_state(tx: &Tx, id: OrderId, from: State, to: State, problem: Option<&str>) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::Problem, Expr::value(problem.map(str::to_owned)))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
