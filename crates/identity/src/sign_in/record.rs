//! Keeping an attempt, in the transaction of its outcome.

use kernel::seal::Field;
use kernel::{Agent, KeyOwner, PersonId, Result, Sealed, Tx};

use super::model::NewSignIn;
use super::store;

/// Keeps an attempt on an account with what the request tells of the device.
pub(crate) async fn record(tx: &Tx, new: NewSignIn) -> Result<()> {
    let (agent, network) = device(tx, new.person).await?;
    store::insert(tx, new, agent, network).await
}

/// Program and network of the request, sealed for `person` as columns of a table of theirs.
pub(crate) async fn device<A, N>(tx: &Tx, person: PersonId) -> Result<(Option<Sealed<A>>, Option<Sealed<N>>)>
where
    A: Field<Value = Agent>,
    N: Field<Value = String>,
{
    let owner = KeyOwner::Person(person);
    let request = tx.cx().request();
    let agent = match request.and_then(|request| request.agent.as_ref()) {
        Some(agent) => Some(Sealed::seal(tx, owner, agent).await?),
        None => None,
    };
    let network = match request.and_then(kernel::cx::RequestInfo::network) {
        Some(network) => Some(Sealed::seal(tx, owner, &network).await?),
        None => None,
    };
    Ok((agent, network))
}
