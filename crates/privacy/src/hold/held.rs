//! What is held now, as the eraser and the sweeper ask.

use std::collections::HashSet;

use kernel::map::{Class, DataMap, Table};
use kernel::{Cx, Result, Timestamp};
use uuid::Uuid;

use super::store;
use crate::accounts::Owners;
use crate::walk;
use crate::walk::store::Condition;

/// The holds that stand at one instant.
#[derive(Debug, Default)]
pub(crate) struct Held(Vec<store::Standing>);

impl Held {
    /// All of them.
    pub(crate) async fn now(cx: &Cx) -> Result<Self> {
        Ok(Self(store::standing(cx.db(), cx.now()).await?))
    }

    /// Those on the data of `owners`.
    pub(crate) async fn of(cx: &Cx, owners: &Owners) -> Result<Self> {
        let ids = owners.uuids();
        Ok(Self(store::standing(cx.db(), cx.now()).await?.into_iter().filter(|one| ids.contains(&one.owner)).collect()))
    }

    /// Whose rows of `section` are held.
    pub(crate) fn owners(&self, section: &str) -> HashSet<Uuid> {
        self.0.iter().filter(|one| one.sections.iter().any(|name| name == section)).map(|one| one.owner).collect()
    }

    /// Until when the last of the rows of `section` is held.
    pub(crate) fn until(&self, section: &str) -> Option<Timestamp> {
        self.0.iter().filter(|one| one.sections.iter().any(|name| name == section)).map(|one| one.ends_at).max()
    }

    /// `condition` without the rows that are held.
    pub(crate) fn spare(&self, map: &DataMap, table: &Table, condition: Condition) -> Condition {
        let owners: Vec<Uuid> = self.owners(table.name).into_iter().collect();
        walk::store::without(map, table, condition, &owners)
    }

    /// The classes of keys that held rows are sealed under.
    pub(crate) fn classes(&self, map: &DataMap) -> Vec<Class> {
        self.0.iter().flat_map(|one| one.sections.iter()).filter_map(|name| map.tables.get(name.as_str())).flat_map(|table| table.classes()).collect()
    }
}
