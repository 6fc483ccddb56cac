//! What changed between two policies, and whom that must be told: nothing, a notice, a notice with
//! a window, or a notice and new consent. Computed, never judged by hand; continued use is no consent.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::document::{Document, Item, RecipientText, Term};

/// What a change asks for; later is stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Materiality {
    /// Nobody need be told.
    Nothing,
    /// A notice; the change is in force at once because it takes nothing away.
    Notice,
    /// A notice, and time to leave before it is in force.
    NoticeWithWindow,
    /// A notice, and nothing optional happens until people chose anew.
    NoticeAndNewConsent,
}

impl Materiality {
    /// Its word in the database and in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Notice => "notice",
            Self::NoticeWithWindow => "notice_with_window",
            Self::NoticeAndNewConsent => "notice_and_new_consent",
        }
    }

    /// From its word; an unknown one counts as the strongest.
    pub(crate) fn of_key(key: &str) -> Self {
        [Self::Nothing, Self::Notice, Self::NoticeWithWindow].into_iter().find(|one| one.key() == key).unwrap_or(Self::NoticeAndNewConsent)
    }
}

/// One difference in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Change {
    /// What it is about: an entry, recipient, cookie or particular.
    pub place: String,
    /// What is different.
    pub what: String,
    /// What it asks for.
    pub materiality: Materiality,
    /// The optional purpose that people choose about anew because of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<String>,
}

/// All differences, and the strongest demand among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// The strongest demand.
    pub materiality: Materiality,
    /// Each difference.
    pub changes: Vec<Change>,
}

impl Difference {
    /// True when people get time before it is in force. What is optional needs none: it waits for a yes.
    pub fn needs_window(&self) -> bool {
        self.changes.iter().any(|change| change.materiality == Materiality::NoticeWithWindow)
    }

    /// The optional purposes that people choose about anew.
    pub fn asks(&self) -> BTreeSet<&str> {
        self.changes.iter().filter_map(|change| change.asks.as_deref()).collect()
    }
}

/// Compares `old` with `new`.
pub fn difference(old: &Document, new: &Document) -> Difference {
    let mut changes = Changes(Vec::new());
    changes.operator(old, new);
    changes.purposes(old, new);
    changes.sections(old, new);
    changes.recipients(old, new);
    changes.client_keys(old, new);
    changes.log_fields(old, new);
    let materiality = changes.0.iter().map(|change| change.materiality).max().unwrap_or(Materiality::Nothing);
    Difference { materiality, changes: changes.0 }
}

struct Changes(Vec<Change>);

/// Keys of both maps with what each has under them.
fn pairs<'a, T>(old: &'a BTreeMap<String, T>, new: &'a BTreeMap<String, T>) -> impl Iterator<Item = (&'a str, Option<&'a T>, Option<&'a T>)> {
    let gone = old.iter().filter(|(key, _)| !new.contains_key(*key)).map(|(key, value)| (key.as_str(), Some(value), None));
    gone.chain(new.iter().map(|(key, value)| (key.as_str(), old.get(key), Some(value))))
}

impl Changes {
    fn add(&mut self, place: &str, what: impl Into<String>, materiality: Materiality) {
        self.0.push(Change { place: place.to_owned(), what: what.into(), materiality, asks: None });
    }

    /// A difference after which what people chose about `purpose` counts no more.
    fn ask(&mut self, purpose: &str, place: &str, what: impl Into<String>) {
        let materiality = Materiality::NoticeAndNewConsent;
        self.0.push(Change { place: place.to_owned(), what: what.into(), materiality, asks: Some(purpose.to_owned()) });
    }

    fn operator(&mut self, old: &Document, new: &Document) {
        if old.operator.legal_name != new.operator.legal_name {
            self.add("operator.legal_name", "another controller", Materiality::NoticeWithWindow);
        }
        if old.operator.country != new.operator.country {
            self.add("operator.country", "another country", Materiality::NoticeWithWindow);
        }
        if old.operator.address != new.operator.address || old.operator.privacy_email != new.operator.privacy_email {
            self.add("operator.contact", "other contact particulars", Materiality::Notice);
        }
    }

    fn purposes(&mut self, old: &Document, new: &Document) {
        for (key, before, after) in pairs(&old.purposes, &new.purposes) {
            match (before, after) {
                (None, Some(after)) if after.optional => self.ask(key, key, "a new optional purpose"),
                (None, Some(_)) => self.add(key, "a new purpose", Materiality::NoticeWithWindow),
                (Some(_), None) => self.add(key, "a purpose that ended", Materiality::Notice),
                (Some(before), Some(after)) if before.optional && !after.optional => self.add(key, "is not optional any more", Materiality::NoticeWithWindow),
                (Some(before), Some(after)) if before.optional != after.optional => self.ask(key, key, "is optional now"),
                (Some(before), Some(after)) if before.text != after.text && after.optional => self.ask(key, key, "the purpose reads differently"),
                (Some(before), Some(after)) if before.text != after.text => self.add(key, "the purpose reads differently", Materiality::NoticeWithWindow),
                _ => {}
            }
        }
    }

    fn sections(&mut self, old: &Document, new: &Document) {
        for (name, before, after) in pairs(&old.sections, &new.sections) {
            match (before, after) {
                (Some(_), None) => self.add(name, "is not kept any more", Materiality::Notice),
                (None, Some(after)) => {
                    for (entry, item) in &after.entries {
                        self.new_item(entry, item);
                    }
                }
                (Some(before), Some(after)) => {
                    self.term(name, &before.term, &after.term);
                    for (entry, was, is) in pairs(&before.entries, &after.entries) {
                        match (was, is) {
                            (Some(_), None) => self.add(entry, "is not stored any more", Materiality::Notice),
                            (None, Some(is)) => self.new_item(entry, is),
                            (Some(was), Some(is)) => self.item(entry, was, is),
                            (None, None) => {}
                        }
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn new_item(&mut self, name: &str, item: &Item) {
        let by_consent: Vec<_> = item.uses.iter().filter(|one| one.basis == "consent").collect();
        for one in &by_consent {
            self.ask(&one.purpose, name, "is new and rests on consent");
        }
        if by_consent.len() == item.uses.len() && !by_consent.is_empty() {
            // Nothing of it happens before a yes.
        } else if item.plane == "customer" {
            self.add(name, "is new in what customers themselves store", Materiality::Notice);
        } else {
            self.add(name, "is new", Materiality::NoticeWithWindow);
        }
    }

    fn item(&mut self, name: &str, was: &Item, is: &Item) {
        for one in is.uses.iter().filter(|one| !was.uses.contains(one)) {
            let what = format!("is now used for {} on {}", one.purpose, one.basis);
            if one.basis == "consent" { self.ask(&one.purpose, name, what) } else { self.add(name, what, Materiality::NoticeWithWindow) }
        }
        for one in was.uses.iter().filter(|one| !is.uses.contains(one)) {
            self.add(name, format!("is not used for {} on {} any more", one.purpose, one.basis), Materiality::Notice);
        }
        if is.required && !was.required {
            self.add(name, "is required now", Materiality::NoticeWithWindow);
        } else if is.required != was.required {
            self.add(name, "may be left out now", Materiality::Notice);
        }
        if (&was.category, &was.plane, &was.source) != (&is.category, &is.plane, &is.source) {
            self.add(name, "its category, plane or source changed", Materiality::NoticeWithWindow);
        }
        if was.protection != is.protection {
            self.add(name, "is protected differently", Materiality::Notice);
        }
        if is.ai_readable && !was.ai_readable {
            self.add(name, "a model may read it now", Materiality::NoticeWithWindow);
        } else if is.ai_readable != was.ai_readable {
            self.add(name, "no model may read it any more", Materiality::Notice);
        }
        if is.loggable != was.loggable || is.withheld != was.withheld {
            self.add(name, "its place in logs or exports changed", Materiality::Notice);
        }
    }

    fn term(&mut self, name: &str, was: &Term, is: &Term) {
        if was == is {
            return;
        }
        let longer = is.days > was.days || is.trigger != was.trigger || is.from != was.from || is.law != was.law || is.empties != was.empties;
        let demand = if longer { Materiality::NoticeWithWindow } else { Materiality::Notice };
        self.add(name, format!("kept differently: {}", is.words), demand);
    }

    fn recipients(&mut self, old: &Document, new: &Document) {
        for (key, before, after) in pairs(&old.recipients, &new.recipients) {
            match (before, after) {
                (None, Some(_)) => self.add(key, "a new recipient", Materiality::NoticeWithWindow),
                (Some(_), None) => self.add(key, "receives nothing any more", Materiality::Notice),
                (Some(before), Some(after)) => self.recipient(new, key, before, after),
                (None, None) => {}
            }
        }
    }

    fn recipient(&mut self, new: &Document, key: &str, before: &RecipientText, after: &RecipientText) {
        let wider = after.entries.iter().any(|one| !before.entries.contains(one));
        let further: Vec<&String> = after.purposes.iter().filter(|one| !before.purposes.contains(one)).collect();
        let (optional, others): (Vec<_>, Vec<_>) = further.into_iter().partition(|one| new.purposes.get(*one).is_some_and(|purpose| purpose.optional));
        for purpose in &optional {
            self.ask(purpose, key, "receives for a further optional purpose");
        }
        if !others.is_empty() || (wider && optional.is_empty()) {
            self.add(key, "receives more", Materiality::NoticeWithWindow);
        }
        if (&before.country, &before.transfer, &before.name) != (&after.country, &after.transfer, &after.name) {
            self.add(key, "its name, country or basis of transfer changed", Materiality::NoticeWithWindow);
        }
        if before.role != after.role || after.entries.len() < before.entries.len() || after.purposes.len() < before.purposes.len() {
            self.add(key, "its role changed or it receives less", Materiality::Notice);
        }
    }

    fn client_keys(&mut self, old: &Document, new: &Document) {
        for (name, before, after) in pairs(&old.client_keys, &new.client_keys) {
            match (before, after) {
                (None, Some(after)) if after.optional => self.ask(&after.purpose, name, "a new optional cookie or storage key"),
                (None, Some(_)) => self.add(name, "a new necessary cookie or storage key", Materiality::Notice),
                (Some(_), None) => self.add(name, "a cookie or storage key that is gone", Materiality::Notice),
                (Some(before), Some(after)) if before != after && after.optional => {
                    self.ask(&after.purpose, name, "an optional cookie or storage key that changed")
                }
                (Some(before), Some(after)) if before != after => self.add(name, "a cookie or storage key that changed", Materiality::Notice),
                _ => {}
            }
        }
    }

    fn log_fields(&mut self, old: &Document, new: &Document) {
        for (name, before, after) in pairs(&old.log_fields, &new.log_fields) {
            match (before, after) {
                (None, Some(after)) if after.personal => self.add(name, "a new personal log field", Materiality::NoticeWithWindow),
                (Some(before), Some(after)) if after.personal && after.days > before.days => {
                    self.add(name, "a log field is kept longer", Materiality::NoticeWithWindow);
                }
                (before, after) if before != after => self.add(name, "the list of log fields changed", Materiality::Notice),
                _ => {}
            }
        }
    }
}
