//! Which rights somebody has: by the laws of where they live and of where the operator sits.

use std::collections::BTreeMap;

use kernel::{Cx, Error, Result};
use serde::{Deserialize, Serialize};

use super::model::{Authority, Law};
use super::{applicable, authority, is_known_place, places};
use crate::wiring::Wiring;

/// A law as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Law)]
pub struct LawView {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// What was read.
    pub source: String,
    /// `reviewed`, or `unreviewed` until a person has compared it with the law's text.
    pub status: String,
    /// Rights: `yes`, `part` or `no`, then the citation.
    pub rights: BTreeMap<String, String>,
}

/// The rights of somebody who lives in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rights {
    /// Where they live.
    pub place: Option<String>,
    /// The laws that apply; the first is our own promise, which gives everybody every right.
    pub laws: Vec<LawView>,
    /// Who watches over them there.
    pub authority: Option<Authority>,
    /// Places that some law names, to choose from.
    pub places: Vec<String>,
}

/// The rights of somebody in `place`; without one, those by the operator's seat.
///
/// # Errors
/// `Invalid` for something that is no code of a place.
pub async fn list(cx: &Cx, place: Option<&str>) -> Result<Rights> {
    if place.is_some_and(|place| !is_known_place(place)) {
        return Err(Error::invalid("place", "give a code such as DE or US-CA (ISO 3166)"));
    }
    let operator = cx.extension::<Wiring>()?.accounts.operator(cx).await?.map(|one| one.country);
    let watching = place.or(operator.as_deref()).map(authority).transpose()?.flatten();
    Ok(Rights {
        place: place.map(str::to_owned),
        laws: applicable(place, operator.as_deref())?.into_iter().map(view).collect(),
        authority: watching.cloned(),
        places: places()?.into_iter().map(str::to_owned).collect(),
    })
}

fn view(law: &Law) -> LawView {
    LawView { key: law.key.clone(), name: law.name.clone(), source: law.source.clone(), status: law.status.clone(), rights: law.rights.clone() }
}
