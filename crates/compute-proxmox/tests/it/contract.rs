//! The official schema of the API, as the package `fakepve` carries it: every request that the driver makes is held against it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::{Map, Value};

use crate::peer;

/// Paths, methods and parameters.
pub struct Schema {
    paths: Map<String, Value>,
}

impl Schema {
    /// `None`, with loud words, where the package cannot be had.
    pub fn load() -> Option<Self> {
        let text = std::fs::read_to_string(peer::tools()?.join("schema.json")).expect("the schema was written with the tools");
        let Ok(Value::Object(mut all)) = serde_json::from_str(&text) else { panic!("the schema is no JSON object") };
        let Some(Value::Object(paths)) = all.remove("paths") else { panic!("the schema has no paths") };
        Some(Self { paths })
    }

    /// Everything about a request that the schema does not know.
    pub fn faults(&self, method: &str, path: &str, params: &[(String, String)]) -> Vec<String> {
        let Some((methods, in_path)) = self.paths.iter().find_map(|(pattern, methods)| Some((methods, matched(pattern, path)?))) else {
            return vec![format!("{method} {path}: no such path")];
        };
        let Some(known) = methods.get(method) else { return vec![format!("{method} {path}: no such method")] };
        let properties = known.pointer("/parameters/properties").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut faults = Vec::new();
        for (name, value) in params {
            match property(&properties, name) {
                None => faults.push(format!("{method} {path}: unknown parameter {name}")),
                Some(property) => faults.extend(fault_of(property, value).map(|why| format!("{method} {path}: {name}={value:?} {why}"))),
            }
        }
        let given = |name: &str| in_path.contains_key(name) || params.iter().any(|(given, _)| given == name);
        let required = properties.iter().filter(|(name, property)| property.get("optional").is_none() && !name.contains('['));
        faults.extend(required.filter(|(name, _)| !given(name)).map(|(name, _)| format!("{method} {path}: {name} is missing")));
        faults
    }
}

/// The values of the path's variables, if it fits.
fn matched(pattern: &str, path: &str) -> Option<BTreeMap<String, String>> {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    let mut found = BTreeMap::new();
    if pattern.len() != path.len() {
        return None;
    }
    for (part, given) in pattern.iter().zip(&path) {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => drop(found.insert(name.to_owned(), (*given).to_owned())),
            None if part == given => {}
            None => return None,
        }
    }
    Some(found)
}

/// `net0` is `net[n]`.
fn property<'a>(properties: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let numbered = format!("{}[n]", name.trim_end_matches(|c: char| c.is_ascii_digit()));
    properties.get(name).or_else(|| properties.get(&numbered))
}

fn fault_of(property: &Value, value: &str) -> Option<String> {
    let number = |name: &str| property.get(name).and_then(|limit| limit.as_f64().or_else(|| limit.as_str()?.parse().ok()));
    let text = |name: &str| property.get(name).and_then(Value::as_str);
    match text("type").unwrap_or("string") {
        "boolean" if !matches!(value, "0" | "1") => return Some("is no boolean".into()),
        "integer" if value.parse::<i64>().is_err() => return Some("is no integer".into()),
        "number" if value.parse::<f64>().is_err() => return Some("is no number".into()),
        "integer" | "number" => {
            let given: f64 = value.parse().unwrap_or(0.0);
            if number("minimum").is_some_and(|least| given < least) || number("maximum").is_some_and(|most| given > most) {
                return Some("is out of its range".into());
            }
        }
        _ => {}
    }
    if let Some(words) = property.get("enum").and_then(Value::as_array)
        && !words.iter().any(|word| word.as_str() == Some(value))
    {
        return Some("is none of the words that are known".into());
    }
    if number("maxLength").is_some_and(|most| value.chars().count() as f64 > most) {
        return Some("is too long".into());
    }
    match text("format").unwrap_or_default() {
        "dns-name" if !is_dns_name(value) => Some("is no DNS name".into()),
        "pve-configid" if !is_config_id(value) => Some("is no identifier".into()),
        "pve-qm-ipconfig" if !is_ip_config(value) => Some("is no configuration of addresses".into()),
        "pve-tag-list" if !value.split(';').all(is_tag) => Some("is no list of tags".into()),
        "urlencoded" if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)) => Some("is not percent-encoded".into()),
        _ => None,
    }
}

fn is_dns_name(text: &str) -> bool {
    text.split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
}

fn is_config_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// `ip=10.0.0.5/24,gw=10.0.0.1,ip6=2001:db8::5/64,gw6=fe80::1`: each gateway with an address of its family.
fn is_ip_config(text: &str) -> bool {
    let parts: BTreeMap<_, _> = text.split(',').filter_map(|part| part.split_once('=')).collect();
    let network = |text: &str| text.split_once('/').is_some_and(|(address, length)| address.parse::<IpAddr>().is_ok() && length.parse::<u8>().is_ok());
    let fits = |(name, value): (&&str, &&str)| match *name {
        "ip" => *value == "dhcp" || (network(value) && value.contains('.')),
        "ip6" => ["dhcp", "auto"].contains(value) || (network(value) && value.contains(':')),
        "gw" => value.parse::<IpAddr>().is_ok_and(|gateway| gateway.is_ipv4()) && parts.contains_key("ip"),
        "gw6" => value.parse::<IpAddr>().is_ok_and(|gateway| gateway.is_ipv6()) && parts.contains_key("ip6"),
        _ => false,
    };
    text.split(',').count() == parts.len() && parts.iter().all(fits)
}

fn is_tag(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-+.".contains(&b))
}

/// The check can fail: a schema that knows everything would prove nothing.
#[test]
fn the_schema_finds_what_is_wrong() {
    let Some(schema) = Schema::load() else { return };
    let none = |method: &str, path: &str, params: &[(&str, &str)]| {
        let params: Vec<_> = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        schema.faults(method, path, &params)
    };
    let start = "/nodes/pve1/qemu/100/status/start";
    assert_eq!(none("POST", start, &[]), Vec::<String>::new());
    assert!(none("POST", "/nodes/pve1/qemu/100/status/jump", &[])[0].contains("no such path"));
    assert!(none("PATCH", start, &[])[0].contains("no such method"));
    assert!(none("POST", start, &[("speed", "1")])[0].contains("unknown parameter"));
    assert!(none("POST", start, &[("timeout", "soon")])[0].contains("no integer"));
    assert!(none("POST", "/nodes/pve1/qemu/100/clone", &[("full", "true"), ("newid", "101")])[0].contains("no boolean"));
    assert!(none("POST", "/nodes/pve1/qemu/100/clone", &[])[0].contains("newid is missing"));
    assert!(none("POST", "/nodes/pve1/qemu/100/clone", &[("newid", "99")])[0].contains("range"));
    assert!(none("PUT", "/nodes/pve1/qemu/100/config", &[("sshkeys", "ssh-rsa AAAA")])[0].contains("percent-encoded"));
    assert!(none("PUT", "/nodes/pve1/qemu/100/config", &[("tags", "Big Tag")])[0].contains("tags"));
    let addresses = |text: &str| none("PUT", "/nodes/pve1/qemu/100/config", &[("ipconfig0", text)]);
    assert_eq!(addresses("ip=10.0.0.5/24,gw=10.0.0.1,ip6=2001:db8::5/64,gw6=fe80::1"), Vec::<String>::new());
    for wrong in ["ip=10.0.0.5", "ip=2001:db8::5/64", "gw6=fe80::1", "ip6=2001:db8::5/64,gw6=10.0.0.1", "ip=dhcp,dns=10.0.0.2"] {
        assert!(addresses(wrong)[0].contains("configuration of addresses"), "{wrong}");
    }
}
