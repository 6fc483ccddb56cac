//! Compares the map with itself and with the live database, both directions.
//! The server runs it at start and refuses to start on any fault.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::entry::{ExportAs, Protection, Source};
use super::registry::DataMap;
use super::table::{End, Owned, Table, Trigger};
use super::vocabulary::{Basis, Plane, Subject};

/// Tables and their columns as the database has them.
pub type LiveSchema = BTreeMap<String, BTreeSet<String>>;

/// One thing that is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// Entry, table, cookie or recipient.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

pub(super) fn fault(place: impl Into<String>, what: impl Into<String>) -> Fault {
    Fault { place: place.into(), what: what.into() }
}

impl DataMap {
    /// Everything that is wrong with the map, alone and against `live`. Empty means it may run.
    pub fn lint(&self, live: &LiveSchema) -> Vec<Fault> {
        let mut faults = self.lint_against(live);
        for table in self.tables.values() {
            self.lint_table(table, &mut faults);
        }
        self.lint_words(&mut faults);
        faults.sort();
        faults
    }

    fn lint_against(&self, live: &LiveSchema) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (name, columns) in live {
            let Some(table) = self.tables.get(name.as_str()) else {
                faults.push(fault(name, "a table that the map does not know; describe it in the domain's data_map.rs"));
                continue;
            };
            for column in columns {
                if table.column(column).is_none() {
                    faults.push(fault(table.entry_name(column), "a column that the map does not know; add an entry in the domain's data_map.rs"));
                }
            }
            for entry in table.columns {
                if !columns.contains(entry.column) {
                    faults.push(fault(table.entry_name(entry.column), "in the map, but the database has no such column; remove the entry or add a migration"));
                }
            }
        }
        for name in self.tables.keys() {
            if !live.contains_key(*name) {
                faults.push(fault(*name, "in the map, but the database has no such table; remove it or add a migration"));
            }
        }
        faults
    }

    fn lint_table(&self, table: &Table, faults: &mut Vec<Fault>) {
        if self.owner_chain(table).is_none() {
            faults.push(fault(table.name, "its owner cannot be found: the chain is broken or circular"));
        }
        if table.is_personal() && table.subject == Subject::None {
            faults.push(fault(table.name, "holds personal entries but names no subject class"));
        }
        if table.is_personal() && table.owned == Owned::ByNobody && table.retention.trigger == Trigger::Never {
            faults.push(fault(table.name, "holds personal entries for ever; give it an owner or a term"));
        }
        for column in self.columns_named_by(table) {
            if table.column(column).is_none() {
                faults.push(fault(table.name, format!("names the column {column}, which it does not have")));
            }
        }
        for entry in table.columns {
            self.lint_entry(table, entry, faults);
        }
    }

    fn columns_named_by(&self, table: &Table) -> Vec<&'static str> {
        let mut named: Vec<&'static str> = table.key.to_vec();
        match table.owned {
            Owned::ByPerson { column } | Owned::ByOrganisation { column } | Owned::Through { column, .. } => named.push(column),
            Owned::ByNobody => {}
        }
        if let Trigger::After(column) = table.retention.trigger {
            named.push(column);
        }
        if let End::Null(columns) = table.retention.end {
            named.extend_from_slice(columns);
        }
        named
    }

    fn lint_entry(&self, table: &Table, entry: &super::Entry, faults: &mut Vec<Fault>) {
        let name = table.entry_name(entry.column);
        if let ExportAs::WithheldWhere { when, .. } = entry.export
            && !table.columns.iter().any(|column| column.column == when)
        {
            faults.push(fault(&name, format!("is withheld where {when} says so, which is no column of its table")));
        }
        match (entry.plane, entry.category) {
            (Plane::System, Some(_)) => faults.push(fault(&name, "a personal category on the system plane; put it on the plane it belongs to")),
            (Plane::System, None) if entry.not_personal.is_none_or(str::is_empty) => {
                faults.push(fault(&name, "on the system plane without saying why it is not personal"));
            }
            (Plane::System, None) => return,
            (_, None) => faults.push(fault(&name, "has no category")),
            _ => {}
        }
        if entry.uses.is_empty() {
            faults.push(fault(&name, "has no purpose; a value without a purpose may not be stored"));
        }
        for one in entry.uses {
            match one.basis {
                Basis::LegalObligation("") => faults.push(fault(&name, "rests on a law without citing it")),
                Basis::LegitimateInterest("") => faults.push(fault(&name, "rests on a legitimate interest without a balancing note")),
                Basis::Consent if !one.purpose.optional => faults.push(fault(&name, "rests on consent for a purpose that is not optional")),
                Basis::Contract | Basis::LegitimateInterest(_) if one.purpose.optional => {
                    faults.push(fault(&name, "serves an optional purpose without consent"));
                }
                _ => {}
            }
            if one.purpose.key == super::purpose::MARKETING.key && entry.plane == Plane::Customer {
                faults.push(fault(&name, "customer content may never serve marketing"));
            }
        }
        if let Source::Derived(inputs) = entry.source {
            if inputs.is_empty() {
                faults.push(fault(&name, "is derived but names no inputs"));
            }
            for input in inputs {
                if self.entry(input).is_none() {
                    faults.push(fault(&name, format!("is derived from {input}, which is not in the map")));
                }
            }
        }
        if entry.loggable && entry.sealed_class().is_some() {
            faults.push(fault(&name, "is sealed, so it cannot be loggable"));
        }
        if entry.ai_readable && entry.protection == Protection::Verifier {
            faults.push(fault(&name, "is a verifier of a secret, so no model may read it"));
        }
    }
}
