//! The table `billing_account`.

use kernel::id::Id;
use kernel::{Currency, Error, OrganisationId, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::Account;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_account")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: Uuid,
        pub currency: String,
        pub clock_offset: i64,
        pub period_from: i64,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn account(row: entity::Model) -> Result<Account> {
    Ok(Account {
        organisation_id: OrganisationId::from_uuid(row.organisation_id),
        currency: Currency::from_code(&row.currency)?,
        clock_offset: row.clock_offset,
        period_from: Timestamp(row.period_from),
    })
}

pub(crate) async fn by_organisation(db: &impl ConnectionTrait, organisation: OrganisationId) -> Result<Option<Account>> {
    entity::Entity::find_by_id(organisation.uuid()).one(db).await?.map(account).transpose()
}

/// Waits for a close that runs, and keeps the next one waiting, so that nothing falls between.
pub(crate) async fn held(tx: &Tx, organisation: OrganisationId) -> Result<Account> {
    let row = entity::Entity::find_by_id(organisation.uuid()).lock_shared().one(tx.db()).await?;
    row.map(account).transpose()?.ok_or_else(|| Error::not_found("billing account"))
}

pub(crate) async fn insert(tx: &Tx, account: &Account) -> Result<()> {
    let row = entity::ActiveModel {
        organisation_id: Set(account.organisation_id.uuid()),
        currency: Set(account.currency.code().to_owned()),
        clock_offset: Set(account.clock_offset),
        period_from: Set(account.period_from.0),
        created_at: Set(tx.cx().now().0),
    };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::OrganisationId]).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Ends the open period `from` at `to`; false when somebody else did.
pub(crate) async fn set_period(tx: &Tx, organisation: OrganisationId, from: Timestamp, to: Timestamp) -> Result<bool> {
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::PeriodFrom, Expr::value(to.0))
        .filter(entity::Column::OrganisationId.eq(organisation.uuid()))
        .filter(entity::Column::PeriodFrom.eq(from.0))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Moves the clock forward; false when it is that far already.
pub(crate) async fn set_offset(tx: &Tx, organisation: OrganisationId, offset: i64) -> Result<bool> {
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::ClockOffset, Expr::value(offset))
        .filter(entity::Column::OrganisationId.eq(organisation.uuid()))
        .filter(entity::Column::ClockOffset.lt(offset))
        .exec(tx.db())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Accounts whose period began at `before` or earlier, after the organisation `after`.
pub(crate) async fn begun_before(db: &impl ConnectionTrait, before: Timestamp, after: Option<OrganisationId>, limit: u64) -> Result<Vec<Account>> {
    let mut wanted = entity::Entity::find().filter(entity::Column::PeriodFrom.lte(before.0)).order_by_asc(entity::Column::OrganisationId).limit(limit);
    if let Some(after) = after {
        wanted = wanted.filter(entity::Column::OrganisationId.gt(after.uuid()));
    }
    wanted.all(db).await?.into_iter().map(account).collect()
}
