//! The policy's texts and machine forms, from the document and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use kernel::map::{DataMap, Subject};
use kernel::{Error, Result, Timestamp};
use minijinja::{AutoEscape, Environment, HtmlEscape, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::document::{Document, UseText};
use super::machine;
use crate::accounts::Operator;

/// The forms in which the policy exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// All pages as one HTML fragment.
    Html,
    /// Markdown.
    Md,
    /// The document itself.
    Json,
    /// fideslang 3, as YAML.
    Fideslang,
    /// W3C Data Privacy Vocabulary 2, as JSON-LD.
    Dpv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Html, Self::Md, Self::Json, Self::Fideslang, Self::Dpv];

    /// Its word in addresses and in the table of texts.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Md => "md",
            Self::Json => "json",
            Self::Fideslang => "fideslang",
            Self::Dpv => "dpv",
        }
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Md => "text/markdown; charset=utf-8",
            Self::Json => "application/json",
            Self::Fideslang => "application/yaml",
            Self::Dpv => "application/ld+json",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|format| format.key() == text).ok_or_else(|| Error::invalid("format", "use html, md, json, fideslang or dpv"))
    }
}

/// The published version that a text names; comes from the version table, never typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionNote {
    /// 1, 2, 3 …
    pub number: i64,
    /// When it was published, RFC 3339.
    pub at: String,
    /// From when it is in force, RFC 3339.
    pub effective_at: String,
    /// SHA-256 of the rendered texts, in hexadecimal.
    pub digest: String,
}

/// The policy's pages that are made from the document alone.
pub(crate) const PAGES: [&str; 5] = ["privacy.html", "cookies.html", "retention.html", "sub-processors.html", "records.html"];

const TEMPLATES: &[(&str, &str)] = &[
    ("head.html", include_str!("templates/head.html")),
    ("privacy.html", include_str!("templates/privacy.html")),
    ("cookies.html", include_str!("templates/cookies.html")),
    ("retention.html", include_str!("templates/retention.html")),
    ("sub-processors.html", include_str!("templates/sub-processors.html")),
    ("records.html", include_str!("templates/records.html")),
    ("policy.md", include_str!("templates/policy.md")),
    ("which.html", include_str!("templates/which.html")),
    ("versions.html", include_str!("templates/versions.html")),
    ("changes.html", include_str!("templates/changes.html")),
    ("choices.html", include_str!("templates/choices.html")),
    ("trust.html", include_str!("templates/trust.html")),
];

static ENVIRONMENT: LazyLock<std::result::Result<Environment<'static>, String>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| if name.ends_with(".html") { AutoEscape::Html } else { AutoEscape::None });
    environment.add_filter("when", |text: &str| words_of(text).map(|words| Value::from_safe_string(format!("<time datetime=\"{text}\">{words}</time>"))));
    environment.add_filter("words", words_of);
    environment.add_filter("timed", timed);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(|error| error.to_string())?;
    }
    Ok(environment)
});

/// An instant for people; refuses what is no instant, so it also needs no escaping.
fn words_of(text: &str) -> std::result::Result<String, minijinja::Error> {
    let at: std::result::Result<Timestamp, _> = text.parse();
    at.map(Timestamp::in_words).map_err(|error| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, error.to_string()))
}

/// A text as HTML whose instants are for people.
fn timed(text: &str) -> Value {
    let word = |word: &str| {
        let bare = word.trim_end_matches([',', '.', ';']);
        let rest = word.get(bare.len()..).unwrap_or_default();
        words_of(bare).map_or_else(|_| HtmlEscape(word).to_string(), |words| format!("<time datetime=\"{bare}\">{words}</time>{rest}"))
    };
    Value::from_safe_string(text.split(' ').map(word).collect::<Vec<_>>().join(" "))
}

/// Renders one template; a name that the context does not have is an error, so no hole is published.
pub(crate) fn template(name: &str, facts: &serde_json::Value) -> Result<String> {
    let failed = |why: String| Error::conflict("The page cannot be published: a fact in it is missing.").caused_by(why);
    let environment = ENVIRONMENT.as_ref().map_err(|error| failed(error.clone()))?;
    environment.get_template(name).and_then(|template| template.render(value(facts))).map_err(|error| failed(error.to_string()))
}

/// The template engine's form of a JSON value.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(one) => Value::from(*one),
        serde_json::Value::Number(number) => number.as_i64().map_or_else(|| Value::from(number.as_f64().unwrap_or_default()), Value::from),
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(list) => Value::from(list.iter().map(value).collect::<Vec<Value>>()),
        serde_json::Value::Object(fields) => Value::from(fields.iter().map(|(name, one)| (name.clone(), value(one))).collect::<BTreeMap<String, Value>>()),
    }
}

/// Renders the policy of `map` and `operator` without the version under which it is published.
///
/// # Errors
/// `Conflict` when a particular of the operator or a fact of a text is missing.
pub fn render(map: &DataMap, operator: &Operator, format: Format) -> Result<String> {
    of_document(&Document::of(map, operator)?, None, format)
}

/// The same from a document, with its version.
///
/// # Errors
/// As [`render`].
pub fn of_document(document: &Document, version: Option<&VersionNote>, format: Format) -> Result<String> {
    match format {
        Format::Html => {
            let mut text = String::new();
            for name in PAGES {
                text.push_str(&page(document, version, name)?);
            }
            Ok(text)
        }
        Format::Md => template("policy.md", &facts(document, version)),
        Format::Json => serde_json::to_string_pretty(&json!({ "version": version, "policy": document }))
            .map_err(|error| Error::internal("cannot encode the policy").caused_by(error)),
        Format::Fideslang => Ok(machine::fideslang(document, version)),
        Format::Dpv => machine::dpv(document, version),
    }
}

/// One page's HTML.
pub(crate) fn page(document: &Document, version: Option<&VersionNote>, name: &str) -> Result<String> {
    template(name, &facts(document, version))
}

/// Every text of a version, as it is served from then on: form, text, SHA-256 in hexadecimal.
pub(crate) fn texts(document: &Document, version: &VersionNote) -> Result<Vec<(&'static str, String, String)>> {
    let pages = PAGES.into_iter().map(|name| (name, page(document, Some(version), name)));
    let formats = Format::ALL.into_iter().map(|format| (format.key(), of_document(document, Some(version), format)));
    pages
        .chain(formats)
        .map(|(form, text)| {
            let text = text?;
            let hash = sha256(&text);
            Ok((form, text, hash))
        })
        .collect()
}

/// SHA-256 of a text, in hexadecimal.
pub(crate) fn sha256(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// SHA-256 over every form without the version in it: it changes when, and only when, a text changes.
///
/// # Errors
/// As [`render`].
pub fn digest(document: &Document) -> Result<String> {
    let mut hash = Sha256::new();
    for format in Format::ALL {
        let text = of_document(document, None, format)?;
        hash.update(text.len().to_be_bytes());
        hash.update(text.as_bytes());
    }
    Ok(data_encoding::HEXLOWER.encode(&hash.finalize()))
}

fn ground(one: &UseText) -> String {
    match (one.basis.as_str(), &one.because) {
        ("contract", _) => "contract".to_owned(),
        ("consent", _) => "your consent".to_owned(),
        ("legal_obligation", Some(law)) => format!("legal duty: {law}"),
        (_, Some(note)) => format!("legitimate interest: {note}"),
        (basis, None) => basis.to_owned(),
    }
}

fn facts(document: &Document, version: Option<&VersionNote>) -> serde_json::Value {
    let sections: Vec<_> = document
        .sections
        .iter()
        .map(|(name, section)| {
            let entries: Vec<_> = section
                .entries
                .iter()
                .map(|(name, item)| {
                    let uses: Vec<_> = item.uses.iter().map(|one| json!({ "purpose": one.purpose, "words": ground(one) })).collect();
                    json!({ "name": name, "category_text": item.category_text, "plane": item.plane, "source": item.source, "uses": uses,
                        "required": item.required, "protection": item.protection })
                })
                .collect();
            json!({ "name": name, "title": section.title, "subject": section.subject.replace('_', " "), "term": section.term, "entries": entries })
        })
        .collect();
    let named = |map: serde_json::Value| -> Vec<serde_json::Value> {
        let serde_json::Value::Object(map) = map else { return Vec::new() };
        map.into_iter()
            .map(|(name, mut value)| {
                if let Some(fields) = value.as_object_mut() {
                    fields.entry("name").or_insert(json!(name));
                }
                value
            })
            .collect()
    };
    json!({
        "operator": document.operator,
        "version": version,
        "purposes": document.purposes,
        "sections": sections,
        "recipients": named(json!(document.recipients)),
        "client_keys": named(json!(document.client_keys)),
        "log_fields": named(json!(document.log_fields)),
        "recipients_by_key": document.recipients,
        "records": records(document),
        "subjects": subjects(document),
        "window_days": super::WINDOW.as_secs() / 86_400,
    })
}

/// Every class of people with what is held about it; of some classes an installation holds nothing.
fn subjects(document: &Document) -> Vec<serde_json::Value> {
    [Subject::Visitor, Subject::Customer, Subject::PortalUser, Subject::AuthorisedUser, Subject::Organisation, Subject::Staff, Subject::Partner]
        .into_iter()
        .map(|subject| {
            let key = super::document::word(&subject);
            let titles: Vec<&str> = document.sections.values().filter(|section| section.subject == key).map(|section| section.title.as_str()).collect();
            json!({ "name": key.replace('_', " "), "titles": titles })
        })
        .collect()
}

#[derive(Default, Serialize)]
struct Record {
    text: String,
    grounds: Vec<String>,
    subjects: BTreeSet<String>,
    categories: BTreeSet<String>,
    recipients: BTreeSet<String>,
    terms: BTreeSet<String>,
}

/// One record per purpose, as GDPR Art. 30(1) asks.
fn records(document: &Document) -> Vec<Record> {
    let mut all: BTreeMap<&str, Record> = document
        .purposes
        .iter()
        .map(|(key, purpose)| (key.as_str(), Record { text: purpose.text.clone(), grounds: purpose.grounds.clone(), ..Record::default() }))
        .collect();
    for section in document.sections.values() {
        for item in section.entries.values() {
            for one in &item.uses {
                let Some(record) = all.get_mut(one.purpose.as_str()) else { continue };
                record.subjects.insert(section.subject.replace('_', " "));
                record.categories.insert(item.category_text.clone());
                record.terms.insert(format!("{}: {}", section.title, section.term.words));
            }
        }
    }
    for recipient in document.recipients.values() {
        for key in &recipient.purposes {
            if let Some(record) = all.get_mut(key.as_str()) {
                record.recipients.insert(recipient.name.clone());
            }
        }
    }
    all.into_values().collect()
}
