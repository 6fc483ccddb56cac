//! Orders from the click to the running machine, and back to nothing, on the simulated hypervisor
//! with the test payment provider.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use billing::meter::Cycle;
use billing::payment::{PaymentMethod, PaymentState};
use billing::permissions::{InvoiceView, PaymentConfirm, PaymentView};
use billing::{Acquirer, Directory, Particulars, Party, Seller, TestProvider};
use catalogue::order::{self, FULFIL, NewOrder, Order, OrderId, State};
use catalogue::permissions::{OrderCancel, OrderCreate, OrderRetry, OrderView, QuoteCreate};
use compute::instance::{self, RESIZE, Sizes, SizesOnSale, State as InstanceState};
use compute::permissions::{InstanceDelete, InstanceResize, InstanceView};
use compute::{Drivers, InstanceId, Shape, SizeId};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError};
use futures::future::BoxFuture;
use kernel::cx::Extensions;
use kernel::{Currency, Cx, Kind, OrganisationId, PageQuery, PersonId, Place};
use sea_orm::ConnectionTrait;
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::Registered;

mod disks;
mod lost;
mod size_changes;
mod sizes;
mod with_disks;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti me@home";

struct Books;

impl Particulars for Books {
    fn operator<'a>(&'a self, _: &'a Cx) -> BoxFuture<'a, kernel::Result<Seller>> {
        let party = Party { name: "Example Hosting".into(), country: Some("DE".into()), tax_id: Some("DE123456789".into()), ..Party::default() };
        Box::pin(async move { Ok(Seller { party, currency: Currency::from_code("EUR")? }) })
    }

    fn organisation<'a>(&'a self, _: &'a Cx, _: OrganisationId) -> BoxFuture<'a, kernel::Result<Party>> {
        Box::pin(async { Ok(Party { name: "Customer".into(), country: Some("DE".into()), ..Party::default() }) })
    }
}

/// As the server answers it.
struct Shelf;

impl Sizes for Shelf {
    fn shape<'a>(&'a self, cx: &'a Cx, place: Place, instance: InstanceId, size: SizeId) -> BoxFuture<'a, kernel::Result<Shape>> {
        Box::pin(catalogue::size_change::size_for(cx, place, instance, size))
    }
}

/// An installation that is set up, with a hypervisor, sizes on sale and a verified person asking.
async fn world(engine: Engine) -> (Test, Simulated) {
    let hypervisor = Simulated::new();
    let extensions = Extensions::default()
        .with(Drivers::new().with("node-1", "local", Arc::new(hypervisor.clone())))
        .with(hypervisor.clone())
        .with(Directory(Box::new(Books)))
        .with(SizesOnSale(Box::new(Shelf)))
        .with(Acquirer(Box::new(TestProvider)))
        .with(TestProvider)
        .with(notifications::Sender { name: "Example Hosting".into(), address: "hello@example.org".into(), base_url: "https://cloud.example".into() })
        .with(notifications::Transport::Mailbox);
    let modules = vec![audit::module(), identity::module(), notifications::module(), compute::module(), billing::module(), catalogue::module()];
    let test = Test::with(engine, modules, extensions).await;
    compute::node::enrol(&test.cx).await.unwrap();
    let token = identity::operator::issue_setup_token(&test.cx).await.unwrap();
    let set_up = serde_json::json!({
        "token": token,
        "operator": {"legal_name": "Example Hosting", "address": "1 Road", "country": "DE", "privacy_email": "privacy@example.org", "currency": "EUR", "tax_registration": "DE123456789"},
        "owner": {"email": "ada@example.org", "password": "a long walk on 7 beaches", "name": "Ada"},
    });
    identity::operator::set_up(&test.cx, &serde_json::from_value(set_up).unwrap()).await.unwrap();
    deliver(&test).await;
    let sql = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT id, organisation_id FROM identity_project");
    let project = test.cx.db().query_one_raw(sql).await.unwrap().unwrap();
    test.authority.become_person(person(&test).await, project.try_get("", "organisation_id").unwrap(), project.try_get("", "id").unwrap());
    (test, hypervisor)
}

async fn person(test: &Test) -> PersonId {
    let sql = sea_orm::Statement::from_string(test.cx.database().backend(), "SELECT id FROM identity_person");
    test.cx.db().query_one_raw(sql).await.unwrap().unwrap().try_get("", "id").unwrap()
}

/// Rows of another domain that has no list of its own for them.
async fn count(test: &Test, rows: &str) -> i64 {
    let sql = sea_orm::Statement::from_string(test.cx.database().backend(), format!("SELECT count(*) AS n FROM {rows}"));
    test.cx.db().query_one_raw(sql).await.unwrap().unwrap().try_get("", "n").unwrap()
}

async fn deliver(test: &Test) {
    while kernel::event::deliver(&test.cx, catalogue::module().reactions).await.unwrap() > 0 {}
}

fn workflows() -> Vec<Registered> {
    compute::workflows().into_iter().chain(catalogue::workflows()).collect()
}

async fn wanted(cx: &Cx, hostname: &str, payment_method: PaymentMethod) -> NewOrder {
    let templates = compute::template::all(cx.db()).await.unwrap();
    NewOrder {
        size_id: catalogue::size::visible(cx.db()).await.unwrap()[0].id,
        template_id: Some(templates.iter().find(|one| one.name == "tiny").unwrap().id),
        backup_id: None,
        image_id: None,
        region_id: compute::region::all(cx.db()).await.unwrap()[0].id,
        cycle: Cycle::Monthly,
        hostname: hostname.to_owned(),
        ssh_public_key: KEY.to_owned(),
        user_data: None,
        network_id: None,
        security_group_id: None,
        disks: Vec::new(),
        tags: Vec::new(),
        payment_method,
    }
}

async fn placed(test: &Test, hostname: &str, method: PaymentMethod) -> kernel::Result<Order> {
    order::create(&test.cx, &test.scope::<OrderCreate>().await, &wanted(&test.cx, hostname, method).await).await
}

async fn finish(test: &Test, id: OrderId) -> Order {
    run_to_end(&test.cx, &test.clock, workflows, None, FULFIL.name, &id.to_string()).await;
    deliver(test).await;
    seen(test, id).await
}

async fn seen(test: &Test, id: OrderId) -> Order {
    order::view(&test.cx, &test.scope::<OrderView>().await, id).await.unwrap()
}

async fn machine(test: &Test, order: &Order) -> InstanceState {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, order.instance_id).await.unwrap().state
}

async fn payment(test: &Test, order: &Order) -> billing::payment::PaymentView {
    billing::payment::view(&test.cx, &test.scope::<PaymentView>().await, order.payment_id.unwrap()).await.unwrap()
}

async fn books_are_right(test: &Test) {
    assert_eq!(billing::verify::verify(&test.cx).await.unwrap(), Vec::<String>::new());
}

async fn step(test: &Test) {
    workflow::Worker::new(test.cx.clone(), workflows(), 4).run_due().await.unwrap();
}

both_engines!(the_map_names_every_column, |engine| async move {
    assert_eq!(world(engine).await.0.lint().await, Vec::<String>::new());
});

both_engines!(another_size_costs_what_it_costs_from_that_instant_on, |engine| async move {
    let (test, _) = world(engine).await;
    let sizes = catalogue::size::visible(test.cx.db()).await.unwrap();
    let hourly = NewOrder { cycle: Cycle::Hourly, ..wanted(&test.cx, "web", PaymentMethod::TestSucceeds).await };
    let order = order::create(&test.cx, &test.scope::<OrderCreate>().await, &hourly).await.unwrap();
    let order = finish(&test, order.id).await;
    test.clock.advance(Duration::from_secs(3600));
    instance::resize(&test.cx, &test.scope::<InstanceResize>().await, order.instance_id, sizes[1].id).await.unwrap();
    run_to_end(&test.cx, &test.clock, workflows, None, RESIZE.name, &order.instance_id.to_string()).await;
    deliver(&test).await;
    assert_eq!(machine(&test, &order).await, InstanceState::Running);
    assert_eq!(count(&test, "billing_meter WHERE closed_at IS NOT NULL").await, 1);
    let open = format!("billing_meter WHERE closed_at IS NULL AND description = '{} machine'", sizes[1].name);
    assert_eq!(count(&test, &open).await, 1, "one contract goes on, at the new size's price");
    books_are_right(&test).await;

    let monthly = placed(&test, "db", PaymentMethod::TestSucceeds).await.unwrap();
    let monthly = finish(&test, monthly.id).await;
    let refused = instance::resize(&test.cx, &test.scope::<InstanceResize>().await, monthly.instance_id, sizes[1].id).await.unwrap_err();
    assert!(refused.kind() == Kind::Conflict && refused.to_string().contains("month"), "{refused}");
});

both_engines!(a_declined_order_leaves_no_machine_behind, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = placed(&test, "web", PaymentMethod::TestDeclines).await.unwrap();
    let order = finish(&test, order.id).await;
    assert_eq!(order.state, State::PaymentFailed);
    let list =
        async || instance::list(&test.cx, &test.scope::<InstanceView>().await, &instance::InstanceQuery::default(), &PageQuery::default()).await.unwrap().items;
    assert_eq!(list().await, [], "the order shows what happened; there is no machine");
    assert!(hypervisor.list().await.unwrap().is_empty());
    order::retry(&test.cx, &test.scope::<OrderRetry>().await, order.id, PaymentMethod::TestSucceeds).await.unwrap();
    assert_eq!(finish(&test, order.id).await.state, State::Active);
    assert_eq!(list().await.len(), 1);
});

both_engines!(an_order_becomes_a_running_machine_and_a_paid_invoice, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let new = wanted(&test.cx, "web", PaymentMethod::TestSucceeds).await;
    let asked = catalogue::quote::NewQuote { size_id: new.size_id, template_id: new.template_id, region_id: new.region_id, cycle: new.cycle };
    let quote = catalogue::quote::create(&test.cx, &test.scope::<QuoteCreate>().await, asked).await.unwrap();
    let order = placed(&test, "web", PaymentMethod::TestSucceeds).await.unwrap();
    assert_eq!((order.state, order.charged_now), (State::Paying, quote.due_now));
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, machine(&test, &order).await), (State::Active, InstanceState::Running));
    assert_eq!(hypervisor.list().await.unwrap().len(), 1);
    let invoices = billing::invoice::list(&test.cx, &test.scope::<InvoiceView>().await, &PageQuery::default()).await.unwrap();
    assert_eq!(invoices.items.len(), 1);
    assert_eq!(payment(&test, &order).await.amount, quote.due_now);
    books_are_right(&test).await;
});

both_engines!(a_declined_payment_leaves_nothing_and_another_method_helps, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = placed(&test, "web", PaymentMethod::TestDeclines).await.unwrap();
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, machine(&test, &order).await), (State::PaymentFailed, InstanceState::Failed));
    assert!(order.problem.as_deref().unwrap().contains("declined"), "{order:?}");
    assert!(hypervisor.list().await.unwrap().is_empty());
    order::retry(&test.cx, &test.scope::<OrderRetry>().await, order.id, PaymentMethod::TestSucceeds).await.unwrap();
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, machine(&test, &order).await), (State::Active, InstanceState::Running));
    books_are_right(&test).await;
});

both_engines!(a_payment_that_waits_for_a_word_goes_on_after_it, |engine| async move {
    let (test, _) = world(engine).await;
    let order = placed(&test, "web", PaymentMethod::TestNeedsConfirmation).await.unwrap();
    step(&test).await;
    assert_eq!(seen(&test, order.id).await.state, State::AwaitingConfirmation);
    billing::payment::confirm(&test.cx, &test.scope::<PaymentConfirm>().await, order.payment_id.unwrap(), true).await.unwrap();
    assert_eq!(finish(&test, order.id).await.state, State::Active);
});

both_engines!(a_payment_that_settles_late_is_waited_for, |engine| async move {
    let (test, _) = world(engine).await;
    let order = placed(&test, "web", PaymentMethod::TestSettlesLate).await.unwrap();
    step(&test).await;
    assert_eq!(seen(&test, order.id).await.state, State::AwaitingConfirmation);
    test.clock.advance(Duration::from_secs(20));
    assert_eq!(finish(&test, order.id).await.state, State::Active);
});

both_engines!(a_cancelled_order_gives_a_late_payment_back, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = placed(&test, "web", PaymentMethod::TestSettlesLate).await.unwrap();
    step(&test).await;
    order::cancel(&test.cx, &test.scope::<OrderCancel>().await, order.id).await.unwrap();
    test.clock.advance(Duration::from_secs(20));
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, machine(&test, &order).await), (State::Cancelled, InstanceState::Deleted));
    assert_eq!(payment(&test, &order).await.state, PaymentState::Refunded);
    assert!(hypervisor.list().await.unwrap().is_empty());
    books_are_right(&test).await;
});

both_engines!(a_failing_hypervisor_means_a_refund_and_no_orphan, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    hypervisor.inject(Operation::Start, Fault::Fail(DriverError::failed("QEMU stopped", "could not load kernel")));
    let order = placed(&test, "web", PaymentMethod::TestSucceeds).await.unwrap();
    let order = finish(&test, order.id).await;
    assert_eq!((order.state, machine(&test, &order).await), (State::Failed, InstanceState::Failed));
    assert_eq!(payment(&test, &order).await.state, PaymentState::Refunded);
    assert!(hypervisor.list().await.unwrap().is_empty());
    let late = order::cancel(&test.cx, &test.scope::<OrderCancel>().await, order.id).await.unwrap();
    assert_eq!(late.state, State::Cancelled);
    assert_eq!(machine(&test, &order).await, InstanceState::Deleted);
    books_are_right(&test).await;
});

both_engines!(everything_wrong_is_said_at_once, |engine| async move {
    let (test, _) = world(engine).await;
    let mut new = wanted(&test.cx, "-web", PaymentMethod::TestSucceeds).await;
    new.ssh_public_key = "-----BEGIN OPENSSH PRIVATE KEY-----".to_owned();
    new.user_data = Some("apt-get install nginx".to_owned());
    new.size_id = test.cx.new_id();
    let error = order::create(&test.cx, &test.scope::<OrderCreate>().await, &new).await.unwrap_err();
    let fields: Vec<&str> = error.fields().iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["size_id", "hostname", "ssh_public_key", "user_data"]);
    assert!(error.fields()[2].message.contains("private key"));
    let orders = order::list(&test.cx, &test.scope::<OrderView>().await, &PageQuery::default()).await.unwrap();
    assert!(orders.items.is_empty());
});

both_engines!(a_taken_host_name_is_a_conflict_at_its_field, |engine| async move {
    let (test, _) = world(engine).await;
    placed(&test, "web", PaymentMethod::TestSucceeds).await.unwrap();
    let error = placed(&test, "Web", PaymentMethod::TestSucceeds).await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].field.as_str()), (Kind::Conflict, "hostname"));
});

both_engines!(nobody_orders_before_their_address_is_verified, |engine| async move {
    let (test, _) = world(engine).await;
    let caller = test.authority.caller();
    test.authority.become_person(test.cx.new_id(), caller.organisation, caller.project);
    assert_eq!(placed(&test, "web", PaymentMethod::TestSucceeds).await.unwrap_err().kind(), Kind::Denied);
});

both_engines!(sixteen_orders_at_once_do_not_pass_the_quota, |engine| async move {
    let (test, _) = world(engine).await;
    let names: Vec<String> = (0..16).map(|number| format!("web-{number}")).collect();
    let outcomes = futures::future::join_all(names.iter().map(|name| placed(&test, name, PaymentMethod::TestSucceeds))).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| error.kind() == Kind::Exhausted), "{outcomes:?}");
    assert_eq!(placed(&test, "one-more", PaymentMethod::TestSucceeds).await.unwrap_err().kind(), Kind::Exhausted);
});

both_engines!(an_hourly_machine_is_billed_for_what_it_ran_until_it_is_gone, |engine| async move {
    let (test, _) = world(engine).await;
    let mut new = wanted(&test.cx, "web", PaymentMethod::TestSucceeds).await;
    new.cycle = Cycle::Hourly;
    let order = order::create(&test.cx, &test.scope::<OrderCreate>().await, &new).await.unwrap();
    assert_eq!(order.charged_now.minor, 0);
    let order = finish(&test, order.id).await;
    assert_eq!(order.state, State::Active);
    for _ in 0..2 {
        test.clock.advance(Duration::from_secs(10));
        for job in compute::JOBS.iter().filter(|job| job.name == "compute.reading.measure") {
            assert_eq!((job.run)(test.cx.clone()).await.unwrap(), 1);
        }
        deliver(&test).await;
    }
    assert_eq!(count(&test, "billing_reading").await, 2);
    assert_eq!(count(&test, "billing_meter WHERE closed_at IS NULL").await, 1);
    instance::delete(&test.cx, &test.scope::<InstanceDelete>().await, order.instance_id, instance::Deletion::default()).await.unwrap();
    run_to_end(&test.cx, &test.clock, workflows, None, "compute.instance.retire", &order.instance_id.to_string()).await;
    deliver(&test).await;
    assert_eq!(machine(&test, &order).await, InstanceState::Deleted);
    assert_eq!(count(&test, "billing_meter WHERE closed_at IS NULL").await, 0);
    books_are_right(&test).await;
});

macro_rules! fulfil_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let order = placed(test, "web", PaymentMethod::TestSucceeds).await.unwrap();
                (FULFIL.name.to_owned(), order.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                deliver(test).await;
                let guests = test.cx.extension::<Simulated>().unwrap().list().await.unwrap();
                assert_eq!(guests.len(), usize::from(succeeded));
                let orders = order::list(&test.cx, &test.scope::<OrderView>().await, &PageQuery::default()).await.unwrap().items;
                assert_eq!(orders.len(), 1);
                let (state, paid) = if succeeded { (State::Active, PaymentState::Succeeded) } else { (State::Failed, PaymentState::Refunded) };
                assert_eq!((orders[0].state, payment(test, &orders[0]).await.state), (state, paid));
                books_are_right(test).await;
                // The host name is free exactly if no machine is left.
                assert_eq!(placed(test, "web", PaymentMethod::TestSucceeds).await.is_ok(), !succeeded);
            },
            workflows,
        }
    };
}

cases! {
    fulfil_case!() => fulfilling_can_fail_anywhere, fulfilling_steps_can_run_twice, fulfilling_survives_a_restart_at_each_step;
}
