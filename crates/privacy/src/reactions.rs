//! What this domain does when others announce something.

use kernel::event::Reaction;

use crate::policy::publish::publish_in;

/// All of them.
pub const ALL: &[Reaction] = &[Reaction {
    // By name: the set-up is the moment from which it is known who publishes.
    to: "identity.operator.set_up",
    name: "privacy.policy.publish",
    run: |tx, _| Box::pin(async move { publish_in(&tx).await.map(drop) }),
}];
