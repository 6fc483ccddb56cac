//! The policy as data: what every text, machine form and comparison is made from. It is built from
//! the running map and the operator's particulars, and from nothing else.

use std::collections::BTreeMap;

use kernel::map::{Basis, DataMap, End, Entry, Plane, Protection, Source, Table, Trigger};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

use super::words::{days_in_words, moment};
use crate::accounts::Operator;

/// Everything that the published texts say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyDocument)]
pub struct Document {
    /// Who the controller is.
    pub operator: Operator,
    /// SHA-256 of the data map, in hexadecimal.
    pub map_digest: String,
    /// Purposes that something in the map serves, by key.
    pub purposes: BTreeMap<String, PurposeText>,
    /// Kinds of stored data that hold something about somebody, by table name.
    pub sections: BTreeMap<String, Section>,
    /// Who receives something, by key.
    pub recipients: BTreeMap<String, RecipientText>,
    /// Cookies and browser storage, by name.
    pub client_keys: BTreeMap<String, ClientKeyText>,
    /// Fields that logs may hold, by name.
    pub log_fields: BTreeMap<String, LogFieldText>,
}

/// A purpose in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PurposeText {
    /// Completes "We use it to …".
    pub text: String,
    /// True when nothing happens before the person said yes.
    pub optional: bool,
    /// fideslang data use.
    pub fides: String,
    /// W3C DPV term.
    pub dpv: String,
    /// The grounds on which entries serve it, in words, each once.
    pub grounds: Vec<String>,
}

/// One kind of stored data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Section {
    /// What people read: "machines".
    pub title: String,
    /// Whom it is about.
    pub subject: String,
    /// How long it is kept.
    pub term: Term,
    /// What is stored, entry by entry.
    pub entries: BTreeMap<String, Item>,
}

/// How long rows are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Term {
    /// `after`, `with_owner` or `never`.
    pub trigger: String,
    /// The column whose instant starts the term.
    pub from: Option<String>,
    /// Days from then.
    pub days: u32,
    /// Columns that are emptied at the end; none means that the row is deleted.
    pub empties: Vec<String>,
    /// The law that makes rows outlive an erasure.
    pub law: Option<String>,
    /// All of this as a sentence.
    pub words: String,
}

/// One stored value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PolicyItem)]
pub struct Item {
    /// Category key.
    pub category: String,
    /// Category in words.
    pub category_text: String,
    /// fideslang data category.
    pub fides: String,
    /// W3C DPV term of the personal data category.
    pub dpv: String,
    /// `service`, `customer` or `partner`.
    pub plane: String,
    /// Where it comes from, in words.
    pub source: String,
    /// Purposes and grounds.
    pub uses: Vec<UseText>,
    /// True when the service cannot be had without it.
    pub required: bool,
    /// How it is protected, in words.
    pub protection: String,
    /// Why it is left out of exports, if it is.
    pub withheld: Option<String>,
    /// May a model read it?
    pub ai_readable: bool,
    /// May logs show it?
    pub loggable: bool,
}

/// A purpose on a ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UseText {
    /// Purpose key.
    pub purpose: String,
    /// `contract`, `consent`, `legal_obligation` or `legitimate_interest`.
    pub basis: String,
    /// The citation or the balancing note, where the basis needs one.
    pub because: Option<String>,
}

/// A recipient in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RecipientText {
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub role: String,
    /// Purpose keys.
    pub purposes: Vec<String>,
    /// Entries that it may receive.
    pub entries: Vec<String>,
    /// Country, or `operator`.
    pub country: String,
    /// Basis of the transfer.
    pub transfer: String,
    /// True when data is sold to it, or shared for ends of its own.
    #[serde(default)]
    pub sale: bool,
}

/// A cookie or storage key in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClientKeyText {
    /// `cookie`, `local_storage` or `session_storage`.
    pub kind: String,
    /// Purpose key.
    pub purpose: String,
    /// True when it waits for a yes.
    pub optional: bool,
    /// What it holds.
    pub text: String,
    /// Seconds; 0 means until the browser closes.
    pub seconds: u64,
    /// The life-time in words.
    pub life: String,
    /// Why it cannot be refused, in words; absent where it can.
    #[serde(default)]
    pub necessary: Option<String>,
    /// `all` pages, or the `console` only.
    #[serde(default)]
    pub pages: String,
    /// The recipient that sets it; absent where we do.
    #[serde(default)]
    pub set_by: Option<String>,
}

/// A log field in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogFieldText {
    /// What it holds.
    pub text: String,
    /// Can it be tied to somebody?
    pub personal: bool,
    /// Days kept.
    pub days: u32,
}

/// The JSON word of a value that serialises as a string.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Document {
    /// Reads the map.
    ///
    /// # Errors
    /// `Conflict` when a particular of the operator is missing: a policy with a hole in it is not published.
    pub fn of(map: &DataMap, operator: &Operator) -> Result<Self> {
        operator.check()?;
        let sections: BTreeMap<String, Section> =
            map.tables.values().filter(|table| table.is_personal()).map(|table| (table.name.to_owned(), section(table))).collect();
        let mut document = Self {
            operator: operator.clone(),
            map_digest: data_encoding::HEXLOWER.encode(&map.digest()),
            purposes: purposes(map),
            sections,
            recipients: map.recipients.values().map(|one| (one.key.to_owned(), recipient(one))).collect(),
            client_keys: map.client_keys.iter().map(|one| (one.name.to_owned(), client_key(one))).collect(),
            log_fields: BTreeMap::new(),
        };
        for field in &map.log_fields {
            let text = LogFieldText { text: field.text.to_owned(), personal: field.personal, days: field.days };
            document.log_fields.insert(field.name.to_owned(), text);
        }
        document.refuse_holes()?;
        Ok(document)
    }

    /// Words that stand for something that nobody filled in.
    fn refuse_holes(&self) -> Result<()> {
        let all = serde_json::to_value(self).map_err(|error| Error::internal("cannot encode the policy").caused_by(error))?;
        match hole(&all) {
            Some(text) => Err(Error::conflict(format!("The policy cannot be published: “{text}” stands where a fact should be."))),
            None => Ok(()),
        }
    }
}

/// The first text with a placeholder in it.
fn hole(value: &serde_json::Value) -> Option<&str> {
    match value {
        serde_json::Value::String(text) => ["{{", "}}", "[[", "]]", "TBD", "lorem ipsum"].iter().any(|one| text.contains(one)).then_some(text),
        serde_json::Value::Array(list) => list.iter().find_map(hole),
        serde_json::Value::Object(fields) => fields.values().find_map(hole),
        _ => None,
    }
}

fn purposes(map: &DataMap) -> BTreeMap<String, PurposeText> {
    let mut all: BTreeMap<String, PurposeText> = BTreeMap::new();
    let mut add = |purpose: &kernel::map::Purpose, ground: Option<String>| {
        let text = all.entry(purpose.key.to_owned()).or_insert_with(|| PurposeText {
            text: purpose.text.to_owned(),
            optional: purpose.optional,
            fides: purpose.fides.to_owned(),
            dpv: purpose.dpv.to_owned(),
            grounds: Vec::new(),
        });
        if let Some(ground) = ground.filter(|ground| !text.grounds.contains(ground)) {
            text.grounds.push(ground);
        }
    };
    for (_, entry) in map.entries() {
        for one in entry.uses {
            add(one.purpose, Some(ground(one.basis)));
        }
    }
    for recipient in map.recipients.values() {
        for purpose in recipient.purposes {
            add(purpose, None);
        }
    }
    for key in &map.client_keys {
        let ground = if key.purpose.optional { ground(Basis::Consent) } else { "it is strictly necessary (ePrivacy Directive Art. 5(3))".to_owned() };
        add(key.purpose, Some(ground));
    }
    all
}

fn ground(basis: Basis) -> String {
    match basis {
        Basis::Contract => "our contract with you (GDPR Art. 6(1)(b))".to_owned(),
        Basis::Consent => "your consent (GDPR Art. 6(1)(a))".to_owned(),
        Basis::LegalObligation(law) => format!("a legal duty (GDPR Art. 6(1)(c)): {law}"),
        Basis::LegitimateInterest(note) => format!("our legitimate interest (GDPR Art. 6(1)(f)): {note}"),
    }
}

fn section(table: &Table) -> Section {
    let entries = table.columns.iter().filter_map(|entry| Some((table.entry_name(entry.column), item(entry)?))).collect();
    Section { title: table.title.to_owned(), subject: word(&table.subject), term: term(table), entries }
}

fn item(entry: &Entry) -> Option<Item> {
    let category = entry.category?;
    let source = match entry.source {
        Source::Given => "you give it to us".to_owned(),
        Source::Observed => "we observe it when you use the service".to_owned(),
        Source::Derived(from) => format!("we derive it from {}", from.join(", ")),
        Source::ThirdParty(who) => format!("{who} tells us"),
    };
    let protection = match entry.protection {
        Protection::SealedToPerson(_) => "encrypted under a key of yours",
        Protection::SealedToOrganisation(_) => "encrypted under a key of your organisation",
        Protection::BlindIndex => "kept only as a keyed hash",
        Protection::Verifier => "kept only as a one-way verifier",
        Protection::Instance => "on our encrypted connections and protected storage",
    };
    let uses = entry
        .uses
        .iter()
        .map(|one| {
            let (basis, because) = match one.basis {
                Basis::Contract => ("contract", None),
                Basis::Consent => ("consent", None),
                Basis::LegalObligation(law) => ("legal_obligation", Some(law.to_owned())),
                Basis::LegitimateInterest(note) => ("legitimate_interest", Some(note.to_owned())),
            };
            UseText { purpose: one.purpose.key.to_owned(), basis: basis.to_owned(), because }
        })
        .collect();
    Some(Item {
        category: category.key.to_owned(),
        category_text: category.text.to_owned(),
        fides: category.fides.to_owned(),
        dpv: category.dpv.to_owned(),
        plane: match entry.plane {
            Plane::System => "service".to_owned(),
            plane => word(&plane),
        },
        source,
        uses,
        required: entry.required,
        protection: protection.to_owned(),
        withheld: entry.export.withheld_because().map(str::to_owned),
        ai_readable: entry.ai_readable,
        loggable: entry.loggable,
    })
}

/// The retention of a table in numbers and words; the sweeper reads the same value of the map.
pub fn term(table: &Table) -> Term {
    let empties = match table.retention.end {
        End::Delete => Vec::new(),
        End::Null(columns) => columns.iter().map(|column| (*column).to_owned()).collect(),
    };
    let end = if empties.is_empty() { "deleted".to_owned() } else { format!("emptied of {}", empties.join(", ")) };
    let days = table.retention.days;
    let (trigger, from, mut words) = match table.retention.trigger {
        Trigger::After(column) => ("after", Some(column.to_owned()), format!("{end} {} after {}", days_in_words(days), moment(column))),
        Trigger::WithOwner => ("with_owner", None, format!("{end} with the account")),
        Trigger::Never => ("never", None, "kept for the life of the installation".to_owned()),
    };
    match (table.retention.law, table.retention.trigger) {
        (Some(law), _) => words.push_str(&format!("; kept until then even if you erase your account, because of {law}")),
        (None, Trigger::After(_)) => words.push_str(", or with the account if that comes first"),
        (None, _) => {}
    }
    Term { trigger: trigger.to_owned(), from, days, empties, law: table.retention.law.map(str::to_owned), words }
}

fn recipient(one: &kernel::map::Recipient) -> RecipientText {
    RecipientText {
        name: one.name.to_owned(),
        role: one.role.to_owned(),
        purposes: one.purposes.iter().map(|purpose| purpose.key.to_owned()).collect(),
        entries: one.entries.iter().map(|entry| (*entry).to_owned()).collect(),
        country: one.country.to_owned(),
        transfer: one.transfer.to_owned(),
        sale: one.sale,
    }
}

fn client_key(one: &kernel::map::ClientKey) -> ClientKeyText {
    let life = match one.seconds {
        0 if one.kind == "local_storage" => "until you remove it".to_owned(),
        0 => "until the browser closes".to_owned(),
        seconds if seconds % 86_400 == 0 => days_in_words(u32::try_from(seconds / 86_400).unwrap_or(u32::MAX)),
        seconds if seconds % 3_600 == 0 => format!("{} h", seconds / 3_600),
        seconds => format!("{seconds} s"),
    };
    ClientKeyText {
        kind: one.kind.to_owned(),
        purpose: one.purpose.key.to_owned(),
        optional: one.purpose.optional,
        text: one.text.to_owned(),
        seconds: one.seconds,
        life,
        necessary: one.necessary.map(|why| why.text().to_owned()),
        pages: word(&one.pages),
        set_by: one.set_by.map(str::to_owned),
    }
}
