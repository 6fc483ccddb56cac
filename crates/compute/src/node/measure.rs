//! Writes down what each hypervisor consists of and how full that is. Silence is the reconciler's to notice.

use kernel::{Cx, Result};

use super::store;
use crate::drivers::{self, Attached};

/// One round over all nodes at once; tells how many answered.
pub(crate) async fn measure(cx: Cx) -> Result<usize> {
    drivers::each(&cx, look).await
}

async fn look(cx: Cx, name: String, attached: Attached) -> Result<usize> {
    let Some(node) = store::by_name(cx.db(), &name).await? else { return Ok(0) };
    let Ok(seen) = drivers::in_time(attached.driver.inventory()).await else { return Ok(0) };
    // Not every hypervisor knows guests of others.
    let strangers = drivers::in_time(attached.driver.strangers()).await.unwrap_or_default();
    cx.write(async |tx| store::set_parts(&tx, node.id, &seen, &strangers).await).await?;
    Ok(1)
}
