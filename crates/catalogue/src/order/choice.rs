//! What a quote or an order names, looked up; faults are collected.

use compute::{Region, Template, TemplateId};
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
    /// Looks up what `new` names, with this template; what is not on offer is noted in `checks` and gives `None`.
    pub(crate) async fn of(cx: &Cx, new: &NewQuote, template: TemplateId, checks: &mut Checks) -> Result<Option<Self>> {
        let template = found(compute::template::by_id(cx.db(), template).await)?.filter(|template| !template.is_retired());
        Self::with(cx, new, template, checks).await
    }

    /// The same where it is known what the disk is made from.
    pub(crate) async fn with(cx: &Cx, new: &NewQuote, template: Option<Template>, checks: &mut Checks) -> Result<Option<Self>> {
        let (size, region) = Self::named(cx, new, checks).await?;
        checks.that(template.is_some(), "template_id", "choose one of the templates on offer");
        if let (Some(size), Some(template)) = (&size, &template) {
            checks.also(template.fits(size.shape().disk_gib));
        }
        Ok(match (size, template, region) {
            (Some(size), Some(template), Some(region)) => Some(Self { size, template, region }),
            _ => None,
        })
    }

    /// What decides the price: the size, where it is on offer.
    pub(crate) async fn priced(cx: &Cx, new: &NewQuote, checks: &mut Checks) -> Result<Option<Size>> {
        Ok(Self::named(cx, new, checks).await?.0)
    }

    async fn named(cx: &Cx, new: &NewQuote, checks: &mut Checks) -> Result<(Option<Size>, Option<Region>)> {
        let size = found(size::by_id(cx.db(), new.size_id).await)?.filter(|size| size.visible);
        let region = found(compute::region::by_id(cx.db(), new.region_id).await)?;
        checks.that(size.is_some(), "size_id", "choose one of the sizes on offer").that(region.is_some(), "region_id", "choose one of the regions on offer");
        if let (Some(Size { class: Some(class), .. }), Some(region)) = (&size, &region) {
            let there = compute::node::offers_class(cx.db(), region.id, class).await?;
            checks.that(there, "region_id", "machines of this size are not offered in this region; choose another one");
        }
        Ok((size, region))
    }
}

fn found<T>(outcome: Result<T, Error>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
