//! Unique tokens in every column: each is in the export once, none is left after the erasure except
//! what a law keeps, and the certificate proves it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use kernel::Scope;
use kernel::map::Entry;
use privacy::erasure::{NewErasure, carry_out::CARRY_OUT};
use privacy::export::build::BUILD;
use privacy::permissions::{ErasureCreate, ErasureView, ExportCreate, ExportView, HoldingView};
use testkit::workflows::run_to_end;
use testkit::{Engine, both_engines, covers};
use workflow::operation::State;

use crate::toy::World;

pub async fn export(world: &World) -> (privacy::export::ExportId, BTreeMap<String, String>) {
    let cx = world.cx();
    let at: Scope<ExportCreate> = world.test.scope().await;
    let asked = privacy::export::create(cx, &at).await.unwrap();
    assert_eq!(privacy::export::create(cx, &at).await.unwrap().id, asked.id, "one at a time");
    let operation = run_to_end(cx, &world.test.clock, privacy::workflows, None, BUILD.name, &asked.id.to_string()).await;
    assert_eq!(operation.state, State::Succeeded, "{operation:?}");
    let at: Scope<ExportView> = world.test.scope().await;
    let mut zip = Vec::new();
    privacy::export::open(cx, &at, asked.id).await.unwrap().read_to_end(&mut zip).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(name, text);
    }
    (asked.id, files)
}

const TOKENS: [&str; 8] = ["CANARY-email", "CANARY-nick", "CANARY-note", "CANARY-attachment", "CANARY-ip", "CANARY-buyer", "CANARY-lawful", "CANARY-draft"];

both_engines!(an_export_holds_every_value_once_and_no_secret, |engine| async move {
    covers!(6, 62, 207, 267);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    world.bystander().await;
    let (_, files) = export(&world).await;
    let all: String = files.values().cloned().collect();
    for token in TOKENS.iter().chain(&["CANARY-document"]) {
        assert_eq!(all.matches(token).count(), 1, "{token}");
    }
    assert!(!all.contains("BYSTANDER"), "nobody else's");
    assert!(!all.contains("CANARY-verifier"), "no verifier of a secret");
    let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
    let sections = manifest["sections"].as_array().unwrap();
    for table in world.cx().map().tables.values().filter(|table| table.columns.iter().any(Entry::is_personal)) {
        assert!(sections.iter().any(|section| section["section"] == table.name), "{} is listed", table.name);
    }
    for section in sections {
        let lines = section["file"].as_str().map_or("", |path| files[path].as_str());
        assert_eq!(section["count"].as_u64().unwrap() as usize, lines.lines().count(), "{section}");
        let hash = data_encoding::HEXLOWER.encode(&<sha2::Sha256 as sha2::Digest>::digest(lines.as_bytes()));
        assert_eq!(section["sha256"].as_str().unwrap(), hash);
    }
    assert!(sections.iter().any(|section| section["count"] == 0 && section["file"].is_null()), "empty sections are listed as empty");
    assert_eq!(manifest["documents"]["toy_documents"]["files"][0]["path"], "files/toy_documents/a.pdf");
});

fn bytes_under(folder: &Path, into: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            bytes_under(&path, into);
        } else {
            into.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

/// Files under the world's folders that hold `token`.
pub fn found(world: &World, token: &str) -> Vec<String> {
    let mut files = Vec::new();
    bytes_under(world.test.database.folder(), &mut files);
    bytes_under(&world.folder, &mut files);
    files.into_iter().filter(|(_, bytes)| bytes.windows(token.len()).any(|part| part == token.as_bytes())).map(|(name, _)| name).collect()
}

async fn erase(world: &World) -> privacy::erasure::Erasure {
    let at: Scope<ErasureCreate> = world.test.scope().await;
    let erasure = privacy::erasure::create(world.cx(), &at, &NewErasure { confirm_email: " ada@TOY.example".to_owned() }).await.unwrap();
    let operation = run_to_end(world.cx(), &world.test.clock, privacy::workflows, None, CARRY_OUT.name, &erasure.id.to_string()).await;
    assert_eq!(operation.state, State::Succeeded, "{operation:?}");
    erasure
}

both_engines!(an_erasure_leaves_nothing_but_what_the_preview_said, |engine| async move {
    covers!(339, 341, 346, 163);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    world.bystander().await;
    let (export_id, _) = export(&world).await;
    world.desk.at().unbilled = 1_234;
    let at: Scope<ErasureView> = world.test.scope().await;
    let said = privacy::erasure::preview(world.cx(), &at).await.unwrap();
    assert_eq!(said.machines.len(), 2);
    assert_eq!(said.stays.iter().map(|one| (one.section.as_str(), one.count, one.law.as_str())).collect::<Vec<_>>(), [("toy_invoice", 1, "AO §147(3)")]);

    let at: Scope<ErasureCreate> = world.test.scope().await;
    let slip = privacy::erasure::create(world.cx(), &at, &NewErasure { confirm_email: "bob@toy.example".to_owned() }).await.unwrap_err();
    assert_eq!(slip.fields()[0].field, "confirm_email");
    assert_eq!(said.bills.iter().map(|bill| bill.total.minor).collect::<Vec<_>>(), [1_234]);
    let erasure = erase(&world).await;
    assert_eq!(world.desk.at().done, ["billed 1234", "mailed [F-1 over 12.34 EUR] there=true"], "billed what the preview said, then told, then gone");

    for (table, left) in [("toy_person", 1), ("toy_note", 1), ("toy_attachment", 1), ("toy_sighting", 1), ("toy_draft", 1), ("toy_invoice", 2)] {
        assert_eq!(world.count(table).await, left, "{table}: the bystander's rows, and what a law keeps");
    }
    assert_eq!(*world.machines.lock().unwrap(), 0, "the machines are gone");
    if engine == Engine::Sqlite {
        for token in TOKENS.iter().filter(|token| !["CANARY-lawful"].contains(token)) {
            assert_eq!(found(&world, token), Vec::<String>::new(), "{token}");
        }
        assert!(!found(&world, "CANARY-lawful").is_empty(), "the invoice stays, readable");
        assert!(!found(&world, "BYSTANDER-nick").is_empty(), "the scan finds what is there");
    }
    let at: Scope<ExportView> = world.test.scope().await;
    assert!(privacy::export::open(world.cx(), &at, export_id).await.is_err(), "the export went too");
    assert_eq!(std::fs::read_dir(world.folder.join("exports")).unwrap().count(), 0);

    let document = privacy::certificate::by_id(world.cx(), erasure.certificate_id).await.unwrap().issued().unwrap();
    let certificate = &document.certificate;
    for going in said.goes.iter().filter(|going| going.section.starts_with("toy_")) {
        assert_eq!(certificate.deleted[&going.section], going.count, "{}: as previewed", going.section);
    }
    assert_eq!(certificate.destroyed["toy_machines"], 2);
    assert_eq!(certificate.kept["toy_invoice"].law, "AO §147(3)");
    assert_eq!(certificate.kept["toy_invoice"].until, said.stays[0].until);
    assert_eq!((certificate.titles["toy_invoice"].as_str(), said.stays[0].title.as_str()), ("toy invoices", "toy invoices"));
    assert!(certificate.keys_destroyed >= 3 && !certificate.shredded.contains(&"tax_record".to_owned()));

    let json = serde_json::to_string(&document).unwrap();
    let report = privacy::certificate::verify_offline(&json).unwrap();
    assert_eq!(report.document.certificate.id, erasure.certificate_id);
    let flipped = json.replacen("\"toy_machines\":2", "\"toy_machines\":3", 1);
    assert_ne!(flipped, json);
    assert!(privacy::certificate::verify_offline(&flipped).is_err(), "another number");
    assert!(
        privacy::certificate::verify_offline(&json.replacen(&document.proof.proof.first().cloned().unwrap_or(document.proof.leaf.clone())[..6], "AAAAAA", 1))
            .is_err(),
        "another proof"
    );
});

both_engines!(the_last_mail_holds_an_erasure_up_for_a_while_only, |engine| async move {
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    world.desk.at().stuck = 1;
    let at: Scope<ErasureCreate> = world.test.scope().await;
    let erasure = privacy::erasure::create(world.cx(), &at, &NewErasure { confirm_email: "ada@toy.example".to_owned() }).await.unwrap();
    let pending = privacy::certificate::by_id(world.cx(), erasure.certificate_id).await.unwrap();
    assert!(matches!(pending, privacy::certificate::Asked::Pending(ref one) if one.state == "pending" && one.id == erasure.certificate_id));
    // The test's worker moves the clock to the next look until the patience ends.
    let operation = run_to_end(world.cx(), &world.test.clock, privacy::workflows, None, CARRY_OUT.name, &erasure.id.to_string()).await;
    assert_eq!((operation.state, world.count("toy_person").await), (State::Succeeded, 0));
    assert!(world.desk.at().done.len() > 2, "it was tried more than once");
});

both_engines!(the_same_data_has_the_same_content_hash_whenever_it_is_taken, |engine| async move {
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let hash = async || {
        let (id, files) = export(&world).await;
        let at: Scope<ExportView> = world.test.scope().await;
        let hash = privacy::export::by_id(world.cx(), &at, id).await.unwrap().content_sha256.unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&files["manifest.json"]).unwrap();
        assert_eq!(manifest["content_sha256"], hash.as_str());
        hash
    };
    let first = hash().await;
    world.test.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(hash().await, first, "records of activity, this export among them, are no part of it");
    let text = world.seal::<crate::toy::DraftText>(kernel::KeyOwner::Organisation(world.organisation), "another").await;
    let row = vec![("id", world.cx().new_uuid().into()), ("organisation_id", kernel::id::Id::uuid(world.organisation).into()), ("text", text)];
    world.insert("toy_draft", row).await;
    assert_ne!(hash().await, first, "other data has another hash");
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_flipped_byte_of_a_certificate_verifies() {
    covers!(225);
    let world = World::on(Engine::Sqlite).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let erasure = erase(&world).await;
    let document = privacy::certificate::by_id(world.cx(), erasure.certificate_id).await.unwrap().issued().unwrap();
    let json = serde_json::to_string(&document).unwrap();
    privacy::certificate::verify_offline(&json).unwrap();
    for at in (0..json.len()).step_by(7) {
        let mut bytes = json.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(privacy::certificate::verify_offline(&changed).is_err(), "byte {at}: {}", &json[at.saturating_sub(20)..(at + 20).min(json.len())]);
    }
}

both_engines!(holdings_count_actual_rows_in_few_statements, |engine| async move {
    covers!(3);
    let world = World::on(engine).await;
    let at: Scope<HoldingView> = world.test.scope().await;
    assert!(privacy::holding::list(world.cx(), &at).await.unwrap().sections.is_empty(), "nothing is held, nothing is shown");
    world.fill(world.person, world.organisation, "CANARY").await;
    world.bystander().await;
    let count = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let held = kernel::db::STATEMENTS.scope(count.clone(), privacy::holding::list(world.cx(), &at)).await.unwrap();
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 1);
    let note = held.sections.iter().find(|section| section.section == "toy_attachment").unwrap();
    assert_eq!(note.count, 1);
    assert!(held.sections.iter().all(|section| section.count > 0));
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_backup_is_erased_again_before_the_first_request() {
    covers!(269);
    let world = World::on(Engine::Sqlite).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let file = world.test.database.folder().join("fairhold.db");
    let backup = world.folder.join("backup.db");
    world.cx().database().scrub().await.unwrap();
    std::fs::copy(&file, &backup).unwrap();
    erase(&world).await;
    assert_eq!(privacy::erasure::replay(world.cx()).await.unwrap(), 0, "nothing comes back by itself");

    let restored = kernel::db::Database::connect(&format!("sqlite:{}", backup.display())).await.unwrap();
    let cx = kernel::Cx::new(kernel::cx::Parts {
        database: restored,
        clock: std::sync::Arc::new(world.test.clock.clone()),
        root: kernel::seal::RootKey::load_or_create(&world.test.database.folder().join("root.key")).unwrap(),
        map: world.cx().map().clone(),
        authority: std::sync::Arc::new(world.test.authority.clone()),
        extensions: kernel::cx::Extensions::default().with(privacy::Wiring {
            folder: world.folder.clone(),
            accounts: Box::new(world.accounts.clone()),
            exports: Vec::new(),
            erasures: Vec::new(),
            settlements: Vec::new(),
            post: Box::new(world.desk.clone()),
            corrections: Vec::new(),
        }),
    });
    assert_eq!(privacy::erasure::replay(&cx).await.unwrap(), 1);
    assert_eq!(privacy::erasure::replay(&cx).await.unwrap(), 0, "once is enough");
    cx.database().clone().close().await.unwrap();
    for token in TOKENS.iter().filter(|token| **token != "CANARY-lawful") {
        assert_eq!(found(&world, token), Vec::<String>::new(), "{token}");
    }
}
