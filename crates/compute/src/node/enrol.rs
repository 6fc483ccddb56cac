//! Makes rows of what the drivers say they are: nodes, their regions and their templates.
//! Runs at start and with every reconciliation.

use compute_driver::{Accelerator, Capabilities, DriverError, is_image};
use kernel::{Cx, Result};

use super::store;
use crate::cluster::{self, ClusterId};
use crate::drivers::{self, Attached, Drivers, Overcommit};
use crate::{region, template};

/// Asks every driver, all at once, and writes what each said; tells how many answered.
///
/// # Errors
/// Database errors. A driver that does not answer is noted at its node.
pub async fn enrol(cx: &Cx) -> Result<usize> {
    drivers::each(cx, async |cx, name, attached| Ok(usize::from(meet(&cx, &name, &attached).await?.is_ok()))).await
}

/// Asks one driver what it is and writes it down; tells why where it does not answer.
pub(crate) async fn meet(cx: &Cx, name: &str, attached: &Attached) -> Result<Result<(), DriverError>> {
    let said = drivers::in_time(attached.driver.capabilities()).await;
    if let Err(error) = &said {
        tracing::warn!(node = name, %error, "a node does not answer");
    }
    let overcommit = cx.extension::<Drivers>()?.overcommit();
    let seen = Seen { name, region: &attached.region, driver: attached.driver.name(), enrolled: attached.enrolled, overcommit, said: &said };
    cx.write(async |tx| {
        // A cluster that was removed meanwhile must not come back as a node.
        if let Some((id, _)) = seen.enrolled
            && !cluster::store::is_there(&tx, id).await?
        {
            return Ok(());
        }
        let region = region::store::ensure(&tx, seen.region, &region::title_of(seen.region)).await?;
        // Images are known by their own rows.
        for name in seen.said.iter().flat_map(|said| &said.templates).filter(|name| !is_image(name)) {
            template::store::ensure(&tx, name, &template::title_of(name)).await?;
        }
        store::note(&tx, region, &seen).await
    })
    .await?;
    Ok(said.map(drop))
}

/// What was seen of a node.
pub(super) struct Seen<'a> {
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) driver: &'a str,
    enrolled: Option<(ClusterId, i64)>,
    pub(super) overcommit: Overcommit,
    pub(super) said: &'a Result<Capabilities, DriverError>,
}

/// The word for an accelerator in rows and answers.
pub(crate) fn accelerator(one: Accelerator) -> &'static str {
    match one {
        Accelerator::Kvm => "kvm",
        Accelerator::Tcg => "tcg",
        Accelerator::None => "none",
    }
}
