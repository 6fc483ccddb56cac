//! The one way to write: `cx.write(async |tx| …)`. A transaction begins at once, commits when the
//! closure succeeds, rolls back when it fails, and is repeated when the engine asks for it.
//! Nothing in it may wait for the network.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{DatabaseTransaction, EntityTrait, Set};

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::event::{self, EventKind};
use crate::id::{EventId, Id};
use crate::map::Class;
use crate::scope::Place;
use crate::seal::{KeyId, KeyOwner, Opened};

/// A handle on the running transaction; cheap to clone, useless after the closure ends.
#[derive(Clone)]
pub struct Tx(Arc<Inner>);

struct Inner {
    cx: Cx,
    db: DatabaseTransaction,
    made_keys: Mutex<Vec<(KeyId, Class, Opened)>>,
    announced: Mutex<bool>,
}

/// How often a transaction is repeated after a deadlock or serialisation failure.
const ATTEMPTS: u32 = 5;

impl Cx {
    /// Runs `work` in one transaction. It may run more than once, so it must not change anything
    /// outside; it must not wait for the network and must not nest.
    ///
    /// # Errors
    /// What `work` returns, or the database's failure to begin or commit.
    pub async fn write<T, F, Fut>(&self, work: F) -> Result<T>
    where
        F: Fn(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        let mut attempt = 1;
        loop {
            match self.write_once(&work).await {
                Err(error) if attempt < ATTEMPTS && asks_for_repeat(&error) => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    async fn write_once<T, F, Fut>(&self, work: &F) -> Result<T>
    where
        F: Fn(Tx) -> Fut + Send,
        Fut: Future<Output = Result<T>> + Send,
        T: Send,
    {
        let db = self.database().begin().await?;
        let tx = Tx(Arc::new(Inner { cx: self.clone(), db, made_keys: Mutex::default(), announced: Mutex::default() }));
        if let Some(claim) = self.idempotency() {
            claim.take(&tx).await?;
        }
        let outcome = work(tx.clone()).await;
        let inner = Arc::try_unwrap(tx.0).map_err(|_| Error::internal("a transaction handle outlived its transaction"))?;
        match outcome {
            Ok(value) => {
                inner.db.commit().await?;
                for (id, class, opened) in inner.made_keys.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    self.keys().remember(id, Some(class), opened);
                }
                if inner.announced.into_inner().unwrap_or_else(PoisonError::into_inner) {
                    self.wake();
                }
                Ok(value)
            }
            Err(error) => {
                inner.db.rollback().await?;
                Err(error)
            }
        }
    }
}

/// True for PostgreSQL's serialisation failure and deadlock.
fn asks_for_repeat(error: &Error) -> bool {
    let first = std::error::Error::source(error);
    let causes = std::iter::successors(first, |cause| cause.source());
    causes.filter_map(|cause| cause.downcast_ref::<sea_orm::DbErr>()).any(|cause| match cause {
        sea_orm::DbErr::Exec(sea_orm::RuntimeErr::SqlxError(inner)) | sea_orm::DbErr::Query(sea_orm::RuntimeErr::SqlxError(inner)) => {
            inner.as_database_error().and_then(|inner| inner.code()).is_some_and(|code| code == "40001" || code == "40P01")
        }
        _ => false,
    })
}

impl Tx {
    /// The connection, for store functions.
    pub fn db(&self) -> &DatabaseTransaction {
        &self.0.db
    }

    /// The context that began it.
    pub fn cx(&self) -> &Cx {
        &self.0.cx
    }

    /// Wakes workers and event readers once this transaction has committed.
    pub fn wake_after_commit(&self) {
        *self.0.announced.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// Records a fact in the outbox; reactions of other domains hear of it after the commit, at
    /// least once, in order per `subject`. Facts carry ids, never personal values.
    ///
    /// # Errors
    /// Database errors.
    pub async fn announce<T: serde::Serialize>(&self, kind: EventKind<T>, place: Place, subject: impl ToString, fact: &T) -> Result<()> {
        let payload = serde_json::to_string(fact).map_err(|error| Error::internal("cannot encode an event").caused_by(error))?;
        let place = serde_json::to_string(&place).map_err(|error| Error::internal("cannot encode a place").caused_by(error))?;
        let row = event::entity::ActiveModel {
            id: Set(self.cx().new_id::<EventId>().uuid()),
            kind: Set(kind.name().to_owned()),
            subject: Set(subject.to_string()),
            place: Set(place),
            payload: Set(payload),
            at: Set(self.cx().now().0),
            ..Default::default()
        };
        event::entity::Entity::insert(row).exec_without_returning(self.db()).await?;
        self.wake_after_commit();
        Ok(())
    }

    /// The key for sealing new values of `owner` in `class`; made if there is none.
    pub(crate) async fn sealing_key(&self, owner: KeyOwner, class: Class) -> Result<(KeyId, Arc<crate::seal::DataKey>)> {
        let made =
            self.0.made_keys.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|(_, one, opened)| *one == class && opened.owner == owner).cloned();
        if let Some((id, _, opened)) = made {
            return Ok((id, opened.key));
        }
        if let Some((id, opened)) = self.cx().keys().newest(self.db(), owner, class).await? {
            return Ok((id, opened.key));
        }
        let (id, opened) = self.cx().keys().create(self.db(), owner, class, self.cx().new_uuid(), self.cx().now()).await?;
        self.0.made_keys.lock().unwrap_or_else(PoisonError::into_inner).push((id, class, opened.clone()));
        Ok((id, opened.key))
    }
}
