//! Removes the rows of somebody, children before parents, and the keys of the classes that go.

use kernel::map::{Class, Table};
use kernel::{Cx, Result, Timestamp};

use crate::accounts::Owners;
use crate::certificate::{self, CertificateId, Kept};
use crate::hold::{self, Held};
use crate::walk::{self, Fate};

/// Deletes and empties until a whole pass finds nothing; each batch and its count are one transaction.
pub(super) async fn remove(cx: &Cx, owners: &Owners, certificate: Option<CertificateId>) -> Result<u64> {
    let tables: Vec<Table> = walk::personal(cx.map()).copied().collect();
    let tables = walk::order::children_first(cx.map(), tables, &walk::store::foreign_keys(cx).await?);
    let held = Held::of(cx, owners).await?;
    let mut total = 0;
    loop {
        let mut pass = 0;
        for table in &tables {
            pass += remove_from(cx, table, owners, &held, certificate).await?;
        }
        total += pass;
        if pass == 0 {
            return Ok(total);
        }
    }
}

async fn remove_from(cx: &Cx, table: &Table, owners: &Owners, held: &Held, certificate: Option<CertificateId>) -> Result<u64> {
    let Some(condition) = walk::store::belongs(cx.map(), table, &owners.uuids()) else { return Ok(0) };
    let fate = walk::fate(table);
    if let Fate::Stays(law) = fate {
        keep(cx, table, condition, law, super::preview::until(cx, table, owners).await?, certificate).await?;
        return Ok(0);
    }
    let owners_held: Vec<_> = held.owners(table.name).into_iter().collect();
    if let (false, Some(condition)) = (owners_held.is_empty(), walk::store::belongs(cx.map(), table, &owners_held)) {
        keep(cx, table, condition, hold::model::LAW, held.until(table.name), certificate).await?;
    }
    let condition = held.spare(cx.map(), table, condition);
    let mut total = 0;
    loop {
        let gone = cx
            .write(async |tx| {
                let gone = match fate {
                    Fate::Emptied(columns) => walk::store::empty(tx.db(), table, columns, condition.clone()).await?,
                    _ => walk::store::delete(tx.db(), table, condition.clone()).await?,
                };
                if let (Some(certificate), true) = (certificate, gone > 0) {
                    certificate::store::revise(&tx, certificate, |draft| {
                        let counts = if matches!(fate, Fate::Emptied(_)) { &mut draft.emptied } else { &mut draft.deleted };
                        *counts.entry(table.name.to_owned()).or_insert(0) += gone;
                    })
                    .await?;
                }
                Ok(gone)
            })
            .await?;
        total += gone;
        if gone < walk::store::BATCH {
            return Ok(total);
        }
    }
}

/// Counts what stays of `table` for the certificate.
async fn keep(
    cx: &Cx,
    table: &Table,
    condition: walk::store::Condition,
    law: &str,
    until: Option<Timestamp>,
    certificate: Option<CertificateId>,
) -> Result<()> {
    let count = walk::store::counts(cx.db(), vec![(table.name, condition)]).await?.into_values().sum();
    let (Some(certificate), true) = (certificate, count > 0) else { return Ok(()) };
    let kept = Kept { count, law: law.to_owned(), until };
    cx.write(async |tx| {
        let kept = kept.clone();
        certificate::store::revise(&tx, certificate, |draft| {
            draft.kept.insert(table.name.to_owned(), kept);
        })
        .await
    })
    .await
}

/// The classes whose keys go; those of held rows stay until the hold ends.
async fn doomed(cx: &Cx, owners: &Owners) -> Result<Vec<Class>> {
    let held = Held::of(cx, owners).await?.classes(cx.map());
    Ok(walk::classes(cx.map()).0.into_iter().filter(|class| !held.contains(class)).collect())
}

/// Destroys the keys of the classes that go, in one transaction with their count.
pub(super) async fn shred(cx: &Cx, owners: &Owners, certificate: Option<CertificateId>) -> Result<u64> {
    let gone = doomed(cx, owners).await?;
    let keys = cx
        .write(async |tx| {
            let mut keys = 0;
            for owner in owners.key_owners() {
                keys += cx.keys().destroy(tx.db(), owner, &gone).await?;
            }
            if let (Some(certificate), true) = (certificate, keys > 0) {
                certificate::store::revise(&tx, certificate, |draft| draft.keys += keys).await?;
            }
            Ok(keys)
        })
        .await?;
    // Once more after the commit: a reader may have cached a key meanwhile.
    for owner in owners.key_owners() {
        cx.keys().forget(owner);
    }
    Ok(keys)
}

/// Rows and keys that should be gone and are not: 0 after an erasure, more after a restored backup.
pub(crate) async fn remaining(cx: &Cx, owners: &Owners) -> Result<u64> {
    let ids = owners.uuids();
    let classes = doomed(cx, owners).await?;
    let held = Held::of(cx, owners).await?;
    let mut wanted = Vec::new();
    for table in walk::owned(cx.map()) {
        let Some(condition) = walk::store::belongs(cx.map(), table, &ids) else { continue };
        if walk::holds_keys(table) {
            let classes: Vec<&str> = classes.iter().map(|class| class.key()).collect();
            wanted.push((table.name, walk::store::of_classes(table, condition, classes)));
            continue;
        }
        let condition = held.spare(cx.map(), table, condition);
        match walk::fate(table) {
            Fate::Goes => wanted.push((table.name, condition)),
            Fate::Emptied(columns) => wanted.push((table.name, walk::store::unemptied(table, columns, condition))),
            Fate::Stays(_) => {}
        }
    }
    Ok(walk::store::counts(cx.db(), wanted).await?.into_values().sum())
}
