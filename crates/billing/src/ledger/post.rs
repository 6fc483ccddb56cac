//! Books an entry, once per key, in the transaction that makes it true.

use kernel::{Currency, Error, Money, Result, Tx};
use sea_orm::ConnectionTrait;

use super::model::{Account, Entry, Posting};
use super::store;

/// Books `posting` and answers its place in the books; the place of the entry that is there when
/// the key was booked before.
///
/// # Errors
/// `Internal` when it does not balance; database errors.
pub async fn post(tx: &Tx, posting: &Posting) -> Result<i64> {
    posting.check()?;
    // Taking the place first makes bookings queue up, so the look-up by key sees every earlier one.
    let (seq, previous) = store::next(tx).await?;
    if let Some((entry, _)) = store::by_key(tx.db(), &posting.key).await? {
        return Ok(entry.seq);
    }
    let legs: Vec<_> = posting.legs.iter().filter(|leg| leg.minor != 0).collect();
    if legs.is_empty() {
        return Err(Error::internal(format!("the entry {} books nothing", posting.key)));
    }
    for leg in &legs {
        store::add_to_balance(tx, &leg.account.name(posting.currency), leg.account.owner(), posting.currency.code(), leg.minor).await?;
    }
    let entry = Entry {
        seq,
        key: posting.key.clone(),
        organisation_id: posting.organisation_id,
        memo: posting.memo.clone(),
        document: posting.document.clone(),
        reverses: None,
        booked_at: tx.cx().now().0,
        previous,
        legs: legs.iter().map(|leg| (leg.account.name(posting.currency), leg.minor)).collect(),
    };
    store::insert(tx, &entry).await?;
    Ok(seq)
}

/// Takes back what was booked under `key`, by an entry with every sign turned; once.
///
/// # Errors
/// `NotFound` when nothing was booked under `key`.
pub async fn reverse(tx: &Tx, key: &str, memo: &str) -> Result<i64> {
    let (seq, previous) = store::next(tx).await?;
    let (wrong, _) = store::by_key(tx.db(), key).await?.ok_or_else(|| Error::not_found("ledger entry"))?;
    let reversal = format!("{key}/reversed");
    if let Some((entry, _)) = store::by_key(tx.db(), &reversal).await? {
        return Ok(entry.seq);
    }
    let mut legs = Vec::with_capacity(wrong.legs.len());
    for (account, minor) in wrong.legs {
        let minor = minor.checked_neg().ok_or_else(|| Error::internal("an amount does not fit"))?;
        let currency = account.rsplit('/').next().unwrap_or_default().to_owned();
        store::add_to_balance(tx, &account, None, &currency, minor).await?;
        legs.push((account, minor));
    }
    let entry = Entry {
        seq,
        key: reversal,
        organisation_id: wrong.organisation_id,
        memo: memo.to_owned(),
        document: wrong.document,
        reverses: Some(wrong.seq),
        booked_at: tx.cx().now().0,
        previous,
        legs,
    };
    store::insert(tx, &entry).await?;
    Ok(seq)
}

/// What stands on `account`.
///
/// # Errors
/// Database errors.
pub async fn balance(db: &impl ConnectionTrait, account: &Account, currency: Currency) -> Result<Money> {
    Ok(Money::new(store::balance_of(db, &account.name(currency)).await?, currency))
}
