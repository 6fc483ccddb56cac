//! What can be objected to, read from the map, and what was.

use std::collections::BTreeMap;

use kernel::map::{Basis, DataMap, Purpose};
use kernel::{Cx, KeyOwner, PersonId, Result, Timestamp};
use serde::{Deserialize, Serialize};

use crate::choice::OPTIONAL;

/// A use that people can object to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Objectionable {
    /// The purpose's key.
    pub purpose: String,
    /// Completes "We use it to …".
    pub text: String,
    /// True when nothing can outweigh an objection.
    pub absolute: bool,
    /// Why the use is thought to be fair; empty where people chose it.
    pub balancing: Vec<String>,
    /// Since when the person objects; absent when they do not.
    pub objected_at: Option<Timestamp>,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Objections {
    /// Every use that can be objected to.
    pub purposes: Vec<Objectionable>,
}

/// The uses of the map on legitimate interest and those that are optional.
pub(super) fn objectionable(map: &DataMap) -> BTreeMap<&'static str, (&'static Purpose, Vec<&'static str>)> {
    let mut all: BTreeMap<&str, (&Purpose, Vec<&str>)> = OPTIONAL.iter().map(|purpose| (purpose.key, (*purpose, Vec::new()))).collect();
    for one in map.entries().flat_map(|(_, entry)| entry.uses) {
        if let Basis::LegitimateInterest(note) = one.basis {
            let (_, notes) = all.entry(one.purpose.key).or_insert((one.purpose, Vec::new()));
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    all
}

/// As they stand for `person`.
///
/// # Errors
/// Database errors.
pub async fn list(cx: &Cx, person: PersonId) -> Result<Objections> {
    let standing = kernel::choice::of(cx.db(), KeyOwner::Person(person)).await?;
    let since = |key: &str| standing.iter().find(|one| one.kind == "objection" && one.given && one.purpose == key).map(|one| one.at);
    let purposes = objectionable(cx.map())
        .into_iter()
        .map(|(key, (purpose, notes))| Objectionable {
            purpose: key.to_owned(),
            text: purpose.text.to_owned(),
            absolute: purpose.optional,
            balancing: notes.into_iter().map(str::to_owned).collect(),
            objected_at: since(key),
        })
        .collect();
    Ok(Objections { purposes })
}
