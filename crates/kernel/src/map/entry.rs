//! One column of one table, described. Built with const functions so that a domain's map reads as a list.

use serde::Serialize;

use super::vocabulary::{Category, Class, Plane, Use};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "source", content = "from", rename_all = "snake_case")]
pub enum Source {
    /// The person typed it or sent it.
    Given,
    /// We saw it happen.
    Observed,
    /// We computed it from other entries, which are named.
    Derived(&'static [&'static str]),
    /// Somebody else told us.
    ThirdParty(&'static str),
}

/// How a value is protected where it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "protection", content = "class", rename_all = "snake_case")]
pub enum Protection {
    /// Sealed under the key of the person it is about.
    SealedToPerson(Class),
    /// Sealed under the key of the organisation it belongs to.
    SealedToOrganisation(Class),
    /// A keyed hash, for finding equals only.
    BlindIndex,
    /// A one-way verifier such as a password hash.
    Verifier,
    /// Readable by the instance.
    Instance,
}

/// How a value appears in a person's export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "export", content = "because", rename_all = "snake_case")]
pub enum ExportAs {
    /// As it is, opened if sealed.
    Value,
    /// Not at all, for a reason that the export states.
    Withheld(&'static str),
    /// Not in the rows in which the column `when` of the same table is true, for a reason that the export states.
    WithheldWhere {
        /// The column.
        when: &'static str,
        /// The reason.
        why: &'static str,
    },
}

impl ExportAs {
    /// Why it is left out of exports, of all rows or of some.
    pub const fn withheld_because(self) -> Option<&'static str> {
        match self {
            Self::Value => None,
            Self::Withheld(why) | Self::WithheldWhere { why, .. } => Some(why),
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Entry {
    /// The column's name.
    pub column: &'static str,
    /// Who decides about it.
    pub plane: Plane,
    /// What it is; `None` only on the system plane.
    pub category: Option<&'static Category>,
    /// For the system plane: why it is not personal.
    pub not_personal: Option<&'static str>,
    /// Where it comes from.
    pub source: Source,
    /// What it is used for. Empty only on the system plane.
    pub uses: &'static [Use],
    /// True when the service cannot be had without it.
    pub required: bool,
    /// How it is protected.
    pub protection: Protection,
    /// How it is exported.
    pub export: ExportAs,
    /// May a model read it (redacted otherwise)?
    pub ai_readable: bool,
    /// May it be written to logs?
    pub loggable: bool,
    /// Map version in which it appeared.
    pub since: u32,
}

impl Entry {
    /// A column that says nothing about anybody, with the reason.
    pub const fn system(column: &'static str, why: &'static str) -> Self {
        Self {
            column,
            plane: Plane::System,
            category: None,
            not_personal: Some(why),
            source: Source::Observed,
            uses: &[],
            required: true,
            protection: Protection::Instance,
            export: ExportAs::Value,
            ai_readable: false,
            loggable: true,
            since: 1,
        }
    }

    /// A column about somebody, on the service plane, given by them, required, readable by the instance.
    pub const fn personal(column: &'static str, category: &'static Category, uses: &'static [Use]) -> Self {
        Self {
            column,
            plane: Plane::Service,
            category: Some(category),
            not_personal: None,
            source: Source::Given,
            uses,
            required: true,
            protection: Protection::Instance,
            export: ExportAs::Value,
            ai_readable: false,
            loggable: false,
            since: 1,
        }
    }

    /// Sealed under the person's key of `class`.
    pub const fn sealed_to_person(mut self, class: Class) -> Self {
        self.protection = Protection::SealedToPerson(class);
        self
    }

    /// Sealed under the organisation's key of `class`.
    pub const fn sealed_to_organisation(mut self, class: Class) -> Self {
        self.protection = Protection::SealedToOrganisation(class);
        self
    }

    /// A keyed hash of the entries in `of`; useless outside, so it is not exported.
    pub const fn blind_index(mut self, of: &'static [&'static str]) -> Self {
        self.protection = Protection::BlindIndex;
        self.source = Source::Derived(of);
        self.export = ExportAs::Withheld("a keyed hash of a value that is exported itself");
        self
    }

    /// A one-way verifier of a secret.
    pub const fn verifier(mut self) -> Self {
        self.protection = Protection::Verifier;
        self.export = ExportAs::Withheld("a verifier of a secret; exporting it would only help an attacker");
        self
    }

    /// We saw it happen.
    pub const fn observed(mut self) -> Self {
        self.source = Source::Observed;
        self
    }

    /// Computed from other entries.
    pub const fn derived(mut self, from: &'static [&'static str]) -> Self {
        self.source = Source::Derived(from);
        self
    }

    /// People may leave it out.
    pub const fn not_required(mut self) -> Self {
        self.required = false;
        self
    }

    /// Customers decide about it, we only process it.
    pub const fn customer_plane(mut self) -> Self {
        self.plane = Plane::Customer;
        self
    }

    /// Left out of exports, for a reason.
    pub const fn withheld(mut self, why: &'static str) -> Self {
        self.export = ExportAs::Withheld(why);
        self
    }

    /// Left out of exports in rows where the column `when` is true, for a reason.
    pub const fn withheld_where(mut self, when: &'static str, why: &'static str) -> Self {
        self.export = ExportAs::WithheldWhere { when, why };
        self
    }

    /// Logs may show it: only for identifiers that mean nothing outside.
    pub const fn loggable(mut self) -> Self {
        self.loggable = true;
        self
    }

    /// A model may read it.
    pub const fn ai_readable(mut self) -> Self {
        self.ai_readable = true;
        self
    }

    /// Appeared in a later version of the map.
    pub const fn since(mut self, version: u32) -> Self {
        self.since = version;
        self
    }

    /// True when it is about somebody.
    pub fn is_personal(&self) -> bool {
        self.category.is_some()
    }

    /// The retention class of its sealing key, if it is sealed.
    pub fn sealed_class(&self) -> Option<Class> {
        match self.protection {
            Protection::SealedToPerson(class) | Protection::SealedToOrganisation(class) => Some(class),
            _ => None,
        }
    }

    /// True when `purpose` is among its uses.
    pub fn serves(&self, purpose: &str) -> bool {
        self.uses.iter().any(|one| one.purpose.key == purpose)
    }
}
