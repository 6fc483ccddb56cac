//! The workflow that builds an export: one encrypted part per table of the map, then the bundle.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use kernel::map::{Entry, ExportAs, Source, Table, Trigger, category, purpose};
use kernel::{Cx, Error, Gate, Kind, Place, Result, Scope};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, nothing, step};

use super::{EXPORT_READY, ExportFact, ExportId, bundle, store, vault};
use crate::accounts::Owners;
use crate::request;
use crate::walk;
use crate::walk::cell::Cell;
use crate::walk::store::Row;
use crate::wiring::Wiring;

/// What an export works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The export.
    pub export: ExportId,
    /// Whose data.
    pub owners: Owners,
}

const LONG: Retry = Retry { timeout: Duration::from_secs(1_800), ..Retry::STANDARD };

/// `privacy.export.build`.
pub static BUILD: Workflow<Input> = Workflow {
    name: "privacy.export.build",
    title: "Export your data",
    purpose: &purpose::RIGHTS,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("collect", "Collect every kind of data", collect, discard, LONG),
        step!("documents", "Collect documents and files", documents, nothing, LONG),
        step!("pack", "Pack the bundle", pack, nothing, LONG),
    ],
};

/// What the manifest says of a section; kept beside each part, without personal values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Section {
    pub(super) section: String,
    pub(super) title: String,
    /// Path in the bundle; `None` when the section is empty.
    pub(super) file: Option<String>,
    pub(super) count: u64,
    pub(super) sha256: String,
    /// Hash of what lasts in it; absent for records of activity, which every request adds to.
    pub(super) lasting_sha256: Option<String>,
    pub(super) kept: String,
    pub(super) schema: Value,
    /// Columns that are left out, with the reason.
    pub(super) withheld: Map<String, Value>,
    /// Columns with their categories and the purposes they serve.
    pub(super) meanings: Map<String, Value>,
}

fn failed(error: std::io::Error) -> Error {
    Error::internal("a part of an export cannot be written").caused_by(error)
}

async fn key(cx: &Cx, at: &Scope<kernel::ByWorkflow>, id: ExportId) -> Result<vault::Key> {
    let sealed = store::file_key(cx.db(), id).await?;
    let gate = Gate::new(cx, at, &purpose::RIGHTS, [sealed.bytes()]).await?;
    vault::Key::from_hex(&sealed.open(&gate)?)
}

/// A part that is complete has its description beside it; a repeated step skips it.
async fn collect(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let folder = super::parts(&cx.extension::<Wiring>()?.folder, input.export);
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let at = step.scope();
    let key = key(cx, &at, input.export).await?;
    for table in walk::owned(cx.map()) {
        let note = folder.join(format!("{}.section", table.name));
        if !note.exists() {
            let section = part(cx, &at, &key, &input.owners, table, &folder.join(format!("{}.part", table.name))).await?;
            describe(&note, &section)?;
        }
    }
    Ok(Next::Done)
}

fn describe(note: &Path, section: &Section) -> Result<()> {
    let text = serde_json::to_vec(section).map_err(|error| Error::internal("cannot encode a section").caused_by(error))?;
    let fresh = note.with_extension("fresh");
    std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, note)).map_err(failed)
}

async fn part(cx: &Cx, at: &Scope<kernel::ByWorkflow>, key: &vault::Key, owners: &Owners, table: &Table, path: &Path) -> Result<Section> {
    let condition = walk::store::belongs(cx.map(), table, &owners.uuids()).ok_or_else(|| Error::internal(format!("{} has no owner", table.name)))?;
    let kinds = walk::store::kinds(cx, table).await?;
    let mut writer = vault::Writer::create(key, path)?;
    let (mut hash, mut lasting) = (Sha256::new(), Sha256::new());
    let (mut count, mut after) = (0_u64, None);
    loop {
        let rows = walk::store::page(cx.db(), table, &kinds, condition.clone(), after.as_deref()).await?;
        let gate = Gate::new(cx, at, &purpose::RIGHTS, sealed(table, &rows)).await?;
        for row in &rows {
            let mut fields = line(table, row, &gate)?;
            let mut line = Value::Object(fields.clone()).to_string();
            line.push('\n');
            for entry in table.columns.iter().filter(|entry| is_trace(entry)) {
                fields.remove(entry.column);
            }
            lasting.update(Value::Object(fields).to_string());
            hash.update(line.as_bytes());
            writer.write_all(line.as_bytes()).map_err(failed)?;
            count += 1;
        }
        match rows.last() {
            Some(last) if rows.len() as u64 == walk::store::BATCH => after = Some(walk::store::key(table, last)),
            _ => break,
        }
    }
    writer.finish().map_err(failed)?;
    let lasting = lasts(cx, table).then(|| data_encoding::HEXLOWER.encode(&lasting.finalize()));
    Ok(section(table, &kinds, Hashes { count, sha256: data_encoding::HEXLOWER.encode(&hash.finalize()), lasting }))
}

/// What was counted and hashed of a table's rows.
struct Hashes {
    count: u64,
    sha256: String,
    lasting: Option<String>,
}

/// Rows that stay as long as the account or a law keeps them, and whatever they belong through does
/// too. The others are logs that end by themselves, and that looking at them adds to.
fn lasts(cx: &Cx, table: &Table) -> bool {
    let stays = |table: &Table| table.retention.law.is_some() || !matches!(table.retention.trigger, Trigger::After(_));
    cx.map().owner_chain(table).is_some_and(|chain| chain.iter().all(stays))
}

/// A note of when something was used, in a row that otherwise lasts.
fn is_trace(entry: &Entry) -> bool {
    entry.source == Source::Observed && entry.category.is_some_and(|one| one.key == category::ACTIVITY.key)
}

/// The sealed values of `rows`, so that one gate opens them all.
fn sealed<'a>(table: &'a Table, rows: &'a [Row]) -> impl Iterator<Item = &'a [u8]> {
    rows.iter().flat_map(move |row| table.columns.iter().zip(row).filter(|(entry, _)| entry.sealed_class().is_some()).filter_map(|(_, cell)| cell.bytes()))
}

/// One row as a JSON-LD node; the terms are explained in `context.jsonld`.
fn line(table: &Table, row: &Row, gate: &Gate) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    fields.insert("@type".to_owned(), table.name.into());
    for (entry, cell) in table.columns.iter().zip(row) {
        if is_withheld(table, row, entry) {
            continue;
        }
        let value = match (entry.sealed_class(), cell.bytes()) {
            (Some(_), Some(bytes)) => match gate.open_json(&table.entry_name(entry.column), bytes) {
                Ok(value) => value,
                // Its key was destroyed by an erasure before: there is nothing left to export.
                Err(error) if error.kind() == Kind::NotFound => Value::Null,
                Err(error) => return Err(error),
            },
            _ => walk::cell::json(cell, entry.column),
        };
        fields.insert(entry.column.to_owned(), value);
    }
    Ok(fields)
}

fn is_withheld(table: &Table, row: &Row, entry: &Entry) -> bool {
    match entry.export {
        ExportAs::Value => false,
        ExportAs::Withheld(_) => true,
        // What is not plainly false is withheld.
        ExportAs::WithheldWhere { when, .. } => !table.columns.iter().zip(row).any(|(other, cell)| other.column == when && *cell == Cell::Bool(false)),
    }
}

fn section(table: &Table, kinds: &walk::cell::Kinds, found: Hashes) -> Section {
    let Hashes { count, sha256, lasting } = found;
    let (mut properties, mut withheld, mut meanings) = (Map::new(), Map::new(), Map::new());
    for entry in table.columns {
        if let Some(why) = entry.export.withheld_because() {
            withheld.insert(entry.column.to_owned(), why.into());
        }
        if matches!(entry.export, ExportAs::Withheld(_)) {
            continue;
        }
        let schema = match (entry.sealed_class(), kinds.get(entry.column)) {
            (None, Some(kind)) => walk::cell::schema_type(entry.column, *kind),
            // Sealed values are JSON of their own.
            _ => json!({}),
        };
        properties.insert(entry.column.to_owned(), schema);
        if let Some(category) = entry.category {
            let purposes: Vec<&str> = entry.uses.iter().map(|one| one.purpose.key).collect();
            meanings.insert(entry.column.to_owned(), json!({ "category": category.key, "fides": category.fides, "dpv": category.dpv, "purposes": purposes }));
        }
    }
    Section {
        section: table.name.to_owned(),
        title: table.title.to_owned(),
        file: (count > 0).then(|| format!("data/{}.ndjson", table.name)),
        count,
        sha256,
        lasting_sha256: lasting,
        kept: crate::policy::document::term(table).words,
        schema: json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": properties }),
        withheld,
        meanings,
    }
}

/// What is not rows: each hook's files become encrypted parts too.
async fn documents(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let wiring = cx.extension::<Wiring>()?;
    let folder = super::parts(&wiring.folder, input.export);
    let at = step.scope();
    let key = key(cx, &at, input.export).await?;
    for hook in &wiring.exports {
        let note = folder.join(format!("{}.files", hook.section()));
        if note.exists() {
            continue;
        }
        let mut list = Vec::new();
        for (number, file) in hook.files(cx, &at, &input.owners).await?.into_iter().enumerate() {
            let part = format!("{}-{number}.file", hook.section());
            let mut writer = vault::Writer::create(&key, &folder.join(&part))?;
            writer.write_all(&file.bytes).map_err(failed)?;
            writer.finish().map_err(failed)?;
            let sha256 = data_encoding::HEXLOWER.encode(&Sha256::digest(&file.bytes));
            list.push(bundle::Document { part, path: file.path, sha256, size: file.bytes.len() as u64 });
        }
        bundle::note_documents(&note, &list)?;
    }
    Ok(Next::Done)
}

async fn pack(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let wiring = cx.extension::<Wiring>()?;
    let (parts, file) = (super::parts(&wiring.folder, input.export), super::file(&wiring.folder, input.export));
    if parts.exists() {
        let key = key(cx, &step.scope(), input.export).await?;
        let head = bundle::Head {
            export: input.export.to_string(),
            at: cx.now().to_string(),
            map_digest: data_encoding::HEXLOWER.encode(&cx.map().digest()),
            hooks: wiring.exports.iter().map(|hook| hook.section()).collect(),
        };
        let packed = tokio::task::spawn_blocking(move || bundle::pack(&key, &parts, &file, &head))
            .await
            .map_err(|error| Error::internal("packing stopped").caused_by(error))??;
        let fact = ExportFact { person_id: input.owners.person, export_id: input.export };
        step.write(async |tx| {
            store::set_ready(&tx, input.export, &packed.sha256, &packed.content_sha256, packed.size).await?;
            if let Some(request) = request::store::of_export(tx.db(), input.export).await? {
                request::finish(&tx, request, request::State::Done, None, false).await?;
            }
            tx.announce(EXPORT_READY, Place::Person { person: fact.person_id }, input.export, &fact).await
        })
        .await?;
        std::fs::remove_dir_all(super::parts(&wiring.folder, input.export)).map_err(failed)?;
    }
    Ok(Next::Done)
}

async fn discard(step: StepCx, input: Input) -> Result<()> {
    let wiring = step.cx().extension::<Wiring>()?;
    let parts = super::parts(&wiring.folder, input.export);
    if parts.exists() {
        std::fs::remove_dir_all(parts).map_err(failed)?;
    }
    let file = super::file(&wiring.folder, input.export);
    if file.exists() {
        std::fs::remove_file(file).map_err(failed)?;
    }
    step.write(async |tx| store::set_failed(&tx, input.export).await).await
}
