//! What a quote or an order names, looked up; faults are collected.

use compute::{Region, Template};
use kernel::{Checks, Cx, Error, Kind, Result};

use crate::quote::NewQuote;
use crate::size::{self, Size};

/// A size, a template and a region that are on offer.
pub(crate) struct Choice {
    pub(crate) size: Size,
    pub(crate) template: Template,
    pub(crate) region: Region,
}

impl Choice {
    /// Looks up what `new` names; what is not on offer is noted in `checks` and gives `None`.
    pub(crate) async fn of(cx: &Cx, new: &NewQuote, checks: &mut Checks) -> Result<Option<Self>> {
        let size = found(size::by_id(cx.db(), new.size_id).await)?.filter(|size| size.visible);
        let template = found(compute::template::by_id(cx.db(), new.template_id).await)?;
        let region = found(compute::region::by_id(cx.db(), new.region_id).await)?;
        checks
            .that(size.is_some(), "size_id", "choose one of the sizes on offer")
            .that(template.is_some(), "template_id", "choose one of the templates on offer")
            .that(region.is_some(), "region_id", "choose one of the regions on offer");
        Ok(match (size, template, region) {
            (Some(size), Some(template), Some(region)) => Some(Self { size, template, region }),
            _ => None,
        })
    }
}

fn found<T>(outcome: Result<T, Error>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
