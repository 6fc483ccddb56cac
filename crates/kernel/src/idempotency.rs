//! `Idempotency-Key`: the claim is a row in the same transaction as what it protects, so a retry
//! finds either nothing or everything. Answers are kept for a day, sealed by the instance. Requests are kept as keyed hashes only:
//! a plain hash of a body would let whoever reads the database guess a weak password that was in it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_lc_rs::hmac::{Context, HMAC_SHA256, Key};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::cx::Cx;
use crate::error::{Error, Kind, Result};
use crate::seal::{DataKey, KeyId};
use crate::tx::Tx;

/// The table `kernel_idempotency`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_idempotency")]
    pub struct Model {
        /// HMAC of caller, route and key.
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: Vec<u8>,
        /// HMAC of the request's body.
        pub request: Vec<u8>,
        pub status: Option<i32>,
        pub answer: Option<Vec<u8>>,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// How long an answer can be asked for again.
pub const KEPT_FOR: Duration = Duration::from_secs(24 * 3600);
const ANSWER: &str = "kernel.idempotency.answer";

/// One request's claim on its key.
#[derive(Debug)]
pub struct Claim {
    key: Vec<u8>,
    request: Vec<u8>,
    taken: AtomicBool,
}

/// What an earlier request with the same key left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

impl Claim {
    /// `caller` is the credential or address, `route` method and path, `key` the header's value.
    ///
    /// # Errors
    /// `Internal` when no key can be derived.
    pub fn new(cx: &Cx, caller: &str, route: &str, key: &str, body: &[u8]) -> Result<Self> {
        let secret = Key::new(HMAC_SHA256, cx.keys().root().derive("idempotency")?.as_slice());
        let hash = |parts: &[&[u8]]| {
            let mut hash = Context::with_key(&secret);
            for part in parts {
                hash.update(&(part.len() as u64).to_be_bytes());
                hash.update(part);
            }
            hash.sign().as_ref().to_vec()
        };
        let named = hash(&[caller.as_bytes(), route.as_bytes(), key.as_bytes()]);
        Ok(Self { key: named, request: hash(&[body]), taken: AtomicBool::new(false) })
    }

    /// The answer that an earlier request with this key was given, if there was one.
    ///
    /// # Errors
    /// `Conflict` when the key was used for another body, or when its answer was lost with the process.
    pub async fn answer(&self, cx: &Cx) -> Result<Option<Answer>> {
        let Some(row) = entity::Entity::find_by_id(self.key.clone()).one(cx.db()).await? else { return Ok(None) };
        if row.request != self.request {
            return Err(Error::conflict("This Idempotency-Key was used for a different request. Use a new key."));
        }
        let (Some(status), Some(sealed)) = (row.status, row.answer) else {
            return Err(Error::conflict("This request is running or was carried out already. Look at the list before you try again with a new key."));
        };
        let body = instance_key(cx)?.open(ANSWER, &sealed)?.to_vec();
        Ok(Some(Answer { status: u16::try_from(status).unwrap_or(200), body }))
    }

    /// Takes the key in the first transaction of the request.
    pub(crate) async fn take(&self, tx: &Tx) -> Result<()> {
        if self.taken.load(Ordering::SeqCst) {
            return Ok(());
        }
        let row = entity::ActiveModel {
            key: Set(self.key.clone()),
            request: Set(self.request.clone()),
            status: Set(None),
            answer: Set(None),
            at: Set(tx.cx().now().0),
        };
        match entity::Entity::insert(row).exec_without_returning(tx.db()).await.map_err(Error::from) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == Kind::Conflict => Err(Error::conflict("A request with this Idempotency-Key is running. Wait for its answer.")),
            Err(error) => Err(error),
        }
    }

    /// Keeps the answer for later retries. Called once the request is done.
    ///
    /// # Errors
    /// Database errors.
    pub async fn keep(&self, cx: &Cx, answer: &Answer) -> Result<()> {
        self.taken.store(true, Ordering::SeqCst);
        let sealed = instance_key(cx)?.seal(KeyId::INSTANCE, ANSWER, &mut answer.body.clone())?;
        let status = i32::from(answer.status);
        cx.write(async |tx| {
            entity::Entity::update_many()
                .col_expr(entity::Column::Status, Expr::value(status))
                .col_expr(entity::Column::Answer, Expr::value(sealed.clone()))
                .filter(entity::Column::Key.eq(self.key.clone()))
                .exec(tx.db())
                .await?;
            Ok(())
        })
        .await
    }
}

fn instance_key(cx: &Cx) -> Result<DataKey> {
    DataKey::new(&*cx.keys().root().derive("seal/idempotency")?)
}
