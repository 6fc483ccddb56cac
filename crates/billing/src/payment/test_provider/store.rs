//! The tables `billing_testcharge` and `billing_testrefund`.

use kernel::{Error, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Set};

use super::TestCharge;
use crate::payment::model::PaymentState;
use crate::payment::provider::RefundIntent;

mod charge {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_testcharge")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub intent_key: String,
        pub amount: i64,
        pub currency: String,
        pub method: String,
        pub state: String,
        pub settles_at: Option<i64>,
        pub refunded: i64,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod refund {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_testrefund")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub intent_key: String,
        pub amount: i64,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) async fn by_key(db: &impl ConnectionTrait, intent_key: &str) -> Result<Option<TestCharge>> {
    let Some(row) = charge::Entity::find_by_id(intent_key.to_owned()).one(db).await? else { return Ok(None) };
    let state = PaymentState::from_key(&row.state).ok_or_else(|| Error::internal("a test charge's state is damaged"))?;
    Ok(Some(TestCharge {
        intent_key: row.intent_key,
        amount: row.amount,
        currency: row.currency,
        method: row.method,
        state,
        settles_at: row.settles_at.map(Timestamp),
        refunded: row.refunded,
    }))
}

pub(super) async fn find_or_insert(tx: &Tx, new: &TestCharge) -> Result<TestCharge> {
    let row = charge::ActiveModel {
        intent_key: Set(new.intent_key.clone()),
        amount: Set(new.amount),
        currency: Set(new.currency.clone()),
        method: Set(new.method.clone()),
        state: Set(new.state.key().to_owned()),
        settles_at: Set(new.settles_at.map(|at| at.0)),
        refunded: Set(new.refunded),
        created_at: Set(tx.cx().now().0),
    };
    charge::Entity::insert(row).on_conflict_do_nothing_on([charge::Column::IntentKey]).exec_without_returning(tx.db()).await?;
    by_key(tx.db(), &new.intent_key).await?.ok_or_else(|| Error::internal("a test charge is gone"))
}

/// Notes the payer's word; the first one counts.
pub(super) async fn set_answered(tx: &Tx, intent_key: &str, answer: PaymentState) -> Result<()> {
    charge::Entity::update_many()
        .col_expr(charge::Column::State, Expr::value(answer.key()))
        .filter(charge::Column::IntentKey.eq(intent_key))
        .filter(charge::Column::State.eq(PaymentState::RequiresAction.key()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Gives back once per key, and never more than was charged.
pub(super) async fn refund(tx: &Tx, new: &RefundIntent) -> Result<()> {
    let row = refund::ActiveModel {
        key: Set(new.key.clone()),
        intent_key: Set(new.intent_key.clone()),
        amount: Set(new.amount.minor),
        created_at: Set(tx.cx().now().0),
    };
    let noted = refund::Entity::insert(row).on_conflict_do_nothing_on([refund::Column::Key]).exec_without_returning(tx.db()).await?;
    if !matches!(noted, sea_orm::TryInsertResult::Inserted(1)) {
        return Ok(());
    }
    let done = charge::Entity::update_many()
        .col_expr(charge::Column::Refunded, Expr::col(charge::Column::Refunded).add(new.amount.minor))
        .filter(charge::Column::IntentKey.eq(new.intent_key.as_str()))
        .filter(Expr::col(charge::Column::Refunded).add(new.amount.minor).lte(Expr::col(charge::Column::Amount)))
        .exec(tx.db())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(Error::conflict("More would be refunded than was charged.")) }
}
