//! The tables of the log: head, hashes, leaves, statements and checkpoints.

use std::collections::HashMap;

use kernel::{Error, KeyOwner, Result, Sealed, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use tlog_tiles::Hash;

use super::model::Opening;

kernel::field!(
    /// A statement about somebody, with its nonce.
    pub Statement: Opening = "audit.body.sealed");

mod head {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        pub size: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod node {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_hash")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub hash: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod leaf {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_leaf")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub data: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod body {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_body")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub owner_kind: Option<String>,
        pub owner_id: Option<Uuid>,
        pub sealed: Option<kernel::Sealed<super::Statement>>,
        pub plain: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod checkpoint {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_checkpoint")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub size: i64,
        pub note: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of one statement: SQLite and PostgreSQL both take this many.
const BATCH: usize = 500;

/// Rows to be written together.
#[derive(Default)]
pub(super) struct New {
    pub(super) hashes: Vec<(u64, Hash)>,
    pub(super) leaves: Vec<(u64, String)>,
    pub(super) bodies: Vec<(u64, Option<KeyOwner>, Opening)>,
}

/// A statement as it is kept.
pub(super) enum Kept {
    Sealed(Sealed<Statement>),
    Plain(Opening),
}

fn number(value: u64) -> Result<i64> {
    i64::try_from(value).map_err(|error| Error::internal("an index is out of range").caused_by(error))
}

fn index(value: i64) -> Result<u64> {
    u64::try_from(value).map_err(|error| Error::internal("a stored index is negative").caused_by(error))
}

/// Locks the head for this transaction and tells the tree's size.
pub(super) async fn lock_head(tx: &Tx) -> Result<u64> {
    let row = head::Entity::find_by_id(1).lock_exclusive().one(tx.db()).await?;
    row.map_or_else(|| Err(Error::internal("the log has no head")), |row| index(row.size))
}

pub(super) async fn size(db: &impl ConnectionTrait) -> Result<u64> {
    let row = head::Entity::find_by_id(1).one(db).await?;
    row.map_or_else(|| Err(Error::internal("the log has no head")), |row| index(row.size))
}

/// Writes `new` and moves the head to `size`.
pub(super) async fn insert(tx: &Tx, new: New, size: u64) -> Result<()> {
    let now = tx.cx().now().0;
    for rows in new.hashes.chunks(BATCH) {
        let rows = rows.iter().map(|(at, hash)| Ok(node::ActiveModel { id: Set(number(*at)?), hash: Set(hash.0.to_vec()) })).collect::<Result<Vec<_>>>()?;
        node::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    for rows in new.leaves.chunks(BATCH) {
        let rows =
            rows.iter().map(|(at, data)| Ok(leaf::ActiveModel { id: Set(number(*at)?), data: Set(data.clone()), at: Set(now) })).collect::<Result<Vec<_>>>()?;
        leaf::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    for bodies in new.bodies.chunks(BATCH) {
        let mut rows = Vec::with_capacity(bodies.len());
        for (at, owner, opening) in bodies {
            let (sealed, plain) = match owner {
                Some(owner) => (Some(Sealed::<Statement>::seal(tx, *owner, opening).await?), None),
                None => (None, Some(serde_json::to_string(opening).map_err(|error| Error::internal("cannot encode a statement").caused_by(error))?)),
            };
            rows.push(body::ActiveModel {
                id: Set(number(*at)?),
                owner_kind: Set(owner.map(|owner| owner.kind().to_owned())),
                owner_id: Set(owner.map(KeyOwner::uuid)),
                sealed: Set(sealed),
                plain: Set(plain),
            });
        }
        body::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    head::Entity::update_many().col_expr(head::Column::Size, Expr::value(number(size)?)).filter(head::Column::Id.eq(1)).exec(tx.db()).await?;
    Ok(())
}

/// The stored hashes with these indexes; missing ones are absent.
pub(super) async fn hashes(db: &impl ConnectionTrait, indexes: &[u64]) -> Result<HashMap<u64, Hash>> {
    let mut found = HashMap::with_capacity(indexes.len());
    for wanted in indexes.chunks(BATCH) {
        let wanted = wanted.iter().map(|at| number(*at)).collect::<Result<Vec<i64>>>()?;
        for row in node::Entity::find().filter(node::Column::Id.is_in(wanted)).all(db).await? {
            let hash: [u8; 32] = row.hash.try_into().map_err(|_| Error::internal("a stored hash has the wrong length"))?;
            found.insert(index(row.id)?, Hash(hash));
        }
    }
    Ok(found)
}

/// Up to `count` leaves from `from` on, in order.
pub(super) async fn leaves(db: &impl ConnectionTrait, from: u64, count: u64) -> Result<Vec<(u64, String)>> {
    let until = number(from.saturating_add(count))?;
    let rows = leaf::Entity::find().filter(leaf::Column::Id.gte(number(from)?)).filter(leaf::Column::Id.lt(until)).order_by_asc(leaf::Column::Id);
    rows.all(db).await?.into_iter().map(|row| Ok((index(row.id)?, row.data))).collect()
}

/// The statements of up to `count` leaves from `from` on, those that are still there.
pub(super) async fn bodies(db: &impl ConnectionTrait, from: u64, count: u64) -> Result<HashMap<u64, Kept>> {
    let until = number(from.saturating_add(count))?;
    let rows = body::Entity::find().filter(body::Column::Id.gte(number(from)?)).filter(body::Column::Id.lt(until)).all(db).await?;
    let mut kept = HashMap::with_capacity(rows.len());
    for row in rows {
        let one = match (row.sealed, row.plain) {
            (Some(sealed), _) => Kept::Sealed(sealed),
            (None, Some(plain)) => Kept::Plain(serde_json::from_str(&plain).map_err(|error| Error::internal("a statement is damaged").caused_by(error))?),
            (None, None) => continue,
        };
        kept.insert(index(row.id)?, one);
    }
    Ok(kept)
}

/// The newest checkpoint: the size it covers and the signed note.
pub(super) async fn newest_checkpoint(db: &impl ConnectionTrait) -> Result<Option<(u64, String)>> {
    let row = checkpoint::Entity::find().order_by_desc(checkpoint::Column::Size).limit(1).one(db).await?;
    row.map(|row| Ok((index(row.size)?, row.note))).transpose()
}

/// Keeps a checkpoint; of two for the same size the first stays.
pub(super) async fn insert_checkpoint(tx: &Tx, size: u64, note: &str) -> Result<()> {
    let row = checkpoint::ActiveModel { size: Set(number(size)?), note: Set(note.to_owned()), at: Set(tx.cx().now().0) };
    checkpoint::Entity::insert(row).on_conflict_do_nothing_on([checkpoint::Column::Size]).exec_without_returning(tx.db()).await?;
    Ok(())
}
