//! The tables of the ledger. Rows are only ever added; balances are a projection of them.

use std::collections::{BTreeMap, HashMap};

use kernel::id::Id;
use kernel::{Error, OrganisationId, Result, Tx};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::Entry;

mod head {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub seq: i64,
        pub hash: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod balance {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_balance")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub account: String,
        pub organisation_id: Option<Uuid>,
        pub currency: String,
        pub minor: i64,
        pub changed_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod entry {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_entry")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        pub organisation_id: Uuid,
        #[sea_orm(unique)]
        pub key: String,
        pub memo: String,
        pub document: String,
        pub reverses: Option<i64>,
        pub booked_at: i64,
        pub previous: Vec<u8>,
        pub hash: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod leg {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_leg")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub seq: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub account: String,
        pub minor: i64,
        pub booked_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const HEAD: &str = "ledger";

/// The next place in the books and the hash before it. Other bookings wait until this transaction
/// ends; the place is taken by [`insert`] only.
pub(crate) async fn next(tx: &Tx) -> Result<(i64, Vec<u8>)> {
    let fresh = head::ActiveModel { name: Set(HEAD.to_owned()), seq: Set(0), hash: Set(vec![0; 32]) };
    head::Entity::insert(fresh).on_conflict_do_nothing_on([head::Column::Name]).exec_without_returning(tx.db()).await?;
    let row = head::Entity::find_by_id(HEAD.to_owned()).lock_exclusive().one(tx.db()).await?.ok_or_else(|| Error::internal("the ledger has no head"))?;
    Ok((row.seq + 1, row.hash))
}

pub(crate) async fn insert(tx: &Tx, new: &Entry) -> Result<()> {
    let hash = new.hash();
    let row = entry::ActiveModel {
        seq: Set(new.seq),
        organisation_id: Set(new.organisation_id.uuid()),
        key: Set(new.key.clone()),
        memo: Set(new.memo.clone()),
        document: Set(new.document.clone()),
        reverses: Set(new.reverses),
        booked_at: Set(new.booked_at),
        previous: Set(new.previous.clone()),
        hash: Set(hash.clone()),
    };
    entry::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let legs = (0..).zip(&new.legs).map(|(position, (account, minor))| leg::ActiveModel {
        seq: Set(new.seq),
        position: Set(position),
        account: Set(account.clone()),
        minor: Set(*minor),
        booked_at: Set(new.booked_at),
    });
    leg::Entity::insert_many(legs).exec_without_returning(tx.db()).await?;
    head::Entity::update_many()
        .col_expr(head::Column::Seq, Expr::value(new.seq))
        .col_expr(head::Column::Hash, Expr::value(hash))
        .filter(head::Column::Name.eq(HEAD))
        .exec(tx.db())
        .await?;
    Ok(())
}

pub(crate) async fn add_to_balance(tx: &Tx, account: &str, owner: Option<OrganisationId>, currency: &str, minor: i64) -> Result<()> {
    let now = tx.cx().now().0;
    let row = balance::ActiveModel {
        account: Set(account.to_owned()),
        organisation_id: Set(owner.map(Id::uuid)),
        currency: Set(currency.to_owned()),
        minor: Set(minor),
        changed_at: Set(now),
    };
    let added = OnConflict::column(balance::Column::Account)
        .values([(balance::Column::Minor, Expr::col((balance::Entity, balance::Column::Minor)).add(minor)), (balance::Column::ChangedAt, Expr::value(now))])
        .to_owned();
    balance::Entity::insert(row).on_conflict(added).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(crate) async fn balance_of(db: &impl ConnectionTrait, account: &str) -> Result<i64> {
    Ok(balance::Entity::find_by_id(account.to_owned()).one(db).await?.map_or(0, |row| row.minor))
}

/// All balances: account, currency, amount.
pub(crate) async fn balances(db: &impl ConnectionTrait) -> Result<BTreeMap<String, (String, i64)>> {
    Ok(balance::Entity::find().all(db).await?.into_iter().map(|row| (row.account, (row.currency, row.minor))).collect())
}

/// The entry booked under `key`.
pub(crate) async fn by_key(db: &impl ConnectionTrait, key: &str) -> Result<Option<(Entry, Vec<u8>)>> {
    let Some(row) = entry::Entity::find().filter(entry::Column::Key.eq(key)).one(db).await? else { return Ok(None) };
    let legs = leg::Entity::find().filter(leg::Column::Seq.eq(row.seq)).order_by_asc(leg::Column::Position).all(db).await?;
    Ok(Some(joined(row, legs.into_iter().map(|leg| (leg.account, leg.minor)).collect())))
}

/// Up to `limit` entries after `seq`, each with the hash that is stored for it.
pub(crate) async fn after(db: &impl ConnectionTrait, seq: i64, limit: u64) -> Result<Vec<(Entry, Vec<u8>)>> {
    let rows = entry::Entity::find().filter(entry::Column::Seq.gt(seq)).order_by_asc(entry::Column::Seq).limit(limit).all(db).await?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let legs = leg::Entity::find()
        .filter(leg::Column::Seq.between(first.seq, last.seq))
        .order_by_asc(leg::Column::Seq)
        .order_by_asc(leg::Column::Position)
        .all(db)
        .await?;
    let mut by_entry: HashMap<i64, Vec<(String, i64)>> = HashMap::new();
    for leg in legs {
        by_entry.entry(leg.seq).or_default().push((leg.account, leg.minor));
    }
    Ok(rows.into_iter().map(|row| (by_entry.remove(&row.seq).unwrap_or_default(), row)).map(|(legs, row)| joined(row, legs)).collect())
}

fn joined(row: entry::Model, legs: Vec<(String, i64)>) -> (Entry, Vec<u8>) {
    let entry = Entry {
        seq: row.seq,
        key: row.key,
        organisation_id: OrganisationId::from_uuid(row.organisation_id),
        memo: row.memo,
        document: row.document,
        reverses: row.reverses,
        booked_at: row.booked_at,
        previous: row.previous,
        legs,
    };
    (entry, row.hash)
}
