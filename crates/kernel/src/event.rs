//! Facts that domains announce, and their delivery to reactions: a transactional outbox, at least
//! once, in order per subject. In-process waking makes it quick; polling makes it certain.

use std::marker::PhantomData;
use std::time::Duration;

use futures::future::BoxFuture;
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::de::DeserializeOwned;

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::scope::{ByEvent, Place, Scope};
use crate::time::Timestamp;
use crate::tx::Tx;

/// The tables `kernel_event` and `kernel_delivery`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_event")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub seq: i64,
        #[sea_orm(unique)]
        pub id: Uuid,
        pub kind: String,
        pub subject: String,
        pub place: String,
        pub payload: String,
        pub at: i64,
        pub attempts: i32,
        pub next_at: i64,
        pub delivered_at: Option<i64>,
        pub last_error: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) mod delivery {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_delivery")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub reaction: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A kind of fact with its payload's type.
#[derive(Debug)]
pub struct EventKind<T> {
    name: &'static str,
    payload: PhantomData<fn() -> T>,
}

impl<T> Clone for EventKind<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for EventKind<T> {}

impl<T> EventKind<T> {
    /// `domain.noun.past_tense`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, payload: PhantomData }
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// A delivered fact.
#[derive(Debug, Clone)]
pub struct Event {
    /// `domain.noun.past_tense`.
    pub kind: String,
    /// What it is about, as an id in text.
    pub subject: String,
    /// Where it happened.
    pub place: Place,
    payload: String,
}

impl Event {
    /// The payload, as the announcer's type.
    ///
    /// # Errors
    /// `Internal` when the stored payload is of another shape.
    pub fn fact<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.payload).map_err(|error| Error::internal(format!("the payload of {} has another shape", self.kind)).caused_by(error))
    }

    /// The scope in which a reaction acts.
    pub fn scope(&self) -> Scope<ByEvent> {
        Scope::<ByEvent>::acting(&self.kind, self.place)
    }
}

/// What a domain does when another announces something. Runs in one transaction; may run twice.
#[derive(Clone, Copy)]
pub struct Reaction {
    /// The kind it waits for.
    pub to: &'static str,
    /// Its own name, unique.
    pub name: &'static str,
    /// What it does.
    pub run: fn(Tx, Event) -> BoxFuture<'static, Result<()>>,
}

/// Events handled in one go.
const BATCH: u64 = 100;
/// The longest wait between two tries of a failing reaction.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// Delivers what is due and tells how many events were settled. Safe to run in several processes.
///
/// # Errors
/// Database errors; a failing reaction is recorded and tried again later instead.
pub async fn deliver(cx: &Cx, reactions: &[Reaction]) -> Result<usize> {
    let due = entity::Entity::find().filter(entity::Column::DeliveredAt.is_null()).order_by_asc(entity::Column::Seq).limit(BATCH).all(cx.db()).await?;
    let mut settled = 0;
    let mut blocked: Vec<String> = Vec::new();
    for row in due {
        // Order per subject: nothing overtakes an event that is waiting for its next try.
        if blocked.contains(&row.subject) {
            continue;
        }
        if row.next_at > cx.now().0 {
            blocked.push(row.subject);
            continue;
        }
        match deliver_one(cx, &row, reactions).await {
            Ok(()) => settled += 1,
            Err(error) => {
                tracing::warn!(event = %row.kind, error = %error.chain(), "reaction failed; it will be tried again");
                postpone(cx, &row, &error).await?;
                blocked.push(row.subject);
            }
        }
    }
    Ok(settled)
}

/// Events that wait for delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// When the oldest of them happened.
    pub oldest: Option<Timestamp>,
}

/// What waits now.
///
/// # Errors
/// Database errors.
pub async fn waiting(db: &impl ConnectionTrait) -> Result<Waiting> {
    let query = entity::Entity::find().filter(entity::Column::DeliveredAt.is_null()).select_only();
    let query = query.column_as(entity::Column::Seq.count(), "count").column_as(entity::Column::At.min(), "oldest");
    let (count, oldest) = query.into_tuple::<(i64, Option<i64>)>().one(db).await?.unwrap_or_default();
    Ok(Waiting { count: u64::try_from(count).unwrap_or(0), oldest: oldest.map(Timestamp) })
}

async fn deliver_one(cx: &Cx, row: &entity::Model, reactions: &[Reaction]) -> Result<()> {
    let place: Place = serde_json::from_str(&row.place).map_err(|error| Error::internal("an event's place is damaged").caused_by(error))?;
    let event = Event { kind: row.kind.clone(), subject: row.subject.clone(), place, payload: row.payload.clone() };
    for reaction in reactions.iter().filter(|reaction| reaction.to == row.kind) {
        let outcome = cx
            .write(async |tx| {
                let claimed = claim(&tx, row, Some(reaction.name)).await?;
                if claimed == Claimed::Mine {
                    (reaction.run)(tx, event.clone()).await?;
                }
                Ok(claimed)
            })
            .await?;
        if outcome == Claimed::Elsewhere {
            return Ok(());
        }
    }
    cx.write(async |tx| {
        if claim(&tx, row, None).await? == Claimed::Mine {
            entity::Entity::update_many()
                .col_expr(entity::Column::DeliveredAt, Expr::value(tx.cx().now().0))
                .filter(entity::Column::Seq.eq(row.seq))
                .exec(tx.db())
                .await?;
        }
        Ok(())
    })
    .await
}

/// Who may run a reaction now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claimed {
    /// This transaction.
    Mine,
    /// It ran before.
    Done,
    /// Another process is at this event; it will finish or its lock will go with it.
    Elsewhere,
}

/// Locks the event's row and, for a reaction, notes the delivery.
async fn claim(tx: &Tx, row: &entity::Model, reaction: Option<&str>) -> Result<Claimed> {
    let mut locked = entity::Entity::find().filter(entity::Column::Seq.eq(row.seq)).filter(entity::Column::DeliveredAt.is_null());
    QueryTrait::query(&mut locked).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    if locked.one(tx.db()).await?.is_none() {
        return Ok(Claimed::Elsewhere);
    }
    let Some(reaction) = reaction else { return Ok(Claimed::Mine) };
    if delivery::Entity::find_by_id((row.id, reaction.to_owned())).one(tx.db()).await?.is_some() {
        return Ok(Claimed::Done);
    }
    let note = delivery::ActiveModel { event_id: Set(row.id), reaction: Set(reaction.to_owned()), at: Set(tx.cx().now().0) };
    delivery::Entity::insert(note).exec_without_returning(tx.db()).await?;
    Ok(Claimed::Mine)
}

async fn postpone(cx: &Cx, row: &entity::Model, error: &Error) -> Result<()> {
    let wait = Duration::from_secs(1 << row.attempts.clamp(0, 9)).min(LONGEST_WAIT);
    let message = error.to_string();
    cx.write(async |tx| {
        entity::Entity::update_many()
            .col_expr(entity::Column::Attempts, Expr::col(entity::Column::Attempts).add(1))
            .col_expr(entity::Column::NextAt, Expr::value(tx.cx().now().plus(wait).0))
            .col_expr(entity::Column::LastError, Expr::value(message.clone()))
            .filter(entity::Column::Seq.eq(row.seq))
            .exec(tx.db())
            .await?;
        Ok(())
    })
    .await
}
