//! One key per owner and retention class, wrapped by the instance's root key.
//! Destroying an owner's row in `kernel_key` destroys every value sealed under it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::rand;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::cipher::DataKey;
use super::root::RootKey;
use crate::error::{Error, Result};
use crate::id::{Id, OrganisationId, PersonId};
use crate::map::Class;
use crate::time::Timestamp;

/// Opened keys stay in memory this long.
const CACHED_FOR: Duration = Duration::from_secs(30);
/// The name under which wrapped keys are authenticated.
pub(super) const WRAPPED: &str = "kernel.key.wrapped";

/// Names one data key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) Uuid);

impl KeyId {
    /// Stands for keys that are derived from the root key instead of stored.
    pub(crate) const INSTANCE: Self = Self(Uuid::nil());
}

/// Whose key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// A person's.
    Person(PersonId),
    /// An organisation's.
    Organisation(OrganisationId),
}

impl KeyOwner {
    /// The raw id, as stored.
    pub fn uuid(self) -> Uuid {
        match self {
            Self::Person(id) => id.uuid(),
            Self::Organisation(id) => id.uuid(),
        }
    }

    /// `person` or `organisation`, as stored.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Organisation(_) => "organisation",
        }
    }

    fn from_row(kind: &str, owner: Uuid) -> Self {
        if kind == "organisation" { Self::Organisation(OrganisationId::from_uuid(owner)) } else { Self::Person(PersonId::from_uuid(owner)) }
    }
}

/// The table `kernel_key`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub owner_kind: String,
        pub owner_id: Uuid,
        pub class: String,
        pub epoch: i64,
        pub wrapped: Vec<u8>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An opened key with its owner.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) owner: KeyOwner,
    pub(crate) key: Arc<DataKey>,
}

/// Opens, makes, caches and destroys data keys.
pub struct KeyRing {
    root: RootKey,
    cache: Mutex<HashMap<KeyId, (Opened, Instant)>>,
    newest: Mutex<HashMap<(KeyOwner, Class), (KeyId, Instant)>>,
    epochs: Mutex<HashMap<i64, (Arc<DataKey>, Instant)>>,
}

impl KeyRing {
    /// A ring under `root`.
    pub fn new(root: RootKey) -> Self {
        Self { root, cache: Mutex::default(), newest: Mutex::default(), epochs: Mutex::default() }
    }

    /// The root key, for deriving.
    pub fn root(&self) -> &RootKey {
        &self.root
    }

    fn cached(&self, id: KeyId) -> Option<Opened> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        match cache.get(&id) {
            Some((opened, until)) if *until > Instant::now() => Some(opened.clone()),
            Some(_) => {
                cache.remove(&id);
                None
            }
            None => None,
        }
    }

    /// Remembers a key for some seconds; called after the transaction that made it has committed.
    pub(crate) fn remember(&self, id: KeyId, class: Option<Class>, opened: Opened) {
        let until = Instant::now() + CACHED_FOR;
        if let Some(class) = class {
            self.newest.lock().unwrap_or_else(PoisonError::into_inner).insert((opened.owner, class), (id, until));
        }
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (opened, until));
    }

    /// Forgets every opened key of `owner`: after an erasure nothing may open from memory either.
    pub fn forget(&self, owner: KeyOwner) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (opened, _)| opened.owner != owner);
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).retain(|(one, _), _| *one != owner);
    }

    /// The wrapping key of `epoch`, remembered as long as other keys.
    pub(super) fn epoch_key(&self, epoch: i64) -> Result<Arc<DataKey>> {
        let mut epochs = self.epochs.lock().unwrap_or_else(PoisonError::into_inner);
        epochs.retain(|_, (_, until)| *until > Instant::now());
        if let Some((key, _)) = epochs.get(&epoch) {
            return Ok(key.clone());
        }
        let key = Arc::new(self.root.epoch_key(epoch)?);
        epochs.insert(epoch, (key.clone(), Instant::now() + CACHED_FOR));
        Ok(key)
    }

    /// Forgets every opened key: after a rotation.
    pub(super) fn forget_all(&self) {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Unwraps the key of `row`, which tells that the installation's keys are the right ones.
    pub(super) fn unwrap_row(&self, row: &entity::Model) -> Result<Opened> {
        let plain = self.epoch_key(row.epoch)?.open(WRAPPED, &row.wrapped)?;
        let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(plain.as_slice().try_into().map_err(|_| Error::internal("a wrapped key has the wrong length"))?);
        Ok(Opened { owner: KeyOwner::from_row(&row.owner_kind, row.owner_id), key: Arc::new(DataKey::new(&bytes)?) })
    }

    /// Opens all of `ids` with at most one statement; ids whose key is gone are absent.
    pub(crate) async fn open_all(&self, db: &impl ConnectionTrait, ids: impl IntoIterator<Item = KeyId>) -> Result<HashMap<KeyId, Opened>> {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for id in ids {
            if found.contains_key(&id) || missing.contains(&id.0) {
                continue;
            }
            match self.cached(id) {
                Some(opened) => {
                    found.insert(id, opened);
                }
                None => missing.push(id.0),
            }
        }
        if !missing.is_empty() {
            for row in entity::Entity::find().filter(entity::Column::Id.is_in(missing)).all(db).await? {
                let opened = self.unwrap_row(&row)?;
                self.remember(KeyId(row.id), None, opened.clone());
                found.insert(KeyId(row.id), opened);
            }
        }
        Ok(found)
    }

    /// The key under which new values of `owner` in `class` are sealed, if there is one already.
    pub(crate) async fn newest(&self, db: &impl ConnectionTrait, owner: KeyOwner, class: Class) -> Result<Option<(KeyId, Opened)>> {
        let known = self.newest.lock().unwrap_or_else(PoisonError::into_inner).get(&(owner, class)).copied();
        if let Some((id, until)) = known
            && until > Instant::now()
            && let Some(opened) = self.cached(id)
        {
            return Ok(Some((id, opened)));
        }
        let row = entity::Entity::find().filter(entity::Column::OwnerId.eq(owner.uuid())).filter(entity::Column::Class.eq(class.key())).one(db).await?;
        let Some(row) = row else { return Ok(None) };
        let opened = self.unwrap_row(&row)?;
        self.remember(KeyId(row.id), Some(class), opened.clone());
        Ok(Some((KeyId(row.id), opened)))
    }

    /// Makes and stores a key. The caller remembers it once its transaction has committed.
    pub(crate) async fn create(&self, db: &impl ConnectionTrait, owner: KeyOwner, class: Class, id: Uuid, now: Timestamp) -> Result<(KeyId, Opened)> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        rand::fill(bytes.as_mut_slice()).map_err(|_| Error::internal("the system gave no randomness"))?;
        let epoch = super::rotate::held_epoch(db, now).await?;
        let wrapped = self.epoch_key(epoch)?.seal(KeyId(id), WRAPPED, &mut bytes.to_vec())?;
        let row = entity::ActiveModel {
            id: Set(id),
            owner_kind: Set(owner.kind().to_owned()),
            owner_id: Set(owner.uuid()),
            class: Set(class.key().to_owned()),
            epoch: Set(epoch),
            wrapped: Set(wrapped),
            created_at: Set(now.0),
        };
        entity::Entity::insert(row).exec_without_returning(db).await?;
        Ok((KeyId(id), Opened { owner, key: Arc::new(DataKey::new(&bytes)?) }))
    }

    /// Destroys the keys of `owner` in `classes`; tells how many there were.
    ///
    /// # Errors
    /// Database errors only; keys that are gone already are no error.
    pub async fn destroy(&self, db: &impl ConnectionTrait, owner: KeyOwner, classes: &[Class]) -> Result<u64> {
        let names: Vec<&str> = classes.iter().map(|class| class.key()).collect();
        let gone = entity::Entity::delete_many().filter(entity::Column::OwnerId.eq(owner.uuid())).filter(entity::Column::Class.is_in(names)).exec(db).await?;
        self.forget(owner);
        Ok(gone.rows_affected)
    }
}
