//! What a region is.

use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// A region.
    RegionId, "reg");

/// Where nodes stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, FromQueryResult)]
pub struct Region {
    /// Its id.
    pub id: RegionId,
    /// In configuration: `local`.
    #[serde(rename = "key")]
    pub name: String,
    /// For people.
    #[serde(rename = "name")]
    pub title: String,
    /// Whether private networks can have public IPv6 addresses here.
    pub ipv6: bool,
    /// Whether machines here can have a card of their own: security groups hold for it without a private network, and public addresses are
    /// on it.
    pub own_cards: bool,
}

/// A title for a region that only has a name: `eu-west` becomes `Eu west`.
pub(crate) fn title_of(name: &str) -> String {
    let mut text = name.replace(['-', '_'], " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::title_of;

    #[test]
    fn a_name_becomes_a_title() {
        assert_eq!(title_of("eu-west"), "Eu west");
        assert_eq!(title_of("ümlaut"), "ümlaut");
        assert_eq!(title_of(""), "");
    }
}
