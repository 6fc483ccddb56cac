//! A notice, and who can be told.

use kernel::{Cx, PersonId, Result, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::policy::{Materiality, VersionNote};

kernel::id!(
    /// One person told of one version in one way.
    NoticeId, "ntc");

/// How somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// In the account.
    InApp,
    /// By mail.
    Mail,
}

impl Channel {
    /// Its word in the database.
    pub const fn key(self) -> &'static str {
        match self {
            Self::InApp => "in_app",
            Self::Mail => "mail",
        }
    }

    /// How people are told of a change: by mail too, if it takes something from them or asks them.
    pub const fn of(materiality: Materiality) -> &'static [Self] {
        match materiality {
            Materiality::Nothing => &[],
            Materiality::Notice => &[Self::InApp],
            Materiality::NoticeWithWindow | Materiality::NoticeAndNewConsent => &[Self::InApp, Self::Mail],
        }
    }
}

/// A notice as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyNotice)]
pub struct Notice {
    /// Which.
    pub id: NoticeId,
    /// The version that it tells of.
    pub version: i64,
    /// From when that version is in force.
    pub effective_at: Timestamp,
    /// What the change asks for.
    pub materiality: Materiality,
    /// How the person was told.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
    /// When the person said that they saw it.
    pub seen_at: Option<Timestamp>,
}

/// Everybody with an account, and how mail reaches them. The server answers it.
#[async_trait::async_trait]
pub trait Audience: Send + Sync {
    /// Up to `limit` people in the order of their ids, from behind `after` on.
    async fn people(&self, cx: &Cx, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonId>>;
    /// Queues the mail that tells `person` of `version`.
    async fn mail(&self, tx: &Tx, person: PersonId, version: &VersionNote) -> Result<()>;
}

/// The audience as an extension of the context.
pub struct Readers(pub Box<dyn Audience>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_material_goes_by_both_ways_and_wording_by_none() {
        testkit::covers!(364);
        assert_eq!(Channel::of(Materiality::Nothing), []);
        assert_eq!(Channel::of(Materiality::Notice), [Channel::InApp]);
        for material in [Materiality::NoticeWithWindow, Materiality::NoticeAndNewConsent] {
            assert_eq!(Channel::of(material), [Channel::InApp, Channel::Mail]);
        }
    }
}
