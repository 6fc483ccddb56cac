//! The tables `billing_payment`, `billing_allocation` and `billing_refund`.

use kernel::id::Id;
use kernel::{Currency, Error, Money, OrganisationId, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::{Payment, PaymentId, PaymentMethod, PaymentState};
use crate::invoice::InvoiceId;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_payment")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organisation_id: Uuid,
        #[sea_orm(unique)]
        pub intent_key: String,
        pub purpose: String,
        pub subject: String,
        pub amount: i64,
        pub currency: String,
        pub method: String,
        pub provider: String,
        pub state: String,
        pub problem: Option<String>,
        pub charge: Option<String>,
        pub invoice_id: Option<Uuid>,
        pub refunded: i64,
        pub created_at: i64,
        pub changed_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod allocation {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_allocation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub payment_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub invoice_id: Uuid,
        pub amount: i64,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod refund {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_refund")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub payment_id: Uuid,
        pub amount: i64,
        pub reason: String,
        pub state: String,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn payment(row: entity::Model) -> Result<Payment> {
    let damaged = |what: &str| Error::internal(format!("a payment's {what} is damaged"));
    Ok(Payment {
        id: PaymentId::from_uuid(row.id),
        organisation_id: OrganisationId::from_uuid(row.organisation_id),
        intent_key: row.intent_key,
        purpose: row.purpose,
        subject: row.subject,
        amount: Money::new(row.amount, Currency::from_code(&row.currency)?),
        method: PaymentMethod::from_key(&row.method).ok_or_else(|| damaged("method"))?,
        state: PaymentState::from_key(&row.state).ok_or_else(|| damaged("state"))?,
        problem: row.problem,
        charge: row.charge.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| damaged("charge").caused_by(error))?,
        invoice_id: row.invoice_id.map(InvoiceId::from_uuid),
        refunded: row.refunded,
        created_at: Timestamp(row.created_at),
    })
}

/// Inserts unless the intent is there already.
pub(crate) async fn insert(tx: &Tx, new: &Payment, provider: &str) -> Result<()> {
    let charge = new.charge.as_ref().map(serde_json::to_string).transpose();
    let row = entity::ActiveModel {
        id: Set(new.id.uuid()),
        organisation_id: Set(new.organisation_id.uuid()),
        intent_key: Set(new.intent_key.clone()),
        purpose: Set(new.purpose.clone()),
        subject: Set(new.subject.clone()),
        amount: Set(new.amount.minor),
        currency: Set(new.amount.currency.code().to_owned()),
        method: Set(new.method.key().to_owned()),
        provider: Set(provider.to_owned()),
        state: Set(new.state.key().to_owned()),
        problem: Set(None),
        charge: Set(charge.map_err(|error| Error::internal("cannot encode a charge").caused_by(error))?),
        invoice_id: Set(new.invoice_id.map(Id::uuid)),
        refunded: Set(0),
        created_at: Set(new.created_at.0),
        changed_at: Set(new.created_at.0),
    };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::IntentKey]).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(crate) async fn by_intent(db: &impl ConnectionTrait, intent_key: &str) -> Result<Option<Payment>> {
    entity::Entity::find().filter(entity::Column::IntentKey.eq(intent_key)).one(db).await?.map(payment).transpose()
}

pub(crate) async fn by_id(db: &impl ConnectionTrait, organisation: OrganisationId, id: PaymentId) -> Result<Payment> {
    let row = entity::Entity::find_by_id(id.uuid()).filter(entity::Column::OrganisationId.eq(organisation.uuid())).one(db).await?;
    row.map(payment).transpose()?.ok_or_else(|| Error::not_found("payment"))
}

/// For workflows and jobs, which hold the id from their own records.
pub(crate) async fn by_id_for_work(db: &impl ConnectionTrait, id: PaymentId) -> Result<Payment> {
    entity::Entity::find_by_id(id.uuid()).one(db).await?.map(payment).transpose()?.ok_or_else(|| Error::not_found("payment"))
}

/// The same, held until the transaction ends.
pub(crate) async fn held(tx: &Tx, id: PaymentId) -> Result<Payment> {
    let row = entity::Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.db()).await?;
    row.map(payment).transpose()?.ok_or_else(|| Error::not_found("payment"))
}

pub(crate) async fn page(db: &impl ConnectionTrait, organisation: OrganisationId, after: Option<PaymentId>, limit: u64) -> Result<Vec<Payment>> {
    let mut wanted = entity::Entity::find().filter(entity::Column::OrganisationId.eq(organisation.uuid())).order_by_desc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        wanted = wanted.filter(entity::Column::Id.lt(after.uuid()));
    }
    wanted.all(db).await?.into_iter().map(payment).collect()
}

/// The newest payment for an invoice, and how many there were.
pub(crate) async fn for_invoice(db: &impl ConnectionTrait, id: InvoiceId) -> Result<(Option<Payment>, u64)> {
    let all = entity::Entity::find().filter(entity::Column::InvoiceId.eq(id.uuid()));
    let count = all.clone().count(db).await?;
    Ok((all.order_by_desc(entity::Column::Id).one(db).await?.map(payment).transpose()?, count))
}

/// Payments that the provider has not decided, unchanged since `before`, longest first.
pub(crate) async fn undecided(db: &impl ConnectionTrait, before: Timestamp, limit: u64) -> Result<Vec<PaymentId>> {
    let ids = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::State.is_in([PaymentState::Created.key(), PaymentState::Processing.key()]))
        .filter(entity::Column::ChangedAt.lte(before.0))
        .order_by_asc(entity::Column::ChangedAt)
        .limit(limit);
    let ids: Vec<uuid::Uuid> = ids.into_tuple().all(db).await?;
    Ok(ids.into_iter().map(PaymentId::from_uuid).collect())
}

pub(crate) async fn set_state(tx: &Tx, id: PaymentId, state: PaymentState, problem: Option<String>) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(state.key()))
        .col_expr(entity::Column::Problem, Expr::value(problem))
        .col_expr(entity::Column::ChangedAt, Expr::value(tx.cx().now().0))
        .filter(entity::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn set_invoice(tx: &Tx, id: PaymentId, invoice: InvoiceId) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::InvoiceId, Expr::value(invoice.uuid()))
        .filter(entity::Column::Id.eq(id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn set_refunded(tx: &Tx, id: PaymentId, refunded: i64) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Refunded, Expr::value(refunded)).filter(entity::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    Ok(())
}

pub(crate) async fn insert_allocation(tx: &Tx, payment: PaymentId, invoice: InvoiceId, amount: i64) -> Result<()> {
    let row = allocation::ActiveModel { payment_id: Set(payment.uuid()), invoice_id: Set(invoice.uuid()), amount: Set(amount), at: Set(tx.cx().now().0) };
    allocation::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A refund that was asked for.
pub(crate) struct Refund {
    pub(crate) amount: i64,
    pub(crate) done: bool,
}

const ASKED: &str = "asked";
const DONE: &str = "done";

pub(crate) async fn refund_by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<Refund>> {
    Ok(refund::Entity::find_by_id(key.to_owned()).one(db).await?.map(|row| Refund { amount: row.amount, done: row.state == DONE }))
}

/// What was asked back of a payment, done or not.
pub(crate) async fn refunds_asked(db: &impl ConnectionTrait, id: PaymentId) -> Result<i64> {
    Ok(refund::Entity::find().filter(refund::Column::PaymentId.eq(id.uuid())).all(db).await?.iter().map(|row| row.amount).sum())
}

pub(crate) async fn insert_refund(tx: &Tx, key: &str, id: PaymentId, amount: i64, reason: &str) -> Result<()> {
    let row = refund::ActiveModel {
        key: Set(key.to_owned()),
        payment_id: Set(id.uuid()),
        amount: Set(amount),
        reason: Set(reason.to_owned()),
        state: Set(ASKED.to_owned()),
        created_at: Set(tx.cx().now().0),
    };
    refund::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// False when it was done before.
pub(crate) async fn set_refund_done(tx: &Tx, key: &str) -> Result<bool> {
    let done = refund::Entity::update_many()
        .col_expr(refund::Column::State, Expr::value(DONE))
        .filter(refund::Column::Key.eq(key))
        .filter(refund::Column::State.eq(ASKED))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}
