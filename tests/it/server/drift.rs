//! What the code believes of each table against what the migrations made, on both engines: the
//! entities in the sources are read as text, because they are private to their stores.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kernel::db::Engine;
use sea_orm::{ConnectionTrait, Statement};
use testkit::both_engines;

use crate::world::World;

/// Kind of value, and whether it may be absent.
type Column = (&'static str, bool);
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") && path.to_string_lossy().contains("/src/") {
            found.push(path);
        }
    }
    found
}

/// The kind of column that a Rust type needs.
fn kind(rust: &str) -> &'static str {
    match rust {
        "bool" => "bool",
        "i16" => "int2",
        "i32" => "int4",
        "i64" => "int8",
        "f64" => "float8",
        "Vec<u8>" => "bytes",
        _ if rust.starts_with("Sealed<")
            || rust.ends_with("Sealed<super::Statement>")
            || rust.contains("Sealed<")
            || rust.ends_with("Blind")
            || rust.ends_with("Secret") =>
        {
            "bytes"
        }
        _ if rust == "Uuid" || rust.ends_with("Id") => "uuid",
        // Text, and enumerations that are stored as text.
        _ => "text",
    }
}

/// Every `Model` with a table's name in `text`.
fn entities(text: &str, into: &mut Tables) {
    for part in text.split("table_name = \"").skip(1) {
        let Some((table, rest)) = part.split_once('"') else { continue };
        let Some((_, body)) = rest.split_once("pub struct Model {") else { continue };
        let body = body.split("\n    }").next().unwrap_or_default();
        let columns = body.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.strip_suffix(',')?.split_once(": "));
        let columns = columns.map(|(name, rust)| match rust.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
            Some(inner) => (name.to_owned(), (kind(inner), true)),
            None => (name.to_owned(), (kind(rust), false)),
        });
        into.insert(table.to_owned(), columns.collect());
    }
}

async fn live(world: &World) -> Tables {
    let (engine, backend) = (world.cx.database().engine(), world.cx.database().backend());
    let sql = match engine {
        Engine::Sqlite => {
            "SELECT m.name AS table_name, p.name AS column_name, lower(p.type) AS declared, p.\"notnull\" = 0 AND p.pk = 0 AS absent \
             FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'seaql_%'"
        }
        Engine::Postgres => {
            "SELECT table_name::text, column_name::text, udt_name::text AS declared, is_nullable = 'YES' AS absent FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name NOT LIKE 'seaql_%'"
        }
    };
    let mut tables = Tables::new();
    for row in world.cx.db().query_all_raw(Statement::from_string(backend, sql)).await.unwrap() {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        let declared = text("declared");
        let kind = match declared.as_str() {
            "bool" | "boolean" => "bool",
            // SQLite knows one kind of integer, whatever it is called.
            "int2" | "smallint" => "int2",
            "int4" | "int" => "int4",
            "int8" | "bigint" => "int8",
            "integer" => "integer",
            "float8" | "double" => "float8",
            _ if declared.contains("uuid") => "uuid",
            _ if declared.contains("blob") || declared.contains("bytea") => "bytes",
            _ if declared.contains("char") || declared.contains("text") => "text",
            other => panic!("a column of the unknown type {other}"),
        };
        tables.entry(text("table_name")).or_default().insert(text("column_name"), (kind, row.try_get("", "absent").unwrap()));
    }
    tables
}

fn same(code: Column, there: Column) -> bool {
    code.1 == there.1 && (code.0 == there.0 || (there.0 == "integer" && matches!(code.0, "int4" | "int8")))
}

both_engines!(entities_and_migrations_agree, |engine| async move {
    let world = World::empty(engine).await;
    let live = live(&world).await;
    let mut code = Tables::new();
    for source in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates")) {
        entities(&std::fs::read_to_string(source).unwrap(), &mut code);
    }
    assert!(code.len() > 20, "the entities are not found any more: {:?}", code.keys());
    let mut faults = Vec::new();
    for (table, columns) in &code {
        let Some(there) = live.get(table) else {
            faults.push(format!("{table}: an entity without a table"));
            continue;
        };
        for (column, known) in columns {
            match there.get(column) {
                None => faults.push(format!("{table}.{column}: in the entity, not in the database")),
                Some(found) if !same(*known, *found) => faults.push(format!("{table}.{column}: the entity says {known:?}, the database {found:?}")),
                Some(_) => {}
            }
        }
        for (column, _) in there.iter().filter(|(column, _)| !columns.contains_key(*column)) {
            faults.push(format!("{table}.{column}: in the database, not in the entity"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    world.stop().await;
});
