//! Tables, cookies, log fields and recipients, described.

use serde::Serialize;

use super::entry::Entry;
use super::vocabulary::{Class, Purpose, Subject};

/// How the rows of a table belong to somebody: what exporter, eraser and sweeper follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "owned", rename_all = "snake_case")]
pub enum Owned {
    /// `column` holds the person's id.
    ByPerson {
        /// Column with the id.
        column: &'static str,
    },
    /// `column` holds the organisation's id.
    ByOrganisation {
        /// Column with the id.
        column: &'static str,
    },
    /// `column` holds the key `key` of a row in `table`, which is owned by somebody.
    Through {
        /// Column in this table.
        column: &'static str,
        /// Full name of the other table.
        table: &'static str,
        /// Column in the other table.
        key: &'static str,
    },
    /// Rows belong to nobody.
    ByNobody,
}

/// When the term begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "trigger", content = "column", rename_all = "snake_case")]
pub enum Trigger {
    /// At the instant in this column; a null means not yet.
    After(&'static str),
    /// Kept while the owner has an account, gone with it.
    WithOwner,
    /// Kept for the life of the installation; only for rows of nobody.
    Never,
}

/// What happens at the end of the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "end", content = "columns", rename_all = "snake_case")]
pub enum End {
    /// The row is deleted.
    Delete,
    /// These columns become null, the row stays.
    Null(&'static [&'static str]),
}

/// How long rows are kept and what then happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Retention {
    /// When the term begins.
    pub trigger: Trigger,
    /// Days from the trigger; 0 means at once.
    pub days: u32,
    /// What happens then.
    pub end: End,
    /// The law that makes rows outlive an erasure, if one does.
    pub law: Option<&'static str>,
}

impl Retention {
    /// Gone with the account.
    pub const WITH_OWNER: Self = Self { trigger: Trigger::WithOwner, days: 0, end: End::Delete, law: None };
    /// For rows of nobody.
    pub const INSTALLATION: Self = Self { trigger: Trigger::Never, days: 0, end: End::Delete, law: None };

    /// Deleted `days` after the instant in `column`, or with the owner if that comes first.
    pub const fn days_after(column: &'static str, days: u32) -> Self {
        Self { trigger: Trigger::After(column), days, end: End::Delete, law: None }
    }

    /// Kept because of `law` until `days` after the instant in `column`, an erasure notwithstanding.
    pub const fn by_law(column: &'static str, days: u32, law: &'static str) -> Self {
        Self { trigger: Trigger::After(column), days, end: End::Delete, law: Some(law) }
    }

    /// The same, ending by nulling columns.
    pub const fn nulling(mut self, columns: &'static [&'static str]) -> Self {
        self.end = End::Null(columns);
        self
    }
}

/// One table with all its columns.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Table {
    /// Its name in the database: `domain_noun`.
    pub name: &'static str,
    /// What people read in exports and policies: "machines".
    pub title: &'static str,
    /// Whom rows are about.
    pub subject: Subject,
    /// How rows belong to somebody.
    pub owned: Owned,
    /// How long rows are kept.
    pub retention: Retention,
    /// Primary key columns.
    pub key: &'static [&'static str],
    /// All columns.
    pub columns: &'static [Entry],
}

impl Table {
    /// Its domain: the part of the name before the first underscore.
    pub fn domain(&self) -> &'static str {
        self.name.split('_').next().unwrap_or(self.name)
    }

    /// Its noun: the rest of the name.
    pub fn noun(&self) -> &'static str {
        self.name.split_once('_').map_or(self.name, |(_, noun)| noun)
    }

    /// The map's name of a column: `domain.noun.column`.
    pub fn entry_name(&self, column: &str) -> String {
        format!("{}.{}.{}", self.domain(), self.noun(), column)
    }

    /// One column.
    pub fn column(&self, name: &str) -> Option<&'static Entry> {
        self.columns.iter().find(|entry| entry.column == name)
    }

    /// True when some column is about somebody.
    pub fn is_personal(&self) -> bool {
        self.columns.iter().any(Entry::is_personal)
    }

    /// The retention classes that its sealed columns use.
    pub fn classes(&self) -> impl Iterator<Item = Class> + '_ {
        self.columns.iter().filter_map(Entry::sealed_class)
    }
}

/// Why something in the browser cannot be refused: the whole list, and nothing else is necessary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Necessary {
    /// It moves people between pages that they asked for, for example to where they were on one.
    Navigation,
    /// It protects people or the service from attacks.
    Security,
    /// It signs people in.
    SignIn,
    /// It keeps them signed in.
    Session,
    /// It carries a form that they fill in, the choices about data included.
    Forms,
    /// It keeps one visit on one server.
    LoadBalancing,
}

impl Necessary {
    /// What the cookie policy says.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Navigation => "page navigation",
            Self::Security => "security",
            Self::SignIn => "account login",
            Self::Session => "session management",
            Self::Forms => "form submissions",
            Self::LoadBalancing => "load balancing",
        }
    }
}

/// Where a cookie or storage key is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pages {
    /// On every page.
    All,
    /// In the console only, which needs an account.
    Console,
}

/// A cookie or browser storage key.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ClientKey {
    /// Its name; a trailing `*` stands for any ending.
    pub name: &'static str,
    /// `cookie`, `local_storage` or `session_storage`.
    pub kind: &'static str,
    /// Why it is there.
    pub purpose: &'static Purpose,
    /// Why nobody can refuse it; `None` if they can.
    pub necessary: Option<Necessary>,
    /// What the cookie policy says it holds.
    pub text: &'static str,
    /// How long it lives, in seconds; 0 means until the browser closes.
    pub seconds: u64,
    /// Where it is used.
    pub pages: Pages,
    /// The recipient that sets it, if it is not us.
    pub set_by: Option<&'static str>,
}

impl ClientKey {
    /// A cookie of ours that the pages cannot work without.
    pub const fn necessary(name: &'static str, purpose: &'static Purpose, why: Necessary, text: &'static str, seconds: u64) -> Self {
        Self { name, kind: "cookie", purpose, necessary: Some(why), text, seconds, pages: Pages::All, set_by: None }
    }

    /// A cookie of ours that waits for a yes.
    pub const fn optional(name: &'static str, purpose: &'static Purpose, text: &'static str, seconds: u64) -> Self {
        Self { name, kind: "cookie", purpose, necessary: None, text, seconds, pages: Pages::All, set_by: None }
    }

    /// Kept in the browser's storage instead: `local_storage` stays, `session_storage` ends with the tab.
    pub const fn stored_in(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Used in the console only.
    pub const fn in_console(mut self) -> Self {
        self.pages = Pages::Console;
        self
    }
}

/// A structured log field that may appear in logs.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LogField {
    /// Its name.
    pub name: &'static str,
    /// What it holds, and why that may be logged.
    pub text: &'static str,
    /// True when it can be tied to somebody.
    pub personal: bool,
    /// Days that log files holding it are kept.
    pub days: u32,
}

/// A company or system outside that may receive data.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Recipient {
    /// Our key, for example `mail.smtp`.
    pub key: &'static str,
    /// What the policy calls it.
    pub name: &'static str,
    /// What it does for us.
    pub role: &'static str,
    /// Purposes for which it may receive something.
    pub purposes: &'static [&'static Purpose],
    /// Map entries that it may receive.
    pub entries: &'static [&'static str],
    /// ISO country, or [`OPERATORS_CHOICE`].
    pub country: &'static str,
    /// Basis of the transfer, when the country is outside the operator's.
    pub transfer: &'static str,
    /// True when it pays for the data or uses it for ends of its own: that is a sale, and refused
    /// as long as nobody can opt out of it.
    pub sale: bool,
}

/// The country of a recipient that the operator chooses; the configuration then says who it is.
pub const OPERATORS_CHOICE: &str = "operator";
