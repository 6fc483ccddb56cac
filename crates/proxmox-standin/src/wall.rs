//! The firewall of the stand-in's guests. A new rule goes in front of the others.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::Incoming;
use crate::state::{Answer, Refusal, State, say, wrong};

#[derive(Default, Clone)]
pub struct Wall {
    pub options: BTreeMap<String, String>,
    pub rules: Vec<BTreeMap<String, String>>,
    pub sets: BTreeMap<String, Vec<String>>,
    /// What is said of a member, by set and member.
    pub comments: BTreeMap<(String, String), String>,
}

pub fn answer(state: &mut State, vmid: u32, rest: &[&str], call: &Incoming) -> Answer {
    let wall = &mut state.guests.get_mut(&vmid).unwrap().wall;
    let given: BTreeMap<_, _> = call.params.iter().cloned().collect();
    let set = |wall: &mut Wall, name: &str| wall.sets.get(name).cloned().ok_or_else(|| say(format!("no such IPSet '{name}'")));
    match (call.method.as_str(), rest) {
        ("GET", ["options"]) => Ok(json!(wall.options)),
        ("PUT", ["options"]) => {
            wall.options.extend(given);
            Ok(Value::Null)
        }
        ("GET", ["rules"]) => {
            let rule = |(pos, rule): (usize, &BTreeMap<String, String>)| {
                let mut shown: Map<_, _> = rule.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                shown.insert("pos".into(), json!(pos));
                Value::Object(shown)
            };
            Ok(json!(wall.rules.iter().enumerate().map(rule).collect::<Vec<_>>()))
        }
        ("POST", ["rules"]) => {
            wall.rules.insert(0, given);
            Ok(Value::Null)
        }
        ("DELETE", ["rules", pos]) => {
            let pos: usize = pos.parse().unwrap_or(usize::MAX);
            if pos >= wall.rules.len() {
                return Err(say(format!("no rule at position {pos}")));
            }
            wall.rules.remove(pos);
            Ok(Value::Null)
        }
        ("GET", ["ipset"]) => Ok(json!(wall.sets.keys().map(|name| json!({ "name": name })).collect::<Vec<_>>())),
        ("POST", ["ipset"]) => {
            wall.sets.entry(given.get("name").cloned().unwrap_or_default()).or_default();
            Ok(Value::Null)
        }
        ("DELETE", ["ipset", name]) => {
            if !set(wall, name)?.is_empty() {
                return Err(say(format!("IPSet '{name}' is not empty")));
            }
            wall.sets.remove(*name);
            Ok(Value::Null)
        }
        ("GET", ["ipset", name]) => {
            let said = |cidr: &String| match wall.comments.get(&((*name).to_owned(), cidr.clone())) {
                Some(comment) => json!({ "cidr": cidr, "comment": comment }),
                None => json!({ "cidr": cidr }),
            };
            let members = wall.sets.get(*name).ok_or_else(|| say(format!("no such IPSet '{name}'")))?;
            Ok(json!(members.iter().map(said).collect::<Vec<_>>()))
        }
        ("POST", ["ipset", name]) => {
            let cidr = given.get("cidr").cloned().unwrap_or_default();
            if set(wall, name)?.contains(&cidr) {
                return Err(wrong("cidr", &format!("address '{cidr}' already exists")));
            }
            if let Some(comment) = given.get("comment") {
                wall.comments.insert(((*name).to_owned(), cidr.clone()), comment.clone());
            }
            wall.sets.entry((*name).to_owned()).or_default().push(cidr);
            Ok(Value::Null)
        }
        ("DELETE", ["ipset", name, cidr]) => {
            set(wall, name)?;
            let cidr = cidr.replace("%2F", "/");
            wall.comments.remove(&((*name).to_owned(), cidr.clone()));
            wall.sets.entry((*name).to_owned()).or_default().retain(|member| *member != cidr);
            Ok(Value::Null)
        }
        _ => Err(Refusal { status: 501, reason: "not implemented".into(), errors: Value::Null }),
    }
}
