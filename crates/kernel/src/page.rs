//! Keyset pages: newest first by id, because ids are ordered by time.
//! A page costs the same however deep it is; offsets would not.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Error, Result};
use crate::id::{self, Id};

/// The most items one page may hold.
pub const MAX_LIMIT: u64 = 200;
const DEFAULT_LIMIT: u64 = 50;

/// What a caller asks of a list.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Items wanted, 1 to 200; 50 if not given.
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// Items wanted, within bounds.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// The id to continue after.
    ///
    /// # Errors
    /// `Invalid` on `after` when it is not a cursor of this list.
    pub fn after<T: Id>(&self) -> Result<Option<T>> {
        self.after.as_deref().map(|text| id::parse(text).map_err(|_| Error::invalid("after", "use the value of `next` from the page before"))).transpose()
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// Give this as `after` to get the next page; absent at the end.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows: the extra row only tells that there is more.
    pub fn from_rows<I: Id + ToString>(mut rows: Vec<T>, query: &PageQuery, id_of: impl Fn(&T) -> I) -> Self {
        let limit = usize::try_from(query.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| id_of(row).to_string()) } else { None };
        Self { items: rows, next }
    }

    /// The same page with each item turned into something else.
    ///
    /// # Errors
    /// The first error of `turn`.
    pub fn try_map<U>(self, turn: impl FnMut(T) -> Result<U>) -> Result<Page<U>> {
        Ok(Page { items: self.items.into_iter().map(turn).collect::<Result<_>>()?, next: self.next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::PersonId;
    use uuid::Uuid;

    #[test]
    fn the_extra_row_becomes_the_cursor() {
        let ids: Vec<PersonId> = (1..=3).map(|n| PersonId::from_uuid(Uuid::from_u128(n))).collect();
        let query = PageQuery { limit: Some(2), after: None };
        let page = Page::from_rows(ids.clone(), &query, |id| *id);
        assert_eq!(page.items, &ids[..2]);
        assert_eq!(page.next.as_deref(), Some(ids[1].to_string().as_str()));
        let last = Page::from_rows(ids[..2].to_vec(), &query, |id| *id);
        assert!(last.next.is_none());
    }

    #[test]
    fn limits_are_kept_in_bounds() {
        assert_eq!(PageQuery { limit: Some(0), after: None }.limit(), 1);
        assert_eq!(PageQuery { limit: Some(9999), after: None }.limit(), MAX_LIMIT);
        assert!(PageQuery { limit: None, after: Some("zzz".into()) }.after::<PersonId>().is_err());
    }
}
