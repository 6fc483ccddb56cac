//! The generic walk: finds, counts, reads and removes rows by what the map says of a table. It
//! knows no domain's table; a table that nobody wrote code for is walked like any other.

pub(crate) mod cell;
pub(crate) mod order;
pub(crate) mod store;

use kernel::map::{Class, DataMap, End, Fault, Owned, Table, Trigger};

/// What an erasure does to the rows of a table that belong to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are deleted.
    Goes,
    /// These columns become null, the rows stay.
    Emptied(&'static [&'static str]),
    /// They stay, because of this law.
    Stays(&'static str),
}

/// The fate of the rows of `table`.
pub fn fate(table: &Table) -> Fate {
    match (table.retention.law, table.retention.trigger, table.retention.end) {
        (Some(law), _, _) => Fate::Stays(law),
        (None, Trigger::WithOwner, End::Null(columns)) => Fate::Emptied(columns),
        (None, _, _) => Fate::Goes,
    }
}

/// True for the table of wrapped keys: its rows go by class, not by the walk.
pub(crate) fn holds_keys(table: &Table) -> bool {
    table.name == KEYS
}

/// The kernel's table of wrapped keys.
const KEYS: &str = "kernel_key";

/// Tables whose rows belong to somebody, in the order of the map.
pub fn owned(map: &DataMap) -> impl Iterator<Item = &Table> {
    map.tables.values().filter(|table| map.owner_chain(table).is_some_and(|chain| chain.last().is_some_and(|last| last.owned != Owned::ByNobody)))
}

/// Tables whose rows belong to somebody and are about somebody, or belong to rows that are.
pub fn personal(map: &DataMap) -> impl Iterator<Item = &Table> {
    owned(map).filter(|table| !holds_keys(table))
}

/// Key classes that an erasure destroys and those that a law keeps: a class stays as long as a
/// table that the law keeps is sealed under it.
pub fn classes(map: &DataMap) -> (Vec<Class>, Vec<Class>) {
    let mut stay: Vec<Class> = map.tables.values().filter(|table| matches!(fate(table), Fate::Stays(_))).flat_map(|table| table.classes()).collect();
    stay.sort_unstable();
    stay.dedup();
    let all = [Class::Account, Class::TaxRecord, Class::Security, Class::Activity, Class::Content];
    (all.into_iter().filter(|class| !stay.contains(class)).collect(), stay)
}

/// What this domain demands of a map beyond the kernel's lint: a law can keep rows only if it also
/// keeps the rows through which they belong to somebody.
pub fn lint(map: &DataMap) -> Vec<Fault> {
    let mut faults = Vec::new();
    for table in owned(map) {
        let Fate::Stays(law) = fate(table) else { continue };
        for next in map.owner_chain(table).unwrap_or_default().iter().skip(1) {
            if !matches!(fate(next), Fate::Stays(_)) {
                faults.push(fault(table, format!("kept by {law}, but it belongs through {}, which is not kept", next.name)));
            }
        }
        if table.retention.trigger == Trigger::WithOwner {
            faults.push(fault(table, format!("kept by {law}, but without a number of days")));
        }
    }
    faults
}

fn fault(table: &Table, what: String) -> Fault {
    Fault { place: table.name.to_owned(), what }
}
