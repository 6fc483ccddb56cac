//! Makes a private network: a row with its place in the quota. Hypervisors hear of it with its first machine.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, KeyOwner, Result, Scope, Sealed, Tx};

use super::list;
use super::model::{Name, Network, NetworkId, NetworkState, NewNetwork, free_subnet, gateway};
use super::store::{self, Row};
use crate::subnet::Subnet;
use crate::{quota, region};

/// Makes it.
///
/// # Errors
/// `Invalid` with every wrong field; `NotFound` for an unknown region; `Conflict` at `subnet` when another network of the project uses
/// it; `Exhausted` when the quota is used up.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewNetwork) -> Result<Network> {
    new.checks().done()?;
    let id = cx
        .write(async |tx| {
            let region = region::by_id(tx.db(), new.region_id).await?;
            // The quota's rows are locked from here on, so two networks cannot take the same block together.
            quota::reserve_network(&tx, at).await?;
            let subnet = block(&tx, at, new).await?;
            let id: NetworkId = tx.cx().new_id();
            let row = Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                name: Sealed::<Name>::seal(&tx, KeyOwner::Organisation(at.organisation_id()?), &new.name.trim().to_owned()).await?,
                region_id: region.id,
                subnet: subnet.to_string(),
                gateway: gateway(subnet).to_string(),
                egress: new.egress,
                state: NetworkState::Ready,
                node_name: None,
                operation_id: None,
                created_at: tx.cx().now().0,
                deleted_at: None,
            };
            store::insert(&tx, row).await?;
            audit::record(&tx, at, id, "Made a private network").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

async fn block<P: AtProject>(tx: &Tx, at: &Scope<P>, new: &NewNetwork) -> Result<Subnet> {
    let taken: Vec<Subnet> = store::subnets(tx.db(), at).await?.iter().filter_map(|text| text.parse().ok()).collect();
    let wanted = new.subnet.as_deref().and_then(|text| text.parse::<Subnet>().ok());
    match wanted {
        // A machine that moves from one network to another must not meet its old address there.
        Some(wanted) if taken.iter().any(|other| other.overlaps(wanted)) => {
            Err(Error::conflict_at("subnet", "another network of this project uses some of these addresses; choose another block"))
        }
        Some(wanted) => Ok(wanted),
        None => free_subnet(&taken).ok_or_else(|| Error::exhausted("Every block of private addresses is in use in this project. Name one yourself.")),
    }
}
