//! Keeps this process's drivers as the database says: opens lines to clusters that were enrolled or changed anywhere, forgets those
//! that were removed. Every process runs it every other second, and before it answers whoever changed one.

use std::collections::HashMap;

use kernel::{Cx, Result};

use super::model::ClusterId;
use super::{kind, store};
use crate::drivers::{Attached, Drivers};

/// Brings the drivers up to date. One statement where nothing changed.
///
/// # Errors
/// Database errors. A cluster to which no line can be opened is left out, and its node says so.
pub async fn follow(cx: &Cx) -> Result<()> {
    let drivers = cx.extension::<Drivers>()?;
    let there: HashMap<ClusterId, (String, i64)> = store::versions(cx.db()).await?;
    drivers.retain(|name, id| there.get(&id).is_some_and(|(named, _)| named == name));
    for (id, (name, version)) in there {
        match drivers.named(&name).map(|attached| attached.enrolled) {
            Some(Some(known)) if known == (id, version) => {}
            // The configuration came first: an installation that names the cluster there means that one.
            Some(None) => tracing::warn!(node = %name, "an enrolled cluster has the name of a node of the configuration, and is left alone"),
            _ => {
                if let Err(error) = open(cx, &drivers, id).await {
                    tracing::error!(node = %name, %error, "no line to an enrolled cluster can be opened");
                }
            }
        }
    }
    Ok(())
}

async fn open(cx: &Cx, drivers: &Drivers, id: ClusterId) -> Result<()> {
    let Some(row) = store::find(cx.db(), id).await? else { return Ok(()) };
    let driver = kind::of(cx)?.0.open(cx, row.access(cx)?, &row.mapping()?).await?;
    drivers.put(row.name(), Attached { region: row.region().to_owned(), driver, enrolled: Some((id, row.version())) });
    tracing::info!(node = row.name(), "a line to a cluster is open");
    Ok(())
}
