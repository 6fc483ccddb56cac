//! The order in which rows can go: what refers to a table goes before it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::map::{DataMap, Owned, Table};

/// Sorts `tables` so that children come before parents, by the map's chains and by the database's
/// foreign keys (`(child, parent)`). What is left of a circle keeps the map's order.
pub(crate) fn children_first(map: &DataMap, tables: Vec<Table>, foreign_keys: &[(String, String)]) -> Vec<Table> {
    let mut edges: BTreeSet<(&str, &str)> =
        foreign_keys.iter().filter(|(child, parent)| child != parent).map(|(child, parent)| (child.as_str(), parent.as_str())).collect();
    for table in map.tables.values() {
        if let Owned::Through { table: parent, .. } = table.owned {
            edges.insert((table.name, parent));
        }
    }
    let mut waiting: BTreeMap<&str, Table> = tables.into_iter().map(|table| (table.name, table)).collect();
    let mut sorted = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free: Vec<&str> =
            waiting.keys().copied().filter(|name| !edges.iter().any(|(child, parent)| parent == name && waiting.contains_key(child))).collect();
        let next = if free.is_empty() { waiting.keys().copied().take(1).collect() } else { free };
        sorted.extend(next.into_iter().filter_map(|name| waiting.remove(name)));
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::map::{Entry, Retention, Subject};

    const COLUMNS: &[Entry] = &[Entry::system("id", "a number")];

    const fn table(name: &'static str, owned: Owned) -> Table {
        Table { name, title: name, subject: Subject::None, owned, retention: Retention::INSTALLATION, key: &["id"], columns: COLUMNS }
    }

    #[test]
    fn children_go_before_parents_by_chain_and_by_foreign_key() {
        let tables = vec![
            table("a_parent", Owned::ByNobody),
            table("b_child", Owned::Through { column: "id", table: "a_parent", key: "id" }),
            table("c_grandchild", Owned::Through { column: "id", table: "b_child", key: "id" }),
            table("a_other", Owned::ByNobody),
        ];
        let map = DataMap::new().with_tables(tables.clone());
        let names: Vec<_> = children_first(&map, tables, &[("a_parent".into(), "a_other".into())]).iter().map(|table| table.name).collect();
        assert_eq!(names, ["c_grandchild", "b_child", "a_parent", "a_other"]);
    }

    #[test]
    fn a_circle_ends() {
        let tables = vec![table("a", Owned::ByNobody), table("b", Owned::ByNobody)];
        let map = DataMap::new().with_tables(tables.clone());
        assert_eq!(children_first(&map, tables, &[("a".into(), "b".into()), ("b".into(), "a".into())]).len(), 2);
    }
}
