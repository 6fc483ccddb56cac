//! Reading answers leniently. Booleans come as 0, 1, "0", "1", true and false; numbers come as texts
//! where the schema says integer, and the other way round.

use serde_json::Value;

/// An object, or anything else: then it has no fields.
#[derive(Clone, Debug)]
pub(crate) struct Fields(Value);

impl Fields {
    pub(crate) fn of(value: Value) -> Self {
        Self(value)
    }

    /// Every object of a list; what is no list has none.
    pub(crate) fn each(value: Value) -> Vec<Self> {
        match value {
            Value::Array(items) => items.into_iter().map(Self).collect(),
            _ => Vec::new(),
        }
    }

    /// The value as text, a number written out; empty texts and null are nothing.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        text(self.0.get(name)?)
    }

    /// The value as text, or the empty text.
    pub(crate) fn words(&self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    /// A number that may be written as text.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.0.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        }
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        match self.0.get(name)? {
            Value::Number(number) if number.is_u64() => number.as_u64(),
            Value::String(text) => text.trim().parse().ok().or_else(|| self.number(name).map(whole)),
            _ => self.number(name).map(whole),
        }
    }

    /// A boolean in any of its forms; what is not there is false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::Number(number)) => number.as_f64() != Some(0.0),
            Some(Value::String(text)) => matches!(text.trim(), "1" | "true" | "yes" | "on"),
            _ => false,
        }
    }

    /// An object inside, or an empty one.
    pub(crate) fn inside(&self, name: &str) -> Self {
        Self(self.0.get(name).cloned().unwrap_or_default())
    }

    /// The objects of a list inside.
    pub(crate) fn list(&self, name: &str) -> Vec<Self> {
        Self::each(self.0.get(name).cloned().unwrap_or_default())
    }

    /// The texts of a list inside.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        self.0.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(text).collect()
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }

    /// The names of an object's fields.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.as_object().into_iter().flat_map(|object| object.keys().map(String::as_str))
    }
}

/// A single value as text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        _ => None,
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "negative becomes 0 and too large the largest, which is what is meant")]
fn whole(number: f64) -> u64 {
    number as u64
}

/// The words of a property string, `local-lvm:vm-100-disk-0,size=10G,ssd=1`: what comes first, and the rest by name.
#[derive(Debug)]
pub(crate) struct Property<'a>(&'a str);

impl<'a> Property<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// What stands first and has no name.
    pub(crate) fn first(&self) -> &'a str {
        self.0.split(',').find(|part| !part.contains('=')).unwrap_or_default()
    }

    /// The value of `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn booleans_come_in_six_forms() {
        let fields = Fields::of(json!({ "a": 1, "b": "1", "c": true, "d": 0, "e": "0", "f": false, "g": null }));
        for yes in ["a", "b", "c"] {
            assert!(fields.flag(yes), "{yes}");
        }
        for no in ["d", "e", "f", "g", "absent"] {
            assert!(!fields.flag(no), "{no}");
        }
    }

    #[test]
    fn numbers_come_as_texts_and_texts_as_numbers() {
        let fields = Fields::of(json!({ "port": "5900", "nextid": 100, "cpu": 0.25, "memory": "512" }));
        assert_eq!(fields.count("port"), Some(5900));
        assert_eq!(fields.text("nextid").as_deref(), Some("100"));
        assert_eq!(fields.number("cpu"), Some(0.25));
        assert_eq!(fields.count("memory"), Some(512));
        assert_eq!(fields.count("absent"), None);
        assert!(Fields::each(json!({ "no": "list" })).is_empty());
    }

    #[test]
    fn a_property_string_has_a_first_word_and_names() {
        let disk = Property::of("local-lvm:vm-100-disk-0,size=10G,ssd=1");
        assert_eq!((disk.first(), disk.get("size"), disk.get("ss")), ("local-lvm:vm-100-disk-0", Some("10G"), None));
        let card = Property::of("virtio=BC:24:11:00:00:01,bridge=vmbr0");
        assert_eq!((card.first(), card.get("virtio")), ("", Some("BC:24:11:00:00:01")));
    }
}
