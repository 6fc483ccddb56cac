//! The bundle: a zip with the sections as lines of JSON, a manifest with counts, hashes and schemas,
//! a JSON-LD context and catalogue, documents, and a page that explains it. Encrypted as it is written.

use std::io::Read;
use std::path::Path;

use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::build::Section;
use super::vault;

/// What the manifest begins with.
pub(super) struct Head {
    pub(super) export: String,
    pub(super) at: String,
    pub(super) map_digest: String,
    pub(super) hooks: Vec<&'static str>,
}

/// A file of a hook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub(super) part: String,
    pub(super) path: String,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// The finished file.
pub(super) struct Packed {
    pub(super) sha256: String,
    pub(super) content_sha256: String,
    pub(super) size: i64,
}

const README: &str = "Everything that is held about you.\n\n\
manifest.json  lists every kind of data with its number of rows, hash, schema and how long it is kept; empty ones too.\n\
data/          one file per kind of data, one JSON object per line; times are RFC 3339, UTC.\n\
context.jsonld explains the names in those lines for linked data (JSON-LD 1.1).\n\
catalogue.jsonld describes the bundle (W3C DCAT and DPV).\n\
files/         documents and files.\n";

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("the bundle cannot be packed").caused_by(error)
}

/// Writes the list of a hook's files, last, so that its presence says that all are there.
pub(super) fn note_documents(note: &Path, list: &[Document]) -> Result<()> {
    let fresh = note.with_extension("fresh");
    std::fs::write(&fresh, serde_json::to_vec(list).map_err(failed)?).and_then(|()| std::fs::rename(&fresh, note)).map_err(failed)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    serde_json::from_slice(&std::fs::read(path).map_err(failed)?).map_err(failed)
}

/// Packs the parts in `folder` into `file`.
pub(super) fn pack(key: &vault::Key, folder: &Path, file: &Path, head: &Head) -> Result<Packed> {
    let fresh = file.with_extension("fresh");
    let mut zip = ZipWriter::new_stream(vault::Writer::create(key, &fresh)?);
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    let mut add = |path: &str, from: &mut dyn Read| -> Result<()> {
        zip.start_file(path, options).map_err(failed)?;
        std::io::copy(from, &mut zip).map_err(failed)?;
        Ok(())
    };
    add("README.txt", &mut README.as_bytes())?;
    let mut names: Vec<_> = std::fs::read_dir(folder).map_err(failed)?.flatten().map(|entry| entry.path()).collect();
    names.sort();
    let mut sections = Vec::new();
    for note in names.iter().filter(|path| path.extension().is_some_and(|end| end == "section")) {
        let section: Section = read(note)?;
        if let Some(path) = &section.file {
            add(path, &mut vault::Reader::open(key, &note.with_extension("part"))?)?;
        }
        sections.push(section);
    }
    let mut documents = Map::new();
    for hook in &head.hooks {
        let mut list: Vec<Document> = read(&folder.join(format!("{hook}.files")))?;
        for document in &mut list {
            document.path = format!("files/{hook}/{}", inside(&document.path));
            add(&document.path, &mut vault::Reader::open(key, &folder.join(&document.part))?)?;
            document.part.clear();
        }
        documents.insert((*hook).to_owned(), json!({ "count": list.len(), "files": list }));
    }
    let content_sha256 = content(&sections, &documents);
    let manifest = json!({ "content_sha256": content_sha256, "format": "fairhold.export/1", "export": head.export, "at": head.at, "map_digest": head.map_digest,
        "sections": sections, "documents": documents });
    add("context.jsonld", &mut pretty(&context(&sections))?.as_slice())?;
    add("catalogue.jsonld", &mut pretty(&catalogue(head, &sections))?.as_slice())?;
    add("manifest.json", &mut pretty(&manifest)?.as_slice())?;
    let writer = zip.finish().map_err(failed)?.into_inner();
    let size = writer.finish().map_err(failed)?;
    std::fs::rename(&fresh, file).map_err(failed)?;
    Ok(Packed { sha256: hash(file)?, content_sha256, size: i64::try_from(size).unwrap_or(i64::MAX) })
}

/// One hash over what lasts: the same for two bundles that hold the same data.
fn content(sections: &[Section], documents: &Map<String, Value>) -> String {
    let mut hash = Sha256::new();
    for section in sections {
        if let Some(lasting) = &section.lasting_sha256 {
            hash.update(format!("{} {lasting}\n", section.section));
        }
    }
    for (hook, list) in documents {
        hash.update(format!("{hook} {list}\n"));
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// A path that cannot leave its folder when the bundle is unpacked.
fn inside(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect::<Vec<_>>().join("/")
}

fn pretty(value: &Value) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(failed)
}

fn hash(file: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut std::fs::File::open(file).map_err(failed)?, &mut hash).map_err(failed)?;
    Ok(data_encoding::HEXLOWER.encode(&hash.finalize()))
}

/// Gives every table and column an address, scoped by table because columns share names.
fn context(sections: &[Section]) -> Value {
    let mut terms = Map::new();
    terms.insert("@version".to_owned(), json!(1.1));
    terms.insert("@vocab".to_owned(), json!("urn:fairhold:column:"));
    for section in sections {
        let columns: Map<String, Value> =
            section.meanings.keys().map(|column| (column.clone(), json!(format!("urn:fairhold:entry:{}:{column}", section.section)))).collect();
        terms.insert(section.section.clone(), json!({ "@id": format!("urn:fairhold:table:{}", section.section), "@context": columns }));
    }
    json!({ "@context": terms })
}

fn catalogue(head: &Head, sections: &[Section]) -> Value {
    let sets: Vec<Value> = sections
        .iter()
        .map(|section| {
            let data: Vec<Value> = section
                .meanings
                .iter()
                .map(|(column, meaning)| json!({ "@id": format!("urn:fairhold:entry:{}:{column}", section.section), "dpv:hasPersonalData": meaning.get("dpv"), "dpv:hasPurpose": meaning.get("purposes") }))
                .collect();
            json!({ "@id": format!("urn:fairhold:table:{}", section.section), "@type": "dcat:Dataset", "dct:title": section.title, "dct:extent": section.count,
                "dcat:distribution": section.file, "dpv:hasStorageCondition": section.kept, "dct:hasPart": data })
        })
        .collect();
    json!({ "@context": { "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "dpv": "https://w3id.org/dpv#" },
        "@id": format!("urn:fairhold:export:{}", head.export), "@type": "dcat:Catalog", "dct:issued": head.at, "dcat:dataset": sets })
}
