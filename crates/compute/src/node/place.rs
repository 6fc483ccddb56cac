//! Chooses a node for a machine, or says which rule refused which node, and which of its hosts.

use compute_driver::{Feature, Size, is_image};
use kernel::{ByWorkflow, Error, Place, Result, Scope, Tx};
use sea_orm::ConnectionTrait;

use super::feature::word;
use super::model::{Node, NodeId};
use super::{store, taken};
use crate::instance::{Shape, store as instances};
use crate::network::store as networks;
use crate::region::RegionId;
use crate::{backup, card, host};

/// Whether the node of a machine has room for it in another shape.
///
/// # Errors
/// `Invalid` at `size_id` when such machines are on other nodes; `Exhausted` when it has none, and which rule refuses is logged for the operator; database errors.
pub(crate) async fn fits(tx: &Tx, row: &instances::Row, shape: &Shape) -> Result<()> {
    let nodes = store::in_region_locked(tx, row.region_id).await?;
    let Some(node) = nodes.into_iter().find(|node| Some(node.id) == row.node_id) else { return Ok(()) };
    if node.class != shape.class {
        return Err(Error::invalid("size_id", "machines of this size are on other nodes than this machine is; choose another size"));
    }
    let mut taken = taken::taken(tx.db()).await?.on_node(node.id);
    taken.cpus -= i64::from(row.cpus);
    taken.memory_mib -= i64::from(row.memory_mib);
    match node.refuses(taken, shape.size(), None) {
        Some(why) => {
            tracing::info!(node = %node.name, trouble = %why, "a node has no room for another size");
            Err(Error::exhausted("The machine's node has no room for this size now. Choose a smaller one, or try again later."))
        }
        None => Ok(()),
    }
}

/// Whether a node has room for a guest that is there for some minutes, beside what it has promised. One backup of a node is tested at a
/// time, so that tests never take more than one machine's place.
///
/// # Errors
/// `Exhausted` when it has none, and which rule refuses is logged for the operator; database errors.
pub(crate) async fn room_for_test(tx: &Tx, node: &str, size: Size) -> Result<()> {
    let none = || Error::exhausted("The backup's node has no room for a test now. Try again later.");
    let Some(node) = store::locked_by_name(tx, node).await? else { return Err(none()) };
    let taken = taken::taken(tx.db()).await?.on_node(node.id);
    let at = Scope::<ByWorkflow>::acting("compute.node.place", Place::Platform);
    let tested = !backup::store::tested_on_node(tx.db(), &at, &node.name).await?.is_empty();
    match tested.then(|| "another backup is being tested".to_owned()).or_else(|| node.refuses(taken, size, None)) {
        Some(why) => {
            tracing::info!(node = %node.name, trouble = %why, "a node has no room for a restore test");
            Err(none())
        }
        None => Ok(()),
    }
}

/// Whether machines on the nodes `one` and `other` can be in one private network.
///
/// # Errors
/// Database errors.
pub(crate) async fn share_networks(db: &impl ConnectionTrait, one: &str, other: &str) -> Result<bool> {
    if one == other {
        return Ok(true);
    }
    let nodes = store::all(db).await?;
    Ok(nodes.iter().any(|node| node.name == one && node.reaches(other, &nodes)))
}

/// What filters a machine that is in no private network: a firewall, on a card of its own.
pub(crate) const FILTERED_ALONE: [Feature; 2] = [Feature::OwnCard, Feature::Firewall];

/// What a node must offer for this machine beside what every node does.
fn needed(row: &instances::Row, network: Option<&networks::Row>) -> Result<Vec<String>> {
    let user_data = row.user_data.is_some().then_some(Feature::UserData);
    let backup = row.backup_id.is_some().then_some(Feature::Backups);
    let ipv6 = network.and_then(|network| network.ipv6.as_ref()).map(|_| Feature::Ipv6);
    let alone = row.security_group_id.filter(|_| network.is_none()).map(|_| FILTERED_ALONE);
    let network = network.map(|_| Feature::PrivateNetworks);
    user_data.into_iter().chain(backup).chain(network).chain(ipv6).chain(alone.into_iter().flatten()).map(word).collect()
}

/// Whether one of the region's nodes that `may` be it offers all of `features`. For telling people before they pay.
///
/// # Errors
/// Database errors.
pub(crate) async fn offers(db: &impl ConnectionTrait, region: RegionId, wanted: &[Feature], may: impl Fn(&Node) -> bool) -> Result<bool> {
    let wanted: Vec<_> = wanted.iter().copied().map(word).collect::<Result<_>>()?;
    let nodes = store::all(db).await?.into_iter().filter(|node| node.region_id == region && may(node));
    let features = store::features(db, nodes.map(|node| node.id)).await?;
    Ok(features.values().any(|offered| wanted.iter().all(|one| offered.contains(one))))
}

/// Whether the region has a node for machines of `class`.
///
/// # Errors
/// Database errors.
pub async fn offers_class(db: &impl ConnectionTrait, region: RegionId, class: &str) -> Result<bool> {
    Ok(store::all(db).await?.iter().any(|node| node.region_id == region && node.class.as_deref() == Some(class)))
}

/// The template that a node must have already: an image is taken in where that is offered, and what comes from a backup has its disk there.
fn wanted<'a>(row: &'a instances::Row, node: &Node, offered: &[String]) -> Option<&'a str> {
    let takes_in = word(Feature::Images).is_ok_and(|images| offered.contains(&images));
    let comes = is_image(&row.template_name) && (takes_in || row.backup_id.is_some()) && !node.templates.contains(&row.template_name);
    (!comes).then_some(row.template_name.as_str())
}

/// The node with the most disk left that has room for an extra disk; the node `only`, if one is named. Nodes are locked, so that two
/// disks do not count on the same room.
///
/// # Errors
/// `Invalid` at `region_id` when nothing there keeps extra disks; `Exhausted` without room, and which rule refuses is logged for the operator.
pub(crate) async fn for_disk(tx: &Tx, region: RegionId, only: Option<NodeId>, gib: i32) -> Result<Node> {
    let wanted = word(Feature::Disks)?;
    let nodes = store::in_region_locked(tx, region).await?;
    let features = store::features(tx.db(), nodes.iter().map(|node| node.id)).await?;
    let able = |node: &Node| features.get(&node.id).is_some_and(|offered| offered.contains(&wanted));
    let named = |node: &Node| only.is_none_or(|only| only == node.id);
    let nodes: Vec<_> = nodes.into_iter().filter(|node| able(node) && named(node)).collect();
    if nodes.is_empty() {
        return Err(Error::invalid("region_id", "nothing in this region keeps extra disks; choose another region"));
    }
    let load = taken::taken(tx.db()).await?;
    let mut best: Option<(i64, Node)> = None;
    for node in nodes {
        let taken = load.on_node(node.id);
        // A closed node takes nothing new; what is on it already may get more room.
        let closed = (only.is_none() && !node.enabled).then(|| "it is closed to new machines".to_owned());
        if let Some(why) = closed.or_else(|| node.refuses_disk(taken, gib)) {
            tracing::info!(node = %node.name, trouble = %why, "a node has no room for an extra disk");
            continue;
        }
        let left = node.disk_mib.map_or(i64::MAX, |mib| mib / 1024 - taken.disk_gib);
        if best.as_ref().is_none_or(|(most, _)| left > *most) {
            best = Some((left, node));
        }
    }
    let none = || Error::exhausted("There is no room for a disk of this size there now. Choose a smaller one, or try again later.");
    best.map(|(_, node)| node).ok_or_else(none)
}

/// A node that takes a machine, or which rule of which node refused it.
pub(crate) enum Placed {
    /// It goes there.
    On(Box<Node>),
    /// Nowhere; one reason for each node, for the operator.
    Nowhere(Vec<String>),
}

/// The node in the machine's region with the most memory left that takes it. Nodes are locked, so that
/// two placements do not count on the same room. A machine that is made from a backup goes where the backup is kept.
///
/// # Errors
/// Database errors.
pub(crate) async fn place(tx: &Tx, at: &Scope<ByWorkflow>, row: &instances::Row) -> Result<Placed> {
    let kept_on = match row.backup_id {
        Some(id) => Some(backup::store::by_id(tx.db(), at, id).await?.node_name),
        None => None,
    };
    // A network does not reach from site to site, so its machines are together.
    let network = card::network(tx, at, row.id).await?;
    let shape = row.shape();
    let mut refused = Vec::new();
    let mut best: Option<(i64, Node)> = None;
    let nodes = store::in_region_locked(tx, row.region_id).await?;
    let (load, closed) = (taken::taken(tx.db()).await?, host::store::closed(tx.db()).await?);
    let features = store::features(tx.db(), nodes.iter().map(|node| node.id)).await?;
    let needed = needed(row, network.as_ref())?;
    let stands = network.and_then(|network| network.node_name);
    let reaches: Vec<NodeId> = nodes.iter().filter(|node| stands.as_ref().is_none_or(|stands| node.reaches(stands, &nodes))).map(|node| node.id).collect();
    for node in nodes.into_iter().filter(|node| kept_on.as_ref().is_none_or(|name| *name == node.name)) {
        let taken = load.on_node(node.id);
        let apart = stands.as_ref().filter(|_| !reaches.contains(&node.id)).map(|stands| format!("the machine's network stands on {stands}"));
        let offered = features.get(&node.id).map_or(&[][..], Vec::as_slice);
        let plain = (row.user_data.is_some() && node.is_plain(&row.template_name)).then(|| "machines of this template get no user data on it".to_owned());
        let lacks = || needed.iter().find(|one| !offered.contains(one)).map(|one| format!("it has no `{one}`"));
        let template = wanted(row, &node, offered);
        let classed = || node.refuses_class(shape.class.as_deref());
        let refuses = || node.refuses(taken, shape.size(), template).or_else(|| host::choose::nowhere(&node, &closed, &load, &shape));
        match apart.or(plain).or_else(classed).or_else(lacks).or_else(refuses) {
            Some(why) => refused.push(format!("{}: {why}", node.name)),
            None => {
                let left = node.memory_limit_mib().unwrap_or(i64::MAX).saturating_sub(taken.memory_mib);
                if best.as_ref().is_none_or(|(most, _)| left > *most) {
                    best = Some((left, node));
                }
            }
        }
    }
    Ok(best.map_or_else(|| Placed::Nowhere(refused), |(_, node)| Placed::On(Box::new(node))))
}
