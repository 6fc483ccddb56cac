//! The stand-in's software-defined networks: what is written, and what is in force since somebody applied it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::Incoming;
use crate::state::{Answer, Refusal, State, say, wrong};

/// Settings of a VNet or a zone.
pub type Settings = BTreeMap<String, String>;

/// Zones and VNets by name.
#[derive(Clone, Default)]
pub struct Networks {
    pub zones: BTreeMap<String, Settings>,
    pub vnets: BTreeMap<String, Settings>,
}

/// What is written and what is in force.
#[derive(Default)]
pub struct Sdn {
    pub written: Networks,
    pub running: Networks,
}

impl Sdn {
    /// A cluster with a zone of VLANs and one that reaches no other node.
    pub fn with_zones() -> Self {
        let zone = |kind: &str| Settings::from([("type".to_owned(), kind.to_owned())]);
        let zones = BTreeMap::from([("tenants".to_owned(), zone("vlan")), ("lonely".to_owned(), zone("simple"))]);
        let written = Networks { zones, vnets: BTreeMap::new() };
        Self { running: written.clone(), written }
    }
}

/// Each thing with what is in force of it, and beside that what waits.
fn shown(key: &str, written: &BTreeMap<String, Settings>, running: &BTreeMap<String, Settings>, pending: bool) -> Value {
    let names: std::collections::BTreeSet<_> = if pending { written.keys().chain(running.keys()).collect() } else { written.keys().collect() };
    let one = |name: &String| {
        let mut said = Map::from_iter([(key.to_owned(), json!(name))]);
        let (new, old) = (written.get(name), running.get(name));
        let base = if pending { old } else { new };
        said.extend(base.into_iter().flatten().map(|(name, value)| (name.clone(), json!(value))));
        if pending && new != old {
            let state = if old.is_none() {
                "new"
            } else if new.is_none() {
                "deleted"
            } else {
                "changed"
            };
            said.insert("state".into(), json!(state));
            let differs = new.into_iter().flatten().filter(|(name, value)| old.and_then(|old| old.get(*name)) != Some(value));
            said.insert("pending".into(), json!(differs.collect::<BTreeMap<_, _>>()));
            // The zone is told at the top whatever waits.
            said.extend(new.and_then(|new| new.get("zone")).map(|zone| ("zone".to_owned(), json!(zone))));
        }
        Value::Object(said)
    };
    json!(names.into_iter().map(one).collect::<Vec<_>>())
}

pub fn answer(state: &mut State, method: &str, rest: &[&str], call: &Incoming) -> Answer {
    let Sdn { written, running } = &mut state.sdn;
    let given: Settings = call.params.iter().cloned().collect();
    let missing = |name: &str| say(format!("update sdn vnet object failed: sdn '{name}' does not exist"));
    match (method, rest) {
        ("GET", ["vnets"]) => Ok(shown("vnet", &written.vnets, &running.vnets, call.flag("pending"))),
        ("GET", ["zones"]) => Ok(shown("zone", &written.zones, &running.zones, call.flag("pending"))),
        ("POST", ["vnets"]) => {
            let (Some(name), Some(zone)) = (given.get("vnet").cloned(), given.get("zone").cloned()) else { return Err(wrong("vnet", "is missing")) };
            if written.vnets.contains_key(&name) {
                return Err(say(format!("create sdn vnet object failed: sdn vnet object ID '{name}' already defined")));
            }
            let Some(kind) = written.zones.get(&zone).and_then(|zone| zone.get("type")) else {
                return Err(say(format!("create sdn vnet object failed: zone '{zone}' does not exist")));
            };
            match (kind.as_str(), given.get("tag")) {
                ("simple", Some(_)) => return Err(wrong("tag", "vlan tag is not allowed on simple zone")),
                ("simple", None) => {}
                (_, None) => return Err(wrong("tag", "missing vlan tag")),
                (_, Some(tag)) => {
                    let same = |(_, vnet): &(&String, &Settings)| vnet.get("zone") == Some(&zone) && vnet.get("tag") == Some(tag);
                    if let Some((other, _)) = written.vnets.iter().find(same) {
                        return Err(say(format!("create sdn vnet object failed: tag {tag} already exist in vnet {other}")));
                    }
                }
            }
            written.vnets.insert(name, given.into_iter().filter(|(key, _)| key != "vnet").collect());
            Ok(Value::Null)
        }
        ("PUT", ["vnets", name]) => {
            written.vnets.get_mut(*name).ok_or_else(|| missing(name))?.extend(given);
            Ok(Value::Null)
        }
        ("DELETE", ["vnets", name]) => written.vnets.remove(*name).map(|_| Value::Null).ok_or_else(|| missing(name)),
        ("PUT", []) => {
            // In force for the cluster at once; the task brings it to the nodes.
            *running = written.clone();
            Ok(state.task("pve1", "reloadnetworkall", 0, None, |_| Ok(())))
        }
        _ => Err(Refusal { status: 501, reason: "not implemented".into(), errors: Value::Null }),
    }
}

/// The first bridge among a guest's cards that its node does not have.
pub fn missing_bridge(state: &State, config: &Settings) -> Option<String> {
    let cards = config.iter().filter(|(name, _)| name.starts_with("net"));
    let bridges = cards.filter_map(|(_, line)| line.split(',').find_map(|word| word.strip_prefix("bridge=")));
    bridges.filter(|bridge| !bridge.starts_with("vmbr")).find(|bridge| !state.sdn.running.vnets.contains_key(*bridge)).map(str::to_owned)
}
