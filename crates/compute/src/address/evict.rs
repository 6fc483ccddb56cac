//! All public addresses of an organisation go back: what an erasure asks for. They rest like any other, and nothing says who had them.

use kernel::{ByWorkflow, Cx, Result, Scope};

use super::model::Address;
use super::{delete, list, store};

/// The addresses of an organisation.
///
/// # Errors
/// Database errors.
pub async fn of_organisation(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Vec<Address>> {
    Ok(store::of_organisation(cx.db(), at).await?.into_iter().map(list::shown).collect())
}

/// Gives back every address of an organisation whose machine is gone. `None` while some still lead to machines, so ask again; else how
/// many went now.
///
/// # Errors
/// Database errors.
pub async fn evict(cx: &Cx, at: &Scope<ByWorkflow>) -> Result<Option<u64>> {
    let rows = store::of_organisation(cx.db(), at).await?;
    let mut gone = 0;
    for row in rows.iter().filter(|row| row.instance_id.is_none()) {
        cx.write(async |tx| {
            let inside = Scope::<ByWorkflow>::acting("compute.address.evict", row.place());
            let now = store::locked(&tx, &inside, row.id).await?;
            delete::give_back(&tx, &inside, &now).await
        })
        .await?;
        gone += 1;
    }
    Ok((usize::try_from(gone).is_ok_and(|gone| gone == rows.len())).then_some(gone))
}
