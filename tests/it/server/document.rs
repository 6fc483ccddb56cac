//! The OpenAPI document: complete, without two schemas of one name, with names that can be found.

use std::collections::BTreeSet;

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(server::app::api().1).unwrap()
}

#[test]
fn every_operation_is_named_noun_verb_and_once() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut seen = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operation id"));
            assert!(name.contains('_'), "{name} is not noun_verb");
            assert!(seen.insert(name.to_owned()), "two operations are named {name}");
        }
    }
    assert!(seen.len() > 40, "only {} operations", seen.len());
}

/// utoipa silently overwrites schemas that share a name: every reference must resolve, and names
/// that two domains might both choose must carry their noun.
#[test]
fn every_reference_resolves_and_no_name_is_bare() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    found.insert(target);
                }
                map.values().for_each(|value| references(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let name = reference.rsplit('/').next().unwrap();
        assert!(schemas.contains_key(name), "{reference} leads nowhere");
    }
    for bare in ["State", "Kind", "View", "New", "Patch", "Row", "Item", "Document", "Report", "Entry", "Line"] {
        assert!(!schemas.contains_key(bare), "a schema is just named {bare}: the next domain will overwrite it");
    }
}
