//! Which thing a person means: its id, or what it is called. The one place where names become ids.

use serde_json::Value;

use super::api::Api;
use crate::outcome::{Outcome, fail};

/// What people call things by, beside their ids: a template's key, a public address, an invoice's number.
const NAMES: [&str; 4] = ["name", "key", "ipv4", "number"];

/// The id of the thing in the list at `path` that is called `wanted`, in full.
pub async fn named(api: &Api, path: &str, wanted: &str, what: &str) -> Outcome<String> {
    if is_id(wanted) {
        return Ok(wanted.to_owned());
    }
    chosen(exact(&api.items(path).await?, wanted), wanted, what)
}

/// A machine of the project, by id or name.
pub async fn machine(api: &Api, wanted: &str) -> Outcome<String> {
    named(api, "/v1/instances", wanted, "machine").await
}

/// The same among what is on offer, where the beginning of a name is enough and the only one need not be named.
pub async fn pick(api: &Api, path: &str, wanted: Option<&str>, what: &str) -> Outcome<String> {
    if let Some(id) = wanted.filter(|wanted| is_id(wanted)) {
        return Ok(id.to_owned());
    }
    let items = api.items(path).await?;
    match wanted {
        Some(wanted) => {
            let exact = exact(&items, wanted);
            chosen(if exact.is_empty() { beginning(&items, wanted) } else { exact }, wanted, what)
        }
        None if items.len() == 1 => chosen(items.iter().collect(), "", what),
        None => fail(format!("Name a {what}: {}", items.iter().map(words).collect::<Vec<_>>().join(", "))),
    }
}

/// Ids are a prefix and 26 digits of base32.
pub fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, digits)| {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        !prefix.is_empty() && digits.len() == 26 && plain(prefix) && plain(digits)
    })
}

fn names(item: &Value) -> impl Iterator<Item = String> {
    NAMES.iter().filter_map(|key| Some(item.get(key)?.as_str()?.to_lowercase()))
}

fn exact<'a>(items: &'a [Value], wanted: &str) -> Vec<&'a Value> {
    let wanted = wanted.to_lowercase();
    items.iter().filter(|item| names(item).any(|name| name == wanted)).collect()
}

fn beginning<'a>(items: &'a [Value], wanted: &str) -> Vec<&'a Value> {
    let wanted = wanted.to_lowercase();
    items.iter().filter(|item| names(item).any(|name| name.starts_with(&wanted))).collect()
}

fn words(item: &Value) -> String {
    NAMES.iter().find_map(|key| item.get(key)?.as_str()).unwrap_or_default().to_owned()
}

fn chosen(found: Vec<&Value>, wanted: &str, what: &str) -> Outcome<String> {
    let id = |item: &Value| item.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    match found.as_slice() {
        [one] => Ok(id(one)),
        [] => fail(format!("There is no {what} that is called {wanted}.")),
        several => {
            let each: Vec<_> = several.iter().map(|item| format!("\n  {}  {}", id(item), words(item))).collect();
            fail(format!("More than one {what} is called {wanted}. Say which by its id:{}", each.concat()))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn things() -> Vec<Value> {
        vec![
            json!({ "id": "vm_1", "name": "web" }),
            json!({ "id": "vm_2", "name": "Web" }),
            json!({ "id": "vm_3", "name": "web-shop" }),
            json!({ "id": "adr_1", "ipv4": "203.0.113.7" }),
            json!({ "id": "tpl_1", "name": "Tiny Linux", "key": "tiny" }),
        ]
    }

    #[test]
    fn a_name_is_one_thing_and_what_is_ambiguous_is_told_with_the_ids() {
        let found = |wanted: &str| chosen(exact(&things(), wanted), wanted, "thing").map_err(|failure| failure.to_string());
        assert_eq!(found("WEB-shop"), Ok("vm_3".to_owned()));
        assert_eq!(found("203.0.113.7"), Ok("adr_1".to_owned()));
        assert_eq!(found("tiny"), Ok("tpl_1".to_owned()));
        let said = found("web").unwrap_err();
        assert!(said.contains("vm_1") && said.contains("vm_2") && !said.contains("vm_3"), "{said}");
        assert_eq!(found("we").unwrap_err(), "There is no thing that is called we.");
    }

    #[test]
    fn a_beginning_that_several_share_is_ambiguous() {
        let found = |wanted: &str| chosen(beginning(&things(), wanted), wanted, "thing").ok();
        assert_eq!((found("ti"), found("web"), found("x")), (Some("tpl_1".to_owned()), None, None));
    }

    #[test]
    fn ids_are_taken_as_they_are() {
        assert!(is_id("vm_01k3x7z8q9w2e4r5t6y7u8i9p0") && is_id("adr_01k3x7z8q9w2e4r5t6y7u8i9p0"));
        assert!(!is_id("web") && !is_id("vm_1") && !is_id("my_machine-that-is-called-so-0"));
    }
}
