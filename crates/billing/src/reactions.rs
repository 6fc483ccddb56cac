//! What billing does when others announce.

use kernel::OrganisationId;
use kernel::event::Reaction;
use serde::Deserialize;

use crate::account;

#[derive(Deserialize)]
struct OrganisationCreated {
    organisation_id: OrganisationId,
}

/// All reactions.
pub const ALL: &[Reaction] = &[Reaction {
    to: "identity.organisation.created",
    name: "billing.account.open",
    run: |tx, event| {
        Box::pin(async move {
            let fact: OrganisationCreated = event.fact()?;
            account::of(&tx, fact.organisation_id).await?;
            Ok(())
        })
    },
}];
