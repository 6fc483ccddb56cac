//! Typed identifiers: UUIDv7 in the database, `prefix_base32` for people.
//! Which ids exist is each domain's business; the tenancy ids live here because `Scope` needs them.

use uuid::Uuid;

/// Crockford's base32 alphabet in lower case, as the TypeID specification uses it.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five, the first group holding three.
const LENGTH: usize = 26;

/// What every id type can do; implemented by [`id!`](crate::id!).
pub trait Id: Copy + Send + Sync + 'static {
    /// The part before the underscore, for example `vm`.
    const PREFIX: &'static str;
    /// Wraps a raw value.
    fn from_uuid(value: Uuid) -> Self;
    /// The raw value.
    fn uuid(self) -> Uuid;
}

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of the form {prefix}_…")]
pub struct IdError {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

/// Writes `value` as 26 base32 characters.
pub fn encode(value: Uuid) -> String {
    let number = value.as_u128();
    (0..LENGTH)
        .rev()
        .map(|place| {
            let group = (number >> (5 * place)) & 0x1f;
            char::from(ALPHABET.get(group as usize).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// Reads what [`encode`] wrote; `None` for any other text.
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != LENGTH {
        return None;
    }
    let mut number: u128 = 0;
    for (place, byte) in text.bytes().enumerate() {
        let group = ALPHABET.iter().position(|letter| *letter == byte)?;
        if place == 0 && group > 7 {
            return None;
        }
        number = (number << 5) | group as u128;
    }
    Some(Uuid::from_u128(number))
}

/// Reads `prefix_…` into an id of type `T`.
pub fn parse<T: Id>(text: &str) -> Result<T, IdError> {
    text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).and_then(decode).map(T::from_uuid).ok_or(IdError { prefix: T::PREFIX })
}

/// Declares an id type: `id!(/// A machine. InstanceId, "vm");`
#[macro_export]
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sea_orm::DeriveValueType)]
        pub struct $name(uuid::Uuid);

        /// Required of primary keys; ids are never numbers.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl $crate::id::Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(value: uuid::Uuid) -> Self {
                Self(value)
            }
            fn uuid(self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", $prefix, $crate::id::encode(self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(from)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-9a-hjkmnp-tv-z]{26}$")))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

id!(
    /// A person who can sign in.
    PersonId, "per");
id!(
    /// An organisation: the owner of projects and the party to invoices.
    OrganisationId, "org");
id!(
    /// A project: the smallest thing that permissions are given in.
    ProjectId, "prj");
id!(
    /// An announced fact.
    EventId, "evt");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_survives_its_text(raw: u128) {
            let id = PersonId::from_uuid(Uuid::from_u128(raw));
            prop_assert_eq!(id.to_string().parse::<PersonId>().unwrap(), id);
        }

        #[test]
        fn text_order_is_time_order(a: u128, b: u128) {
            prop_assert_eq!(encode(Uuid::from_u128(a)).cmp(&encode(Uuid::from_u128(b))), a.cmp(&b));
        }

        #[test]
        fn no_text_crashes_the_reader(text: String) {
            let _ = text.parse::<PersonId>();
        }
    }

    #[test]
    fn another_prefix_is_refused() {
        let id = PersonId::from_uuid(Uuid::from_u128(7)).to_string();
        assert!(id.parse::<ProjectId>().is_err());
        assert!(id.to_uppercase().parse::<PersonId>().is_err());
    }
}
