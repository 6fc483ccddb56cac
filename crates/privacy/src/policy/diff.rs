//! What changed between two policies, and whom that must be told: nothing, a notice, a notice with
//! a window, or a notice and new consent. Computed, never judged by hand; continued use is no consent.

use std::collections::BTreeMap;

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
}

/// All differences, and the strongest demand among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// The strongest demand.
    pub materiality: Materiality,
    /// Each difference.
    pub changes: Vec<Change>,
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
        self.0.push(Change { place: place.to_owned(), what: what.into(), materiality });
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
                (None, Some(after)) if after.optional => self.add(key, "a new optional purpose", Materiality::NoticeAndNewConsent),
                (None, Some(_)) => self.add(key, "a new purpose", Materiality::NoticeWithWindow),
                (Some(_), None) => self.add(key, "a purpose that ended", Materiality::Notice),
                (Some(before), Some(after)) if before.optional != after.optional => {
                    self.add(key, "its being optional changed", Materiality::NoticeAndNewConsent);
                }
                (Some(before), Some(after)) if before.text != after.text => {
                    let demand = if after.optional { Materiality::NoticeAndNewConsent } else { Materiality::NoticeWithWindow };
                    self.add(key, "the purpose reads differently", demand);
                }
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
        if item.uses.iter().any(|one| one.basis == "consent") {
            self.add(name, "is new and rests on consent", Materiality::NoticeAndNewConsent);
        } else if item.plane == "customer" {
            self.add(name, "is new in what customers themselves store", Materiality::Notice);
        } else {
            self.add(name, "is new", Materiality::NoticeWithWindow);
        }
    }

    fn item(&mut self, name: &str, was: &Item, is: &Item) {
        for one in is.uses.iter().filter(|one| !was.uses.contains(one)) {
            let demand = if one.basis == "consent" { Materiality::NoticeAndNewConsent } else { Materiality::NoticeWithWindow };
            self.add(name, format!("is now used for {} on {}", one.purpose, one.basis), demand);
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
        if further.iter().any(|one| new.purposes.get(*one).is_some_and(|purpose| purpose.optional)) {
            self.add(key, "receives for a further optional purpose", Materiality::NoticeAndNewConsent);
        } else if wider || !further.is_empty() {
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
                (None, Some(after)) if after.optional => self.add(name, "a new optional cookie", Materiality::NoticeAndNewConsent),
                (None, Some(_)) => self.add(name, "a new necessary cookie", Materiality::Notice),
                (Some(_), None) => self.add(name, "a cookie that is gone", Materiality::Notice),
                (Some(before), Some(after)) if before != after => {
                    let demand = if after.optional || before.optional { Materiality::NoticeAndNewConsent } else { Materiality::Notice };
                    self.add(name, "a cookie that changed", demand);
                }
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
