//! Requests with their clocks, restriction, objection and correction, on the test's clock.

use std::time::Duration;

use axum::response::IntoResponse;
use kernel::id::Id;
use kernel::map::{Purpose, purpose};
use kernel::seal::Field as _;
use kernel::{ByWorkflow, Gate, KeyOwner, Kind as ErrorKind, PageQuery, PersonId, Place, Result, Scope, Sealed, Timestamp};
use privacy::permissions::{
    ObjectionDelete, OperatorRequestAnswer, OperatorRequestExtend, OperatorRequestList, RequestCreate, RequestView, RequestWithdraw, RestrictionCreate,
    RestrictionDelete,
};
use privacy::request::correct::CORRECT;
use privacy::request::{Answer, Extension, Field, Kind, NewCorrection, NewRequest, Request, State, jobs::watch};
use testkit::workflows::run_to_end;
use testkit::{both_engines, covers};

use crate::toy::{Email, World};

const DAY: u64 = 86_400;

fn new(kind: Kind) -> NewRequest {
    NewRequest { kind, place: None, text: Some("please".to_owned()), purpose: None, correction: None }
}

fn objection(purpose: &Purpose) -> NewRequest {
    NewRequest { purpose: Some(purpose.key.to_owned()), ..new(Kind::Objection) }
}

async fn ask(world: &World, new: NewRequest) -> Request {
    privacy::request::create(world.cx(), &world.test.scope::<RequestCreate>().await, &new).await.unwrap()
}

async fn seen(world: &World, request: &Request) -> Request {
    privacy::request::view(world.cx(), &world.test.scope::<RequestView>().await, request.id).await.unwrap()
}

async fn overdue_in_report(world: &World) -> i64 {
    let report = privacy::request::statistics(world.cx()).await.unwrap();
    report.months.iter().flat_map(|month| month.kinds.values()).filter_map(|kind| kind.get("overdue")).sum()
}

/// Events of a kind that were announced.
async fn announced(world: &World, kind: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM kernel_event WHERE kind = '{kind}'");
    let row = sea_orm::ConnectionTrait::query_one_raw(world.cx().db(), sea_orm::Statement::from_string(world.cx().database().backend(), sql)).await;
    row.unwrap().unwrap().try_get("", "n").unwrap()
}

both_engines!(an_enquiry_is_acknowledged_alarmed_at_day_25_and_counted_when_late, |engine| async move {
    covers!(367);
    let world = World::on(engine).await;
    let began = world.cx().now();
    let enquiry = ask(&world, new(Kind::Enquiry)).await;
    assert_eq!((enquiry.state, enquiry.law.as_str(), enquiry.received_at), (State::Open, "promise", began));
    assert_eq!(announced(&world, "privacy.request.received").await, 1, "acknowledged at once");

    // Noon of 1 March and 25 days; then midnight after the thirtieth day.
    world.test.clock.set(began.plus(Duration::from_secs(25 * DAY - 1)));
    assert_eq!(watch(world.cx()).await.unwrap(), 0, "a second before day 25");
    world.test.clock.set(began.plus(Duration::from_secs(25 * DAY)));
    assert_eq!(watch(world.cx()).await.unwrap(), 1);
    assert_eq!(watch(world.cx()).await.unwrap(), 0, "one alarm for each");
    assert_eq!(announced(&world, "privacy.request.due_soon").await, 1);

    world.test.clock.set(Timestamp(enquiry.due_at.0 - 1_000_000));
    assert_eq!((watch(world.cx()).await.unwrap(), seen(&world, &enquiry).await.overdue, overdue_in_report(&world).await), (0, false, 0));
    world.test.clock.set(enquiry.due_at);
    assert!(enquiry.due_at <= began.plus(Duration::from_secs(31 * DAY)), "day 31 is late: {}", enquiry.due_at);
    assert_eq!((watch(world.cx()).await.unwrap(), seen(&world, &enquiry).await.overdue, overdue_in_report(&world).await), (1, true, 1));
    assert_eq!(privacy::request::statistics(world.cx()).await.unwrap().overdue, 1);
});

both_engines!(an_erasure_that_nobody_carries_out_is_alarmed_at_day_25_and_gone_by_day_30, |engine| async move {
    covers!(340);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let began = world.cx().now();
    let new = privacy::erasure::NewErasure { confirm_email: "ada@toy.example".to_owned() };
    let erasure = privacy::erasure::create(world.cx(), &world.test.scope().await, &new).await.unwrap();
    // The worker is stopped: at day 25 somebody hears of it.
    world.test.clock.set(began.plus(Duration::from_secs(25 * DAY - 1)));
    assert_eq!(watch(world.cx()).await.unwrap(), 0);
    world.test.clock.set(began.plus(Duration::from_secs(25 * DAY)));
    assert_eq!((watch(world.cx()).await.unwrap(), announced(&world, "privacy.request.due_soon").await), (1, 1));
    // And with the worker back, nothing is left on the last day.
    world.test.clock.set(began.plus(Duration::from_secs(30 * DAY - 60)));
    run_to_end(world.cx(), &world.test.clock, privacy::workflows, None, privacy::erasure::carry_out::CARRY_OUT.name, &erasure.id.to_string()).await;
    assert!(world.cx().now() < began.plus(Duration::from_secs(30 * DAY)));
    for table in ["toy_person", "toy_note", "toy_attachment", "toy_sighting", "toy_draft", "privacy_request"] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    if engine == testkit::Engine::Sqlite {
        for token in ["CANARY-email", "CANARY-nick", "CANARY-note", "CANARY-draft"] {
            assert_eq!(crate::canary::found(&world, token), Vec::<String>::new(), "bytes of {token}");
        }
    }
    assert_eq!(overdue_in_report(&world).await, 0);
    let report = privacy::request::statistics(world.cx()).await.unwrap();
    assert_eq!(report.months[0].kinds["erasure"]["done"], 1, "the number outlives the person");
});

both_engines!(a_message_is_in_the_export_and_vanishes_at_its_term, |engine| async move {
    covers!(292);
    let world = World::on(engine).await;
    let person = world.test.authority.caller();
    let asked = ask(&world, NewRequest { text: Some("CANARY-message".to_owned()), ..new(Kind::Enquiry) }).await;
    let (_, files) = crate::canary::export(&world).await;
    assert_eq!(files["data/privacy_request.ndjson"].matches("CANARY-message").count(), 1);
    world.test.authority.become_staff(PersonId::from_uuid(uuid_of(&world)));
    let at = world.test.scope::<OperatorRequestAnswer>().await;
    privacy::request::answer(world.cx(), &at, asked.id, &Answer { granted: true, text: "Here you are.".to_owned() }).await.unwrap();
    world.test.authority.become_person(person.person, person.organisation, person.project);
    let closed = seen(&world, &asked).await.closed_at.unwrap();
    let term = Duration::from_secs(u64::from(privacy::data_map::REQUEST_DAYS) * DAY);
    world.test.clock.set(Timestamp(closed.plus(term).0 - 1_000_000));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(seen(&world, &asked).await.text.as_deref(), Some("CANARY-message"), "a second before");
    world.test.clock.set(closed.plus(term));
    privacy::retention::sweep(world.cx()).await.unwrap();
    let gone = privacy::request::view(world.cx(), &world.test.scope::<RequestView>().await, asked.id).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
});

both_engines!(staff_answer_and_extend_in_time_and_the_person_sees_it, |engine| async move {
    let world = World::on(engine).await;
    let complaint = ask(&world, NewRequest { place: Some("FR".to_owned()), ..new(Kind::Complaint) }).await;
    let erasure = ask(&world, new(Kind::Erasure)).await;
    let taken_back = ask(&world, new(Kind::Enquiry)).await;
    let withdrawn = privacy::request::withdraw(world.cx(), &world.test.scope::<RequestWithdraw>().await, taken_back.id).await.unwrap();
    assert_eq!(withdrawn.state, State::Withdrawn);
    let person = world.test.authority.caller();

    world.test.authority.become_staff(PersonId::from_uuid(uuid_of(&world)));
    let queue = privacy::request::list_open(world.cx(), &world.test.scope::<OperatorRequestList>().await, &PageQuery::default()).await.unwrap();
    assert_eq!(queue.items.iter().map(|one| one.id).collect::<Vec<_>>(), [complaint.id, erasure.id]);
    assert_eq!(queue.items[0].text.as_deref(), Some("please"));
    assert_eq!(queue.items[0].authority.as_ref().unwrap().place, "FR", "whom to turn to where the person lives");

    let at = world.test.scope::<OperatorRequestAnswer>().await;
    let silent = privacy::request::answer(world.cx(), &at, complaint.id, &Answer { granted: true, text: " ".to_owned() }).await.unwrap_err();
    assert_eq!(silent.fields()[0].field, "text");
    let answered = privacy::request::answer(world.cx(), &at, complaint.id, &Answer { granted: true, text: "We mended it.".to_owned() }).await.unwrap();
    assert_eq!((answered.state, answered.answer.as_deref()), (State::Done, Some("We mended it.")));
    let twice = privacy::request::answer(world.cx(), &at, complaint.id, &Answer { granted: false, text: "no".to_owned() }).await.unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Conflict);

    // Noon of 1 March; a month of the GDPR ends on 1 April, our promise on 31 March. Told in time it may end on 1 June.
    let extend = world.test.scope::<OperatorRequestExtend>().await;
    let why = Extension { reason: "many machines".to_owned() };
    world.test.clock.set(Timestamp(erasure.due_at.0 - 1_000_000));
    let longer = privacy::request::extend(world.cx(), &extend, erasure.id, &why).await.unwrap();
    assert_eq!((longer.state, Some(longer.due_at)), (State::Extended, erasure.extendable_to));
    assert_eq!(privacy::request::extend(world.cx(), &extend, erasure.id, &why).await.unwrap_err().kind(), ErrorKind::Conflict, "once");

    world.test.authority.become_person(person.person, person.organisation, person.project);
    let late = ask(&world, new(Kind::Erasure)).await;
    world.test.clock.set(late.due_at);
    world.test.authority.become_staff(PersonId::from_uuid(uuid_of(&world)));
    let extend = world.test.scope::<OperatorRequestExtend>().await;
    assert_eq!(privacy::request::extend(world.cx(), &extend, late.id, &why).await.unwrap_err().kind(), ErrorKind::Conflict, "after the deadline");

    world.test.authority.become_person(person.person, person.organisation, person.project);
    assert_eq!(seen(&world, &complaint).await.answer.as_deref(), Some("We mended it."));
    // Nobody else's.
    world.test.authority.become_person(PersonId::from_uuid(uuid_of(&world)), person.organisation, person.project);
    let stranger = privacy::request::view(world.cx(), &world.test.scope::<RequestView>().await, complaint.id).await.unwrap_err();
    assert_eq!(stranger.kind(), ErrorKind::NotFound);
});

fn uuid_of(world: &World) -> uuid::Uuid {
    world.cx().new_uuid()
}

/// Opens the person's address for `purpose` in `at`.
async fn open<P: kernel::permission::Permission>(world: &World, at: &Scope<P>, purpose: &'static Purpose) -> Result<String> {
    let row = sea_orm::ConnectionTrait::query_one_raw(
        world.cx().db(),
        sea_orm::Statement::from_string(world.cx().database().backend(), "SELECT email FROM toy_person"),
    )
    .await
    .unwrap()
    .unwrap();
    let email: Sealed<Email> = row.try_get("", "email").unwrap();
    let gate = Gate::new(world.cx(), at, purpose, [email.bytes()]).await?;
    email.open(&gate)
}

fn job() -> Scope<ByWorkflow> {
    Scope::<ByWorkflow>::acting("test", Place::Platform)
}

both_engines!(a_restricted_persons_data_is_kept_and_not_used, |engine| async move {
    covers!(272, 351);
    assert_eq!(Email::NAME, "toy.person.email");
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    assert!(open(&world, &job(), &purpose::ACCOUNT).await.is_ok());
    let own = world.test.scope::<RequestView>().await;

    let restricted = privacy::restriction::create(world.cx(), &world.test.scope::<RestrictionCreate>().await).await.unwrap();
    assert_eq!((restricted.restricted, restricted.since), (true, Some(world.cx().now())));
    let caller = world.test.authority.caller();
    world.test.authority.become_staff(PersonId::from_uuid(uuid_of(&world)));
    let staff = world.test.scope::<OperatorRequestList>().await;
    world.test.authority.become_person(caller.person, caller.organisation, caller.project);
    for refused in [open(&world, &job(), &purpose::ACCOUNT).await, open(&world, &staff, &purpose::ACCOUNT).await] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Restricted);
        assert_eq!(error.into_response().status().as_u16(), 423);
    }
    // Storage, claims, rights and own access stay.
    assert_eq!(world.count("toy_person").await, 1);
    assert!(open(&world, &own, &purpose::ACCOUNT).await.is_ok(), "own access");
    assert!(open(&world, &job(), &purpose::RIGHTS).await.is_ok(), "the person's rights");
    let noted = privacy::request::list(world.cx(), &world.test.scope::<RequestView>().await, &PageQuery::default()).await.unwrap();
    assert_eq!((noted.items[0].kind, noted.items[0].state), (Kind::Restriction, State::Done), "the request is on record, and done at once");

    let free = privacy::restriction::delete(world.cx(), &world.test.scope::<RestrictionDelete>().await).await.unwrap();
    assert!(!free.restricted);
    assert!(open(&world, &job(), &purpose::ACCOUNT).await.is_ok());
});

both_engines!(an_objection_stops_one_purpose_at_once_and_marketing_for_good, |engine| async move {
    covers!(271, 349);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let owner = KeyOwner::Person(world.person);
    let objects = async |purpose: &Purpose| {
        kernel::choice::of(world.cx().db(), owner).await.unwrap().iter().any(|one| one.kind == "objection" && one.given && one.purpose == purpose.key)
    };
    world.cx().write(async |tx| kernel::choice::set(&tx, owner, "consent", purpose::MARKETING.key, true, "1").await).await.unwrap();

    // To marketing: absolute, nothing to decide, and the consent ends with it.
    let marketing = ask(&world, objection(&purpose::MARKETING)).await;
    assert_eq!(marketing.state, State::Done);
    assert!(objects(&purpose::MARKETING).await && !objects(&purpose::ANALYTICS).await);
    assert!(!kernel::choice::of(world.cx().db(), owner).await.unwrap().iter().any(|one| one.kind == "consent" && one.given));
    let analytics = ask(&world, objection(&purpose::ANALYTICS)).await;
    assert_eq!(analytics.state, State::Done);

    // To a use on legitimate interest: stopped at once, decided in time.
    let security = ask(&world, objection(&purpose::SECURITY)).await;
    assert_eq!((security.state, objects(&purpose::SECURITY).await), (State::Open, true));
    assert!(security.due_at > world.cx().now());
    assert_eq!(ask(&world, objection(&purpose::SECURITY)).await.id, security.id, "asked twice is one request");
    // The gate: that purpose and no other.
    let refusal = open(&world, &job(), &purpose::SECURITY).await.unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::Denied);
    assert!(open(&world, &job(), &purpose::ACCOUNT).await.is_ok(), "others go on");

    // What a contract needs cannot be objected to.
    let contract = privacy::request::create(world.cx(), &world.test.scope::<RequestCreate>().await, &objection(&purpose::ACCOUNT)).await.unwrap_err();
    assert_eq!(contract.fields()[0].field, "purpose");

    let list = privacy::objection::list(world.cx(), world.person).await.unwrap();
    let of = |key: &str| list.purposes.iter().find(|one| one.purpose == key).unwrap().clone();
    assert!(of("marketing").absolute && of("marketing").objected_at.is_some());
    assert!(!of("security").absolute && !of("security").balancing.is_empty(), "the balancing note is shown");
    privacy::objection::delete(world.cx(), &world.test.scope::<ObjectionDelete>().await, "analytics").await.unwrap();
    assert!(!objects(&purpose::ANALYTICS).await);
});

both_engines!(an_objection_to_security_gets_a_recorded_decision_with_a_reason, |engine| async move {
    covers!(26);
    let world = World::on(engine).await;
    let person = world.test.authority.caller();
    let asked = ask(&world, objection(&purpose::SECURITY)).await;
    world.test.authority.become_staff(PersonId::from_uuid(uuid_of(&world)));
    let at = world.test.scope::<OperatorRequestAnswer>().await;
    privacy::request::answer(world.cx(), &at, asked.id, &Answer { granted: false, text: "An attack is being investigated.".to_owned() }).await.unwrap();
    world.test.authority.become_person(person.person, person.organisation, person.project);
    let decided = seen(&world, &asked).await;
    assert_eq!((decided.state, decided.answer.as_deref()), (State::Refused, Some("An attack is being investigated.")));
    let list = privacy::objection::list(world.cx(), world.person).await.unwrap();
    assert!(list.purposes.iter().all(|one| one.objected_at.is_none()), "the use goes on, with the reasons on record");
    assert!(audit::log::verify(world.cx()).await.unwrap().is_intact());
});

both_engines!(a_correction_reaches_every_place_and_what_stood_there_is_kept, |engine| async move {
    covers!(345);
    let world = World::on(engine).await;
    {
        let mut desk = world.desk.at();
        desk.names.insert("profile", "Adda".to_owned());
        desk.names.insert("recipient", "Adda".to_owned());
        desk.silent = 2;
    }
    let correction =
        |value: &str| NewRequest { text: None, correction: Some(NewCorrection { field: Field::Name, value: value.to_owned() }), ..new(Kind::Rectification) };
    let empty = privacy::request::create(world.cx(), &world.test.scope::<RequestCreate>().await, &correction("")).await.unwrap_err();
    assert_eq!(empty.fields()[0].field, "correction.value");

    let asked = ask(&world, correction("Ada")).await;
    assert_eq!((asked.state, asked.corrections.len(), asked.corrections[0].done_at), (State::Open, 2, None));
    // The first try: the profile is right, the recipient is silent and the case says so.
    workflow::Worker::new(world.cx().clone(), privacy::workflows(), 1).run_due().await.unwrap();
    let waiting = seen(&world, &asked).await;
    assert_eq!((waiting.corrections[0].before.as_deref(), waiting.corrections[0].done_at.is_some()), (Some("Adda"), true));
    assert_eq!(waiting.corrections[1].problem.as_deref(), Some("The recipient does not answer."));
    run_to_end(world.cx(), &world.test.clock, privacy::workflows, None, CORRECT.name, &asked.id.to_string()).await;
    let done = seen(&world, &asked).await;
    assert_eq!(done.state, State::Done);
    for one in &done.corrections {
        assert_eq!((one.before.as_deref(), one.after.as_str(), one.problem.as_deref()), (Some("Adda"), "Ada", None), "{}", one.place);
    }
    assert_eq!(world.desk.at().names, [("profile", "Ada".to_owned()), ("recipient", "Ada".to_owned())].into());
});
