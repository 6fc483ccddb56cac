//! The policy for programs: fideslang 3 as YAML and the W3C Data Privacy Vocabulary 2 as JSON-LD.

use std::collections::BTreeSet;

use kernel::{Error, Result};
use serde_json::{Value, json};

use super::document::Document;
use super::render::VersionNote;

/// A JSON string is a YAML string too, and needs no other care.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// fideslang keys allow letters, digits, `_`, `.` and `-`.
fn key(text: &str) -> String {
    text.chars().map(|one| if one.is_ascii_alphanumeric() || "_.-".contains(one) { one } else { '_' }).collect()
}

/// The sections as datasets, the purposes as the declarations of one system.
pub(crate) fn fideslang(document: &Document, version: Option<&VersionNote>) -> String {
    let mut text = String::new();
    let mut line = |indent: usize, words: String| {
        text.push_str(&" ".repeat(indent));
        text.push_str(&words);
        text.push('\n');
    };
    if let Some(version) = version {
        line(0, format!("# version {} of {}", version.number, version.at));
    }
    line(0, "organization:".to_owned());
    line(2, format!("- fides_key: {}", quoted("operator")));
    line(4, format!("name: {}", quoted(&document.operator.legal_name)));
    line(4, "controller:".to_owned());
    line(6, format!("name: {}", quoted(&document.operator.legal_name)));
    line(6, format!("address: {}", quoted(&document.operator.address)));
    line(6, format!("email: {}", quoted(&document.operator.privacy_email)));
    line(0, "dataset:".to_owned());
    for (name, section) in &document.sections {
        line(2, format!("- fides_key: {}", quoted(&key(name))));
        line(4, format!("name: {}", quoted(&section.title)));
        line(4, format!("description: {}", quoted(&format!("about: {}; kept: {}", section.subject, section.term.words))));
        line(4, "collections:".to_owned());
        line(6, format!("- name: {}", quoted(name)));
        line(8, "fields:".to_owned());
        for (entry, item) in &section.entries {
            line(10, format!("- name: {}", quoted(entry)));
            line(12, format!("description: {}", quoted(&format!("{}; {}; {}", item.source, item.protection, item.plane))));
            line(12, format!("data_categories: [{}]", quoted(&item.fides)));
        }
    }
    line(0, "system:".to_owned());
    line(2, format!("- fides_key: {}", quoted("fairhold")));
    line(4, format!("name: {}", quoted("Fairhold")));
    line(4, format!("system_type: {}", quoted("Application")));
    line(4, "privacy_declarations:".to_owned());
    for (purpose_key, purpose) in &document.purposes {
        let mut categories = BTreeSet::new();
        let mut subjects = BTreeSet::new();
        let mut bases = BTreeSet::new();
        for section in document.sections.values() {
            for item in section.entries.values() {
                for one in item.uses.iter().filter(|one| &one.purpose == purpose_key) {
                    categories.insert(quoted(&item.fides));
                    subjects.insert(quoted(&section.subject));
                    bases.insert(one.basis.as_str());
                }
            }
        }
        line(6, format!("- name: {}", quoted(&purpose.text)));
        line(8, format!("data_use: {}", quoted(&purpose.fides)));
        line(8, format!("data_categories: [{}]", categories.into_iter().collect::<Vec<_>>().join(", ")));
        line(8, format!("data_subjects: [{}]", subjects.into_iter().collect::<Vec<_>>().join(", ")));
        line(8, format!("legal_basis_for_processing: {}", quoted(&bases.into_iter().map(fides_basis).collect::<Vec<_>>().join(", "))));
        let recipients: Vec<_> = document.recipients.values().filter(|one| one.purposes.contains(purpose_key)).map(|one| quoted(&one.name)).collect();
        line(8, format!("third_parties: {}", quoted(&recipients.join(", ").replace('"', ""))));
    }
    text
}

fn fides_basis(basis: &str) -> &'static str {
    match basis {
        "contract" => "Contract",
        "consent" => "Consent",
        "legal_obligation" => "Legal Obligations",
        _ => "Legitimate Interests",
    }
}

fn dpv_basis(basis: &str) -> &'static str {
    match basis {
        "contract" => "eu-gdpr:A6-1-b",
        "consent" => "eu-gdpr:A6-1-a",
        "legal_obligation" => "eu-gdpr:A6-1-c",
        _ => "eu-gdpr:A6-1-f",
    }
}

/// One `dpv:Process` per kind of stored data and purpose.
pub(crate) fn dpv(document: &Document, version: Option<&VersionNote>) -> Result<String> {
    let mut processes = Vec::new();
    for (name, section) in &document.sections {
        for (entry, item) in &section.entries {
            for one in &item.uses {
                let Some(purpose) = document.purposes.get(&one.purpose) else { continue };
                let recipients: Vec<Value> = document
                    .recipients
                    .values()
                    .filter(|recipient| recipient.entries.contains(entry) && recipient.purposes.contains(&one.purpose))
                    .map(|recipient| json!({ "@type": "dpv:Recipient", "dpv:hasName": recipient.name, "dpv:hasCountry": recipient.country }))
                    .collect();
                processes.push(json!({
                    "@id": format!("urn:fairhold:process:{entry}:{}", one.purpose),
                    "@type": "dpv:Process",
                    "dpv:hasPersonalData": { "@id": format!("urn:fairhold:entry:{entry}"), "@type": format!("pd:{}", item.dpv), "dct:title": item.category_text },
                    "dpv:hasPurpose": { "@type": format!("dpv:{}", purpose.dpv), "dct:description": purpose.text },
                    "dpv:hasLegalBasis": { "@id": dpv_basis(&one.basis), "dct:description": one.because },
                    "dpv:hasDataSubject": section.subject,
                    "dpv:hasStorageCondition": { "@type": "dpv:StorageCondition", "dct:description": section.term.words, "dpv:hasDuration": format!("P{}D", section.term.days) },
                    "dpv:hasDataSource": item.source,
                    "dpv:hasRecipient": recipients,
                    "dct:isPartOf": name,
                }));
            }
        }
    }
    let form = json!({
        "@context": {
            "dpv": "https://w3id.org/dpv#",
            "pd": "https://w3id.org/dpv/pd#",
            "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
            "dct": "http://purl.org/dc/terms/",
        },
        "@id": "urn:fairhold:policy",
        "@type": "dpv:PrivacyNotice",
        "dct:issued": version.map(|one| one.at.clone()),
        "dct:hasVersion": version.map(|one| one.number),
        "dpv:hasDataController": {
            "@type": "dpv:DataController",
            "dpv:hasName": document.operator.legal_name,
            "dpv:hasAddress": document.operator.address,
            "dpv:hasCountry": document.operator.country,
            "dpv:hasContact": document.operator.privacy_email,
        },
        "dpv:hasProcess": processes,
    });
    serde_json::to_string_pretty(&form).map_err(|error| Error::internal("cannot encode the policy").caused_by(error))
}
