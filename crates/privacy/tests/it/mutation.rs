//! Changes the map in many ways: each time the text changes, the lint complains, or both. No
//! promise can be broken silently.

use std::collections::BTreeMap;

use kernel::map::{
    Basis, Category, ClientKey, DataMap, Entry, LiveSchema, LogField, Owned, Purpose, Recipient, Retention, Source, Table, Use, category, purpose,
};
use privacy::policy::{self, Document, Format, Materiality};
use testkit::covers;

use crate::toy;

struct Parts {
    tables: BTreeMap<&'static str, Table>,
    keys: Vec<ClientKey>,
    fields: Vec<LogField>,
    recipients: Vec<Recipient>,
}

const MAILER: Recipient = Recipient {
    key: "mail.smtp",
    name: "Toy Mail Ltd",
    role: "carries mail",
    purposes: &[&purpose::ACCOUNT],
    entries: &["toy.person.email"],
    country: "DE",
    transfer: "",
    sale: false,
};

fn parts() -> Parts {
    let privacy = privacy::module();
    let tables = toy::TABLES.iter().chain(privacy.tables).chain(kernel::module().tables).map(|table| (table.name, *table)).collect();
    Parts { tables, keys: privacy.client_keys.to_vec(), fields: kernel::module().log_fields.to_vec(), recipients: vec![MAILER] }
}

fn map(parts: Parts) -> DataMap {
    DataMap::new().with_tables(parts.tables.into_values()).with_client_keys(&parts.keys).with_log_fields(&parts.fields).with_recipients(&parts.recipients)
}

fn live() -> LiveSchema {
    parts().tables.values().map(|table| (table.name.to_owned(), table.columns.iter().map(|entry| entry.column.to_owned()).collect())).collect()
}

fn change(parts: &mut Parts, table: &str, column: &str, how: impl Fn(&mut Entry)) {
    let table = parts.tables.get_mut(table).unwrap();
    let mut columns = table.columns.to_vec();
    how(columns.iter_mut().find(|entry| entry.column == column).unwrap());
    table.columns = Box::leak(columns.into_boxed_slice());
}

fn table(parts: &mut Parts, name: &str, how: impl Fn(&mut Table)) {
    how(parts.tables.get_mut(name).unwrap());
}

fn uses(one: Use) -> &'static [Use] {
    Box::leak(Box::new([one]))
}

const SNEAKY: Purpose = Purpose { key: "resale", text: "sell it on", fides: "x", dpv: "x", optional: false };
const VAGUE: Purpose = Purpose { key: "vague", text: "do business and so on", fides: "x", dpv: "x", optional: false };
const OTHER: Category = category::IP;

type Mutation = (&'static str, fn(&mut Parts));

const MUTATIONS: &[Mutation] = &[
    ("another category", |p| change(p, "toy_person", "nick", |e| e.category = Some(&OTHER))),
    ("another purpose", |p| change(p, "toy_person", "nick", |e| e.uses = uses(Use::contract(&purpose::SUPPORT)))),
    ("a made-up purpose", |p| change(p, "toy_person", "nick", |e| e.uses = uses(Use::contract(&SNEAKY)))),
    ("no purpose", |p| change(p, "toy_person", "nick", |e| e.uses = &[])),
    ("another basis", |p| change(p, "toy_person", "nick", |e| e.uses = uses(Use { purpose: &purpose::ACCOUNT, basis: Basis::LegitimateInterest("note") }))),
    ("a balancing note gone", |p| change(p, "toy_sighting", "ip", |e| e.uses = uses(Use::interest(&purpose::SECURITY, "")))),
    ("a citation gone", |p| change(p, "toy_invoice", "buyer", |e| e.uses = uses(Use::law(&purpose::LEGAL, "")))),
    ("marketing without consent", |p| change(p, "toy_person", "email", |e| e.uses = uses(Use::contract(&purpose::MARKETING)))),
    ("marketing by consent", |p| change(p, "toy_person", "nick", |e| e.uses = uses(Use::consent(&purpose::MARKETING)))),
    ("a longer term", |p| table(p, "toy_note", |t| t.retention.days += 1)),
    ("a shorter law", |p| table(p, "toy_invoice", |t| t.retention.days -= 1)),
    ("a law that appears", |p| table(p, "toy_note", |t| t.retention.law = Some("nobody knows which"))),
    ("another end", |p| table(p, "toy_sighting", |t| t.retention = Retention::days_after("at", 14))),
    ("kept for ever", |p| table(p, "toy_note", |t| (t.owned, t.retention) = (Owned::ByNobody, Retention::INSTALLATION))),
    ("another title", |p| table(p, "toy_note", |t| t.title = "other things")),
    ("a column that is not in the map", |p| table(p, "toy_person", |t| t.columns = &t.columns[..3])),
    ("a column that is not in the database", |p| {
        table(p, "toy_draft", |t| {
            let mut columns = t.columns.to_vec();
            columns.push(Entry::system("ghost", "a number"));
            t.columns = Box::leak(columns.into_boxed_slice());
        });
    }),
    ("a table that is not in the map", |p| {
        p.tables.remove("toy_sighting");
    }),
    ("a broken chain", |p| table(p, "toy_attachment", |t| t.owned = Owned::Through { column: "note_id", table: "toy_nowhere", key: "id" })),
    ("the customer's plane", |p| change(p, "toy_draft", "text", |e| *e = e.customer_plane())),
    ("another source", |p| change(p, "toy_person", "nick", |e| e.source = Source::ThirdParty("a data broker"))),
    ("derived from nothing", |p| change(p, "toy_person", "nick", |e| e.source = Source::Derived(&[]))),
    ("required", |p| change(p, "toy_person", "nick", |e| e.required = true)),
    ("unsealed", |p| change(p, "toy_person", "email", |e| e.protection = kernel::map::Protection::Instance)),
    ("a sealed value in logs", |p| change(p, "toy_person", "email", |e| e.loggable = true)),
    ("a new recipient", |p| p.recipients.push(Recipient { key: "broker", name: "Broker Inc", entries: &[], ..MAILER })),
    ("a recipient that gets more", |p| p.recipients[0].entries = &["toy.person.email", "toy.person.nick"]),
    ("a recipient without purpose", |p| p.recipients[0].purposes = &[]),
    ("a recipient elsewhere", |p| p.recipients[0].country = "US"),
    ("a recipient that is hidden", |p| p.recipients.clear()),
    ("a recipient that buys", |p| p.recipients[0].sale = true),
    ("a recipient that is a kind of company", |p| p.recipients[0].name = "email providers"),
    ("a vague purpose", |p| change(p, "toy_person", "nick", |e| e.uses = uses(Use::contract(&VAGUE)))),
    ("a new cookie", |p| p.keys.push(ClientKey::optional("_track", &purpose::ANALYTICS, "a number", 60))),
    ("a cookie that lives longer", |p| p.keys[0].seconds *= 2),
    ("a cookie without a life", |p| p.keys.push(ClientKey::optional("_ever", &purpose::ANALYTICS, "a number", 0))),
    ("a log field that is kept longer", |p| p.fields[0].days += 1),
];

/// The words that people read: no digest of the map is in them.
fn words(map: &DataMap) -> kernel::Result<String> {
    Ok(policy::render(map, &toy::operator(), Format::Html)? + &policy::render(map, &toy::operator(), Format::Md)?)
}

#[test]
fn no_change_of_the_map_is_silent() {
    covers!(4, 16, 27, 257, 265);
    let live = live();
    let (base, text) = (map(parts()), words(&map(parts())).unwrap());
    assert_eq!(base.lint(&live), Vec::new(), "the unchanged map is clean");
    assert_eq!(privacy::walk::lint(&base), Vec::new());
    let old = Document::of(&base, &toy::operator()).unwrap();
    for (name, mutate) in MUTATIONS {
        let mut changed = parts();
        mutate(&mut changed);
        let changed = map(changed);
        assert_ne!(changed.digest(), base.digest(), "{name}: it changes nothing");
        let lint = changed.lint(&live).len() + privacy::walk::lint(&changed).len();
        let new_text = words(&changed);
        let text_changed = new_text.as_ref().map_or(true, |new| *new != text);
        assert!(lint > 0 || text_changed, "{name}: nothing reacts");
        let refused = [
            "no purpose",
            "a balancing note gone",
            "a citation gone",
            "marketing without consent",
            "derived from nothing",
            "kept for ever",
            "a recipient that buys",
            "a vague purpose",
        ];
        assert!(lint > 0 || !refused.contains(name), "{name}: this may not even start");
        if let (0, Ok(new)) = (lint, Document::of(&changed, &toy::operator())) {
            let difference = policy::difference(&old, &new);
            let reworded = *name == "another title";
            assert!(reworded || difference.materiality > Materiality::Nothing, "{name}: nobody is told");
        }
    }
}

fn materiality(mutate: fn(&mut Parts)) -> Materiality {
    let mut changed = parts();
    mutate(&mut changed);
    policy::difference(&Document::of(&map(parts()), &toy::operator()).unwrap(), &Document::of(&map(changed), &toy::operator()).unwrap()).materiality
}

#[test]
fn whom_an_entry_is_about_is_said_and_the_text_lists_every_class() {
    covers!(1);
    let mut changed = parts();
    table(&mut changed, "toy_person", |t| t.subject = kernel::map::Subject::None);
    let faults = map(changed).lint(&live());
    assert!(faults.iter().any(|fault| fault.place == "toy_person" && fault.what.contains("names no subject class")), "{faults:?}");
    let text = words(&map(parts())).unwrap();
    for class in ["Visitor:", "Customer:", "Portal user:", "Authorised user:", "Organisation:"] {
        assert!(text.contains(class), "{class}");
    }
}

#[test]
fn a_difference_says_who_must_be_told() {
    covers!(364);
    assert_eq!(materiality(|_| {}), Materiality::Nothing);
    assert_eq!(materiality(|p| table(p, "toy_note", |t| t.title = "other words")), Materiality::Nothing);
    assert_eq!(materiality(|p| table(p, "toy_note", |t| t.retention.days = 10)), Materiality::Notice);
    assert_eq!(materiality(|p| p.recipients.clear()), Materiality::Notice);
    assert_eq!(materiality(|p| table(p, "toy_note", |t| t.retention.days = 31)), Materiality::NoticeWithWindow);
    assert_eq!(materiality(|p| p.recipients.push(Recipient { key: "x", entries: &[], ..MAILER })), Materiality::NoticeWithWindow);
    assert_eq!(materiality(|p| change(p, "toy_person", "nick", |e| e.required = true)), Materiality::NoticeWithWindow);
    assert_eq!(materiality(|p| change(p, "toy_person", "nick", |e| e.uses = uses(Use::consent(&purpose::MARKETING)))), Materiality::NoticeAndNewConsent);
    assert_eq!(materiality(|p| p.keys.push(ClientKey::optional("_a", &purpose::ANALYTICS, "a number", 60))), Materiality::NoticeAndNewConsent);
}
