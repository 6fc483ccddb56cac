//! The part of the lint that reads what people will read: purposes that say one thing, cookies that
//! are necessary for a reason out of the list, recipients that are somebody.

use std::collections::BTreeMap;

use super::inventory::names_somebody;
use super::lint::{Fault, fault};
use super::registry::DataMap;
use super::table::{ClientKey, Necessary, OPERATORS_CHOICE, Recipient};
use super::vocabulary::{Basis, Purpose, purpose};

/// Words that make a purpose mean anything.
const VAGUE: [&str; 6] = ["etc.", "and so on", "and the like", "other purposes", "various", "anything"];
/// A purpose in fewer words says too little.
const FEWEST_WORDS: usize = 3;
/// fideslang uses that serve advertising or sell data: out of reach for what customers entrust to us.
const ADVERTISING: [&str; 2] = ["marketing.advertising", "third_party_sharing"];
/// What may rest on [`purpose::OPERATE`] in a browser: nothing but what keeps a visit whole.
const KEEPS_A_VISIT: [Necessary; 3] = [Necessary::Session, Necessary::Forms, Necessary::LoadBalancing];

impl Purpose {
    /// True when it serves advertising of others or a sale.
    pub fn is_advertising(&self) -> bool {
        ADVERTISING.iter().any(|start| self.fides.starts_with(start))
    }

    fn improves(&self) -> bool {
        self.fides.starts_with("functional.service.improve") || self.fides.starts_with("analytics")
    }
}

impl DataMap {
    pub(super) fn lint_words(&self, faults: &mut Vec<Fault>) {
        for (key, purpose) in self.purposes() {
            lint_purpose(key, purpose, faults);
        }
        for (name, entry) in self.entries() {
            for one in entry.uses {
                if one.purpose.is_advertising() {
                    faults.push(fault(name, format!("serves {}, and advertising may read nothing that is stored here", one.purpose.key)));
                }
                if matches!(one.basis, Basis::LegalObligation(_)) && one.purpose.improves() {
                    faults.push(fault(name, format!("rests {} on a legal duty; improving the service is never one", one.purpose.key)));
                }
            }
        }
        for key in &self.client_keys {
            self.lint_client_key(key, faults);
        }
        for recipient in self.recipients.values() {
            self.lint_recipient(recipient, faults);
        }
    }

    /// Every purpose that something in the map names, by key.
    fn purposes(&self) -> BTreeMap<&'static str, &'static Purpose> {
        let of_entries = self.entries().flat_map(|(_, entry)| entry.uses.iter().map(|one| one.purpose));
        let of_recipients = self.recipients.values().flat_map(|one| one.purposes.iter().copied());
        let of_keys = self.client_keys.iter().map(|one| one.purpose);
        of_entries.chain(of_recipients).chain(of_keys).map(|one| (one.key, one)).collect()
    }

    fn lint_client_key(&self, key: &ClientKey, faults: &mut Vec<Fault>) {
        let mut add = |what: &str| faults.push(fault(key.name, what));
        if key.purpose.optional && key.seconds == 0 && key.kind == "cookie" {
            add("an optional cookie needs a life-time, so that the policy can state it");
        }
        match (key.necessary, key.purpose.optional) {
            (None, false) => add("is neither optional nor necessary for a reason out of the list; make its purpose optional or name the reason"),
            (Some(_), true) => add("serves an optional purpose, so it cannot be necessary"),
            _ => {}
        }
        if key.purpose.key == purpose::OPERATE.key && !key.necessary.is_some_and(|why| KEEPS_A_VISIT.contains(&why)) {
            add("rests on running the site, which only session, form and load-balancing items may");
        }
        if let Some(setter) = key.set_by {
            match self.recipients.get(setter) {
                None => add("is set by somebody who is no recipient in the map"),
                Some(_) if key.necessary.is_some() => add("is set by somebody else, so it cannot be necessary"),
                Some(_) => {}
            }
        }
    }

    fn lint_recipient(&self, recipient: &Recipient, faults: &mut Vec<Fault>) {
        let mut add = |what: String| faults.push(fault(recipient.key, what));
        if recipient.purposes.is_empty() {
            add("a recipient without a purpose; name why it receives anything".to_owned());
        }
        if recipient.country != OPERATORS_CHOICE && !names_somebody(recipient.name) {
            add(format!("“{}” is a kind of company; name the one that receives something", recipient.name));
        }
        if recipient.country != OPERATORS_CHOICE && recipient.country.len() != 2 {
            add("a recipient without a country of two letters".to_owned());
        }
        let advertises = recipient.purposes.iter().any(|one| one.is_advertising());
        if (recipient.sale || advertises) && !self.choices.iter().any(|one| one.is_advertising()) {
            add("data would be sold to it or used for advertising, and nobody could opt out; neither is possible before there is a choice about it".to_owned());
        }
        for name in recipient.entries {
            match self.entry(name) {
                None => add(format!("receives {name}, which is not in the map")),
                Some(entry) => {
                    if !recipient.purposes.iter().any(|purpose| entry.serves(purpose.key)) {
                        add(format!("receives {name} for none of that entry's purposes"));
                    }
                }
            }
        }
    }
}

fn lint_purpose(key: &str, purpose: &Purpose, faults: &mut Vec<Fault>) {
    let text = purpose.text.to_lowercase();
    if text.split_whitespace().count() < FEWEST_WORDS {
        faults.push(fault(key, "a purpose in fewer than three words says too little"));
    }
    if let Some(vague) = VAGUE.iter().find(|vague| text.contains(**vague)) {
        faults.push(fault(key, format!("a purpose with “{vague}” in it could mean anything")));
    }
    if text.contains("improv") && !purpose.improves() {
        faults.push(fault(key, "joins improving the service with something else; make it a purpose of its own, with a basis of its own"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{Entry, LiveSchema, Owned, Retention, Subject, Table, Use, category};

    const MAIL: Recipient = Recipient {
        key: "mail",
        name: "Example Mail GmbH",
        role: "carries mail",
        purposes: &[&purpose::NOTICE],
        entries: &[],
        country: "DE",
        transfer: "",
        sale: false,
    };
    const ADS: Purpose = Purpose { key: "ads", text: "show advertisements of others", fides: "marketing.advertising.first_party", dpv: "x", optional: true };

    fn faults(map: &DataMap) -> Vec<String> {
        map.lint(&LiveSchema::new()).iter().map(ToString::to_string).filter(|fault| !fault.contains("no such table")).collect()
    }

    #[track_caller]
    fn refused(map: &DataMap, why: &str) {
        let faults = faults(map);
        assert!(faults.iter().any(|fault| fault.contains(why)), "{why}: {faults:?}");
    }

    fn map_with(purpose: Purpose) -> DataMap {
        let uses: &'static [Use] = Box::leak(Box::new([Use::contract(Box::leak(Box::new(purpose)))]));
        map_using(uses)
    }

    fn map_using(uses: &'static [Use]) -> DataMap {
        let columns: &'static [Entry] = Box::leak(Box::new([Entry::personal("id", &category::IDENTIFIER, uses)]));
        DataMap::new().with_tables([Table {
            name: "toy_person",
            title: "people",
            subject: Subject::Customer,
            owned: Owned::ByPerson { column: "id" },
            retention: Retention::WITH_OWNER,
            key: &["id"],
            columns,
        }])
    }

    #[test]
    fn a_purpose_says_one_thing_and_says_it_in_full() {
        testkit::covers!(213, 256, 304);
        assert_eq!(faults(&map_with(purpose::SERVICE)), Vec::<String>::new());
        refused(&map_with(Purpose { text: "marketing", ..purpose::SERVICE }), "says too little");
        refused(&map_with(Purpose { text: "run machines, networks etc.", ..purpose::SERVICE }), "could mean anything");
        refused(&map_with(Purpose { text: "provide, maintain and improve our platform", ..purpose::SERVICE }), "joins improving");
        refused(&map_with(Purpose { text: "comply with legal duties, and to improve our services", ..purpose::LEGAL }), "joins improving");
        let improves = Purpose { text: "improve our services with counted use", fides: "functional.service.improve", optional: false, ..purpose::SERVICE };
        assert_eq!(faults(&map_with(improves)), Vec::<String>::new());
        let improves: &'static Purpose = Box::leak(Box::new(improves));
        refused(&map_using(Box::leak(Box::new([Use::law(improves, "AO §147")]))), "improving the service is never one");
    }

    #[test]
    fn necessary_is_a_closed_list_and_holds_nothing_optional_and_nothing_of_others() {
        testkit::covers!(76, 89, 90);
        let with = |key: ClientKey| DataMap::new().with_client_keys(&[key]).with_recipients(&[MAIL]);
        let session = ClientKey::necessary("session", &purpose::ACCOUNT, Necessary::Session, "a number", 60);
        assert_eq!(faults(&with(session)), Vec::<String>::new());
        refused(&with(ClientKey { necessary: None, ..session }), "neither optional nor necessary");
        refused(&with(ClientKey { purpose: &purpose::ANALYTICS, ..session }), "cannot be necessary");
        refused(&with(ClientKey { set_by: Some("mail"), ..session }), "set by somebody else");
        refused(&with(ClientKey { set_by: Some("tracker"), necessary: None, purpose: &purpose::ANALYTICS, ..session }), "no recipient in the map");
        let runs = ClientKey { purpose: &purpose::OPERATE, ..session };
        assert_eq!(faults(&with(runs)), Vec::<String>::new());
        refused(&with(ClientKey { necessary: Some(Necessary::Navigation), ..runs }), "only session, form and load-balancing");
    }

    #[test]
    fn a_recipient_is_somebody() {
        testkit::covers!(52);
        assert_eq!(faults(&DataMap::new().with_recipients(&[MAIL])), Vec::<String>::new());
        refused(&DataMap::new().with_recipients(&[Recipient { name: "email providers", ..MAIL }]), "is a kind of company");
        refused(&DataMap::new().with_recipients(&[Recipient { country: "", ..MAIL }]), "without a country");
    }

    #[test]
    fn nothing_is_sold_or_advertised_as_long_as_nobody_can_opt_out() {
        testkit::covers!(192, 317, 322);
        let sold = Recipient { sale: true, ..MAIL };
        let network = Recipient { purposes: &[&ADS], ..MAIL };
        for recipient in [sold, network] {
            refused(&DataMap::new().with_recipients(&[recipient]), "nobody could opt out");
            assert_eq!(faults(&DataMap::new().with_recipients(&[recipient]).with_choices(&[&ADS])), Vec::<String>::new());
        }
        refused(&map_using(const { &[Use::consent(&ADS)] }), "advertising may read nothing");
    }
}
