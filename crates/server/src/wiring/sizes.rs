//! Which sizes a machine may have: compute asks, the catalogue knows.

use compute::instance::{SizeId, Sizes};
use compute::{InstanceId, Shape};
use futures::future::BoxFuture;
use kernel::{Cx, Place, Result};

/// What the catalogue sells.
pub(super) struct FromCatalogue;

impl Sizes for FromCatalogue {
    fn shape<'a>(&'a self, cx: &'a Cx, place: Place, instance: InstanceId, size: SizeId) -> BoxFuture<'a, Result<Shape>> {
        Box::pin(catalogue::size_change::size_for(cx, place, instance, size))
    }
}
