//! Writes down what each hypervisor consists of and how full that is. Silence is the reconciler's to notice.

use kernel::{Cx, Result};

use super::store;
use crate::drivers;

/// One round over all nodes; tells how many answered.
pub(crate) async fn measure(cx: Cx) -> Result<usize> {
    let mut answered = 0;
    for node in store::all(cx.db()).await? {
        let Ok(driver) = drivers::of(&cx, &node.name) else { continue };
        if let Ok(seen) = driver.inventory().await {
            // Not every hypervisor knows guests of others.
            let strangers = driver.strangers().await.unwrap_or_default();
            cx.write(async |tx| store::set_parts(&tx, node.id, &seen, &strangers).await).await?;
            answered += 1;
        }
    }
    Ok(answered)
}
