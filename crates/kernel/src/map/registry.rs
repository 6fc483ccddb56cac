//! The running map: what all domains declared, indexed for the gate, the exporter and the texts.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::entry::Entry;
use super::table::{ClientKey, LogField, Owned, Recipient, Table};
use super::vocabulary::{Purpose, purpose};

/// The whole map of an installation.
#[derive(Debug, Clone, Serialize)]
pub struct DataMap {
    /// Tables by name.
    pub tables: BTreeMap<&'static str, Table>,
    /// Cookies and storage keys.
    pub client_keys: Vec<ClientKey>,
    /// Log fields.
    pub log_fields: Vec<LogField>,
    /// Recipients by key.
    pub recipients: BTreeMap<&'static str, Recipient>,
    /// Optional purposes that people are asked about.
    pub choices: Vec<&'static Purpose>,
    /// Hosts of recipients, where the configuration fixes them; egress goes to no others.
    #[serde(skip)]
    pub(crate) hosts: BTreeMap<&'static str, Vec<String>>,
    #[serde(skip)]
    entries: BTreeMap<String, (&'static str, Entry)>,
}

impl DataMap {
    /// An empty map.
    pub fn new() -> Self {
        Self {
            tables: BTreeMap::new(),
            client_keys: Vec::new(),
            log_fields: Vec::new(),
            recipients: BTreeMap::new(),
            choices: purpose::CHOICES.to_vec(),
            hosts: BTreeMap::new(),
            entries: BTreeMap::new(),
        }
    }

    /// Adds tables.
    #[must_use]
    pub fn with_tables(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        for table in tables {
            for entry in table.columns {
                self.entries.insert(table.entry_name(entry.column), (table.name, *entry));
            }
            self.tables.insert(table.name, table);
        }
        self
    }

    /// Adds cookies and storage keys.
    #[must_use]
    pub fn with_client_keys(mut self, keys: &[ClientKey]) -> Self {
        self.client_keys.extend_from_slice(keys);
        self
    }

    /// Adds log fields.
    #[must_use]
    pub fn with_log_fields(mut self, fields: &[LogField]) -> Self {
        self.log_fields.extend_from_slice(fields);
        self
    }

    /// Asks people about these optional purposes instead of the usual ones.
    #[must_use]
    pub fn with_choices(mut self, choices: &[&'static Purpose]) -> Self {
        self.choices = choices.to_vec();
        self
    }

    /// Adds recipients.
    #[must_use]
    pub fn with_recipients(mut self, recipients: &[Recipient]) -> Self {
        self.recipients.extend(recipients.iter().map(|one| (one.key, *one)));
        self
    }

    /// An entry by its full name, for example `identity.person.email`.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name).map(|(_, entry)| entry)
    }

    /// All entries with their full names, in order.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, (_, entry))| (name.as_str(), entry))
    }

    /// The table that `table` belongs through, followed to the one that names the owner.
    /// `None` when the chain is broken or circular.
    pub fn owner_chain(&self, table: &Table) -> Option<Vec<Table>> {
        let mut chain = vec![*table];
        let mut owned = table.owned;
        while let Owned::Through { table: next, .. } = owned {
            let next = *self.tables.get(next)?;
            if chain.iter().any(|seen| seen.name == next.name) {
                return None;
            }
            owned = next.owned;
            chain.push(next);
        }
        Some(chain)
    }

    /// SHA-256 of the map in its JSON form: the version that policies and certificates name.
    pub fn digest(&self) -> [u8; 32] {
        let json = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(&json).into()
    }
}

impl Default for DataMap {
    fn default() -> Self {
        Self::new()
    }
}
