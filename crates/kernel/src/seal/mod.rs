//! Personal values at rest: `Sealed<F>` holds ciphertext and nothing else can be read from it.
//! Opening goes through the [`Gate`](crate::gate::Gate); keys come from the [`KeyRing`].

mod blind;
mod cipher;
mod keyring;
mod root;
mod rotate;
mod secret;

pub use blind::Blind;
pub use cipher::DataKey;
pub(crate) use cipher::key_id;
pub(crate) use keyring::Opened;
pub use keyring::{KeyId, KeyOwner, KeyRing};
pub use root::RootKey;
pub use rotate::{check, fits, rotate};
pub use secret::Secret;

use std::marker::PhantomData;

use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, Value, ValueType, ValueTypeErr};
use sea_orm::{ColIdx, QueryResult, TryGetError, TryGetable};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};
use crate::gate::Gate;
use crate::tx::Tx;

/// A sealed column as a type; made by [`field!`](crate::field!).
pub trait Field: Send + Sync + 'static {
    /// What is inside.
    type Value: Serialize + DeserializeOwned + Send;
    /// The map entry, for example `identity.person.email`.
    const NAME: &'static str;
}

/// Declares sealed columns: `field!(/// Where mail goes. pub Email: String = "identity.person.email");`
#[macro_export]
macro_rules! field {
    ($(#[$doc:meta])* pub $name:ident: $value:ty = $entry:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl $crate::seal::Field for $name {
            type Value = $value;
            const NAME: &'static str = $entry;
        }
    };
}

/// Ciphertext of one value of column `F`: version, key id, nonce, ciphertext and tag.
/// It has no `Debug` of its content, no `Display` and no `Serialize`.
pub struct Sealed<F: Field> {
    bytes: Vec<u8>,
    field: PhantomData<F>,
}

impl<F: Field> Sealed<F> {
    /// Seals `value` under the key of `owner` in the class that the map gives to `F`.
    ///
    /// # Errors
    /// `Internal` when the map has no sealed entry for `F`: what is not in the map cannot be stored.
    pub async fn seal(tx: &Tx, owner: KeyOwner, value: &F::Value) -> Result<Self> {
        let class = tx
            .cx()
            .map()
            .entry(F::NAME)
            .and_then(crate::map::Entry::sealed_class)
            .ok_or_else(|| Error::internal(format!("{} is not a sealed entry of the data map", F::NAME)))?;
        let (id, key) = tx.sealing_key(owner, class).await?;
        let mut plain = serde_json::to_vec(value).map_err(|error| Error::internal("cannot encode a value").caused_by(error))?;
        let bytes = key.seal(id, F::NAME, &mut plain)?;
        Ok(Self { bytes, field: PhantomData })
    }

    /// Opens the value, if the gate lets it: purpose, consent, restriction, grant.
    ///
    /// # Errors
    /// `Denied` by the gate; `NotFound` when the key was destroyed by an erasure.
    pub fn open(&self, gate: &Gate) -> Result<F::Value> {
        let plain = gate.open(F::NAME, &self.bytes)?;
        serde_json::from_slice(&plain).map_err(|error| Error::internal("a sealed value is damaged").caused_by(error))
    }

    /// The stored bytes, for collecting keys ahead of a gate.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<F: Field> Clone for Sealed<F> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), field: PhantomData }
    }
}

impl<F: Field> PartialEq for Sealed<F> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<F: Field> Eq for Sealed<F> {}

/// Entities derive `Debug`; a sealed column shows its entry's name only.
impl<F: Field> std::fmt::Debug for Sealed<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({})", F::NAME)
    }
}

impl<F: Field> From<Sealed<F>> for Value {
    fn from(sealed: Sealed<F>) -> Self {
        Self::Bytes(Some(sealed.bytes))
    }
}

impl<F: Field> TryGetable for Sealed<F> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Vec::<u8>::try_get_by(row, index).map(|bytes| Self { bytes, field: PhantomData })
    }
}

impl<F: Field> ValueType for Sealed<F> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        match value {
            Value::Bytes(Some(bytes)) => Ok(Self { bytes, field: PhantomData }),
            _ => Err(ValueTypeErr),
        }
    }

    fn type_name() -> String {
        "Sealed".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::Bytes
    }

    fn column_type() -> ColumnType {
        ColumnType::VarBinary(sea_orm::sea_query::StringLen::None)
    }
}

impl<F: Field> Nullable for Sealed<F> {
    fn null() -> Value {
        Value::Bytes(None)
    }
}

impl<F: Field> sea_orm::IntoActiveValue<Self> for Sealed<F> {
    fn into_active_value(self) -> sea_orm::ActiveValue<Self> {
        sea_orm::ActiveValue::Set(self)
    }
}
