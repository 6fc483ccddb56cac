//! A domain with one of everything: sealed and plain columns, chains, terms, rows that a law keeps.

use std::sync::{Arc, Mutex};

use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::map::{Class, Entry, Owned, Retention, Subject, Table, Use, category, purpose};
use kernel::{ByWorkflow, Cx, KeyOwner, Module, OrganisationId, PersonId, Result, Scope, Sealed};
use privacy::{Accounts, Doomed, ErasureHook, ExportFile, ExportHook, Operator, Owners, Wiring};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Query, Value};
use sea_orm_migration::prelude as migrate;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, pk_uuid, string, string_null, uuid as uuid_column};
use testkit::{Engine, Test};
use uuid::Uuid;

use crate::toy_desk::{ToyDesk, ToyPlace};

const USES: &[Use] = &[Use::contract(&purpose::ACCOUNT)];
const ADDRESS: &[Use] =
    &[Use::contract(&purpose::ACCOUNT), Use::interest(&purpose::SECURITY, "People must hear of changes to their account, or they could not defend it.")];
const WATCH: &[Use] = &[Use::interest(&purpose::SECURITY, "Attacks must be found; addresses go after two weeks.")];
const TAX: &[Use] = &[Use::law(&purpose::LEGAL, "AO §147(3): ten years")];

pub const TABLES: &[Table] = &[
    Table {
        name: "toy_person",
        title: "toy people",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::personal("id", &category::IDENTIFIER, USES).observed(),
            Entry::personal("email", &category::EMAIL, ADDRESS).sealed_to_person(Class::Account),
            Entry::personal("nick", &category::NAME, USES).not_required(),
            Entry::personal("password", &category::CREDENTIAL, USES).verifier(),
        ],
    },
    Table {
        name: "toy_note",
        title: "toy notes",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("ended_at", 30),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("person_id", &category::IDENTIFIER, USES).observed(),
            Entry::personal("text", &category::MESSAGE, USES).sealed_to_person(Class::Content),
            Entry::system("ended_at", "an instant"),
        ],
    },
    Table {
        name: "toy_attachment",
        title: "toy attachments",
        subject: Subject::Customer,
        owned: Owned::Through { column: "note_id", table: "toy_note", key: "id" },
        retention: Retention::WITH_OWNER,
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::system("note_id", "a random identifier"),
            Entry::personal("name", &category::MESSAGE, USES),
        ],
    },
    Table {
        name: "toy_sighting",
        title: "toy sightings",
        subject: Subject::Customer,
        owned: Owned::ByPerson { column: "person_id" },
        retention: Retention::days_after("at", 14).nulling(&["ip"]),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("person_id", &category::IDENTIFIER, WATCH).observed(),
            Entry::personal("ip", &category::IP, WATCH).observed().not_required(),
            Entry::personal("at", &category::ACTIVITY, WATCH).observed(),
        ],
    },
    Table {
        name: "toy_invoice",
        title: "toy invoices",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::by_law("issued_at", 3650, "AO §147(3)"),
        key: &["id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("organisation_id", &category::IDENTIFIER, TAX).observed(),
            Entry::personal("buyer", &category::FINANCIAL, TAX).sealed_to_organisation(Class::TaxRecord),
            Entry::personal("text", &category::FINANCIAL, TAX),
            Entry::personal("issued_at", &category::FINANCIAL, TAX).observed(),
        ],
    },
    Table {
        name: "toy_draft",
        title: "toy drafts",
        subject: Subject::Organisation,
        owned: Owned::ByOrganisation { column: "organisation_id" },
        retention: Retention::WITH_OWNER,
        key: &["id", "organisation_id"],
        columns: &[
            Entry::system("id", "a random identifier"),
            Entry::personal("organisation_id", &category::IDENTIFIER, USES).observed(),
            Entry::personal("text", &category::MESSAGE, USES).sealed_to_organisation(Class::Account),
        ],
    },
];

kernel::field!(/// .
    pub Email: String = "toy.person.email");
kernel::field!(/// .
    pub NoteText: String = "toy.note.text");
kernel::field!(/// .
    pub Buyer: String = "toy.invoice.buyer");
kernel::field!(/// .
    pub DraftText: String = "toy.draft.text");

struct Migration;

impl migrate::MigrationName for Migration {
    fn name(&self) -> &str {
        "toy_m0001"
    }
}

#[async_trait::async_trait]
impl migrate::MigrationTrait for Migration {
    async fn up(&self, schema: &migrate::SchemaManager) -> Result<(), sea_orm::DbErr> {
        use migrate::{ForeignKey, Table};
        let tables = [
            Table::create().table("toy_person").col(pk_uuid("id")).col(binary("email")).col(string("nick")).col(string("password")).to_owned(),
            Table::create().table("toy_note").col(pk_uuid("id")).col(uuid_column("person_id")).col(binary("text")).col(big_integer_null("ended_at")).to_owned(),
            Table::create()
                .table("toy_attachment")
                .col(pk_uuid("id"))
                .col(uuid_column("note_id"))
                .col(string("name"))
                .foreign_key(ForeignKey::create().from("toy_attachment", "note_id").to("toy_note", "id"))
                .to_owned(),
            Table::create().table("toy_sighting").col(pk_uuid("id")).col(uuid_column("person_id")).col(string_null("ip")).col(big_integer("at")).to_owned(),
            Table::create()
                .table("toy_invoice")
                .col(pk_uuid("id"))
                .col(uuid_column("organisation_id"))
                .col(binary("buyer"))
                .col(string("text"))
                .col(big_integer("issued_at"))
                .to_owned(),
            Table::create()
                .table("toy_draft")
                .col(uuid_column("id"))
                .col(uuid_column("organisation_id"))
                .col(binary("text"))
                .primary_key(migrate::Index::create().col("id").col("organisation_id"))
                .to_owned(),
        ];
        for table in tables {
            schema.create_table(table).await?;
        }
        Ok(())
    }
}

pub fn module() -> Module {
    Module { migrations: || vec![Box::new(Migration)], tables: TABLES, ..Module::named("toy") }
}

/// Answers as the test says.
#[derive(Clone, Default)]
pub struct ToyAccounts(pub Arc<Mutex<Vec<OrganisationId>>>, pub Arc<Mutex<Option<Operator>>>);

pub fn operator() -> Operator {
    Operator {
        legal_name: "Toy Hosting <GmbH>".to_owned(),
        address: "1 Test Street".to_owned(),
        country: "DE".to_owned(),
        privacy_email: "privacy@toy.example".to_owned(),
    }
}

#[async_trait::async_trait]
impl Accounts for ToyAccounts {
    async fn operator(&self, _: &Cx) -> Result<Option<Operator>> {
        Ok(Some(self.1.lock().unwrap().clone().unwrap_or_else(operator)))
    }
    async fn email(&self, _: &Cx, _: PersonId) -> Result<String> {
        Ok("Ada@toy.example".to_owned())
    }
    async fn sole_organisations(&self, _: &Cx, _: PersonId) -> Result<Vec<OrganisationId>> {
        Ok(self.0.lock().unwrap().clone())
    }
    async fn forget(&self, _: &Cx, _: PersonId) {}
}

/// Everybody whom the policy's notices reach, and the mails that were queued: person and version.
#[derive(Clone, Default)]
pub struct ToyReaders {
    pub people: Arc<Mutex<Vec<PersonId>>>,
    pub mailed: Arc<Mutex<Vec<(PersonId, i64)>>>,
}

#[async_trait::async_trait]
impl privacy::notice::Audience for ToyReaders {
    async fn people(&self, _: &Cx, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonId>> {
        let mut people = self.people.lock().unwrap().clone();
        people.sort();
        people.retain(|person| after.is_none_or(|after| *person > after));
        people.truncate(usize::try_from(limit).unwrap());
        Ok(people)
    }
    async fn mail(&self, _: &kernel::Tx, person: PersonId, version: &privacy::policy::VersionNote) -> Result<()> {
        self.mailed.lock().unwrap().push((person, version.number));
        Ok(())
    }
}

/// A document in exports and a machine at erasures.
#[derive(Clone, Default)]
pub struct ToyHook(pub Arc<Mutex<u64>>);

#[async_trait::async_trait]
impl ExportHook for ToyHook {
    fn section(&self) -> &'static str {
        "toy_documents"
    }
    async fn files(&self, _: &Cx, _: &Scope<ByWorkflow>, _: &Owners) -> Result<Vec<ExportFile>> {
        Ok(vec![ExportFile { path: "../a.pdf".to_owned(), bytes: b"CANARY-document".to_vec() }])
    }
}

#[async_trait::async_trait]
impl ErasureHook for ToyHook {
    fn section(&self) -> &'static str {
        "toy_machines"
    }
    async fn preview(&self, _: &Cx, _: &Owners) -> Result<Vec<Doomed>> {
        let count = *self.0.lock().unwrap();
        Ok((0..count).map(|at| Doomed { kind: "machine".to_owned(), id: format!("vm_{at}"), name: "toy".to_owned() }).collect())
    }
    async fn destroy(&self, _: &Cx, _: &Scope<ByWorkflow>, _: &Owners) -> Result<Option<u64>> {
        Ok(Some(std::mem::take(&mut *self.0.lock().unwrap())))
    }
}

pub struct World {
    pub test: Test,
    pub accounts: ToyAccounts,
    pub readers: ToyReaders,
    pub machines: Arc<Mutex<u64>>,
    pub folder: std::path::PathBuf,
    pub desk: ToyDesk,
    pub person: PersonId,
    pub organisation: OrganisationId,
}

fn extensions(folder: &std::path::Path, accounts: &ToyAccounts, readers: &ToyReaders, hook: &ToyHook, desk: &ToyDesk) -> Extensions {
    let wiring = Wiring {
        folder: folder.to_owned(),
        accounts: Box::new(accounts.clone()),
        exports: vec![Box::new(hook.clone())],
        erasures: vec![Box::new(hook.clone())],
        settlements: vec![Box::new(desk.clone())],
        post: Box::new(desk.clone()),
        corrections: vec![Box::new(ToyPlace("profile", desk.clone())), Box::new(ToyPlace("recipient", desk.clone()))],
    };
    Extensions::default().with(wiring).with(privacy::notice::Readers(Box::new(readers.clone())))
}

impl World {
    pub async fn on(engine: Engine) -> Self {
        let kept = tempfile::tempdir().unwrap();
        let folder = kept.path().to_owned();
        let (accounts, readers, hook, desk) = (ToyAccounts::default(), ToyReaders::default(), ToyHook::default(), ToyDesk::default());
        *hook.0.lock().unwrap() = 2;
        let extensions = extensions(&folder, &accounts, &readers, &hook, &desk).with(kept);
        let test = Test::with(engine, vec![audit::module(), privacy::module(), module()], extensions).await;
        let caller = test.authority.caller();
        accounts.0.lock().unwrap().push(caller.organisation);
        readers.people.lock().unwrap().push(caller.person);
        Self { person: caller.person, organisation: caller.organisation, test, accounts, readers, machines: hook.0, folder, desk }
    }

    /// The same installation run by a program whose map is another.
    pub async fn with_map(&self, change: impl FnOnce(kernel::map::DataMap) -> kernel::map::DataMap) -> Cx {
        Cx::new(kernel::cx::Parts {
            database: kernel::db::Database::connect(&self.test.database.url).await.unwrap(),
            clock: Arc::new(self.test.clock.clone()),
            root: kernel::seal::RootKey::load_or_create(&self.test.database.folder().join("root.key")).unwrap(),
            map: change(self.cx().map().clone()),
            authority: Arc::new(self.test.authority.clone()),
            extensions: extensions(&self.folder, &self.accounts, &self.readers, &ToyHook(self.machines.clone()), &self.desk),
        })
    }

    pub fn cx(&self) -> &Cx {
        &self.test.cx
    }

    pub async fn insert(&self, table: &'static str, row: Vec<(&'static str, Value)>) {
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let statement = Query::insert().into_table(table).columns(columns).values_panic(values.into_iter().map(sea_orm::sea_query::Expr::val)).to_owned();
        self.cx()
            .write(async |tx| {
                tx.db().execute(&statement).await?;
                Ok(())
            })
            .await
            .unwrap();
    }

    pub async fn seal<F: kernel::seal::Field<Value = String>>(&self, owner: KeyOwner, text: &str) -> Value {
        let text = text.to_owned();
        self.cx().write(async |tx| Sealed::<F>::seal(&tx, owner, &text).await).await.unwrap().into()
    }

    /// One row in every table, each value with a token of its own, for `person` and `organisation`.
    pub async fn fill(&self, person: PersonId, organisation: OrganisationId, mark: &str) {
        let (owner, party) = (KeyOwner::Person(person), KeyOwner::Organisation(organisation));
        let now = self.cx().now().0;
        let note = self.cx().new_uuid();
        let email = self.seal::<Email>(owner, &format!("{mark}-email")).await;
        let row =
            vec![("id", person.uuid().into()), ("email", email), ("nick", format!("{mark}-nick").into()), ("password", format!("{mark}-verifier").into())];
        self.insert("toy_person", row).await;
        let text = self.seal::<NoteText>(owner, &format!("{mark}-note")).await;
        self.insert("toy_note", vec![("id", note.into()), ("person_id", person.uuid().into()), ("text", text), ("ended_at", Value::BigInt(None))]).await;
        let row = vec![("id", self.cx().new_uuid().into()), ("note_id", note.into()), ("name", format!("{mark}-attachment").into())];
        self.insert("toy_attachment", row).await;
        let row = vec![("id", self.cx().new_uuid().into()), ("person_id", person.uuid().into()), ("ip", format!("{mark}-ip").into()), ("at", now.into())];
        self.insert("toy_sighting", row).await;
        let buyer = self.seal::<Buyer>(party, &format!("{mark}-buyer")).await;
        let row = vec![
            ("id", self.cx().new_uuid().into()),
            ("organisation_id", organisation.uuid().into()),
            ("buyer", buyer),
            ("text", format!("{mark}-lawful").into()),
            ("issued_at", now.into()),
        ];
        self.insert("toy_invoice", row).await;
        let text = self.seal::<DraftText>(party, &format!("{mark}-draft")).await;
        self.insert("toy_draft", vec![("id", self.cx().new_uuid().into()), ("organisation_id", organisation.uuid().into()), ("text", text)]).await;
    }

    pub async fn count(&self, table: &'static str) -> i64 {
        let row = self.cx().db().query_one_raw(sea_orm::Statement::from_string(self.cx().database().backend(), format!("SELECT COUNT(*) AS n FROM {table}")));
        row.await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    /// Somebody else, with rows of their own that must never be touched.
    pub async fn bystander(&self) -> (PersonId, OrganisationId) {
        let ids = (PersonId::from_uuid(Uuid::now_v7()), OrganisationId::from_uuid(Uuid::now_v7()));
        self.fill(ids.0, ids.1, "BYSTANDER").await;
        ids
    }
}
