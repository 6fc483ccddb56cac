//! Rights of people, over HTTP.

mod erasure_create;
mod export_create;
mod request_create;
mod restriction_create;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use serde_json::json;

use crate::world::Browser;

/// The texts of a fresh export by the names of their files.
pub async fn exported(browser: &Browser) -> BTreeMap<String, String> {
    let export = browser.post("/v1/privacy/exports", &json!({})).await;
    let path = format!("/v1/privacy/exports/{}", export.text_at("/id"));
    browser.until(&path, |export| export["state"] == "ready").await;
    let mut archive = zip::ZipArchive::new(Cursor::new(browser.bytes(&format!("{path}/download")).await)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).filter(|name| !name.ends_with(".pdf")).collect();
    let text = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    names.into_iter().map(text).collect()
}
