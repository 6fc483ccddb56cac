//! Rotation: a new epoch key wraps every data key anew, and the old one is destroyed. Data is never
//! encrypted again. Serving processes need not stop: they hold the epoch while they make a key, and
//! read a new epoch's file when they meet its number.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::keyring::{KeyId, WRAPPED, entity};
use super::root::FIRST_EPOCH;
use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::setting;
use crate::time::Timestamp;

/// The setting that holds the present epoch.
const EPOCH: &str = "kernel.key.epoch";
/// Keys of one transaction.
const BATCH: u64 = 500;

/// The present epoch, which cannot change before the transaction of `db` ends.
pub(super) async fn held_epoch(db: &impl ConnectionTrait, now: Timestamp) -> Result<i64> {
    setting::held(db, EPOCH, &FIRST_EPOCH, now).await
}

/// Begins a new epoch, wraps every key under it, destroys the epochs before, and rewrites the
/// database's files so that no old wrapping is left in them. Tells the epoch and how many keys were
/// wrapped; `progress` hears the count so far. One that was cut off is finished by the next.
///
/// # Errors
/// Database errors; `Internal` when a key cannot be unwrapped: then nothing is destroyed.
pub async fn rotate(cx: &Cx, progress: &(dyn Fn(u64) + Send + Sync)) -> Result<(i64, u64)> {
    let epoch = cx
        .write(async |tx| {
            let next = held_epoch(tx.db(), tx.cx().now()).await? + 1;
            cx.keys().root().add_epoch(next)?;
            setting::write(&tx, EPOCH, &next).await?;
            Ok(next)
        })
        .await?;
    let mut wrapped = 0;
    loop {
        let done = cx.write(async |tx| rewrap(cx, tx.db(), epoch).await).await?;
        if done == 0 {
            break;
        }
        wrapped += done;
        progress(wrapped);
    }
    cx.keys().root().remove_epochs_before(epoch)?;
    cx.keys().forget_all();
    cx.database().scrub().await?;
    Ok((epoch, wrapped))
}

async fn rewrap(cx: &Cx, db: &impl ConnectionTrait, epoch: i64) -> Result<u64> {
    let mut query = entity::Entity::find().filter(entity::Column::Epoch.lt(epoch)).order_by_asc(entity::Column::Id).limit(BATCH);
    QueryTrait::query(&mut query).lock(LockType::Update);
    let rows = query.all(db).await?;
    let key = cx.keys().epoch_key(epoch)?;
    for row in &rows {
        let mut plain = cx.keys().epoch_key(row.epoch)?.open(WRAPPED, &row.wrapped)?;
        let wrapped = key.seal(KeyId(row.id), WRAPPED, &mut plain)?;
        entity::Entity::update_many()
            .col_expr(entity::Column::Epoch, Expr::value(epoch))
            .col_expr(entity::Column::Wrapped, Expr::value(wrapped))
            .filter(entity::Column::Id.eq(row.id))
            .exec(db)
            .await?;
    }
    Ok(rows.len() as u64)
}

/// Whether the root key is the one under which the database's keys are wrapped; true for a database without any.
///
/// # Errors
/// Database errors.
pub async fn fits(cx: &Cx) -> Result<bool> {
    let row = entity::Entity::find().limit(1).one(cx.db()).await?;
    Ok(row.is_none_or(|row| cx.keys().unwrap_row(&row).is_ok()))
}

/// Unwraps every key, and tells how many there are.
///
/// # Errors
/// `Internal` naming the first one that does not open: then the root key or an epoch's key is the wrong one.
pub async fn check(cx: &Cx) -> Result<u64> {
    let (mut count, mut last) = (0, None);
    loop {
        let mut query = entity::Entity::find().order_by_asc(entity::Column::Id).limit(BATCH);
        if let Some(last) = last {
            query = query.filter(entity::Column::Id.gt(last));
        }
        let rows = query.all(cx.db()).await?;
        let Some(newest) = rows.last() else { return Ok(count) };
        last = Some(newest.id);
        for row in &rows {
            cx.keys().unwrap_row(row).map_err(|error| Error::internal(format!("the key {} of epoch {} does not open", row.id, row.epoch)).caused_by(error))?;
        }
        count += rows.len() as u64;
    }
}
