//! A machine that is gone by nobody's wish: nothing is charged for it from then on, and what was paid ahead goes back.

use std::time::Duration;

use billing::payment::{PaymentMethod, PaymentState};
use billing::permissions::{InvoicePay, InvoiceView};
use catalogue::contract::GIVE_BACK;
use catalogue::order::Order;
use compute::InstanceId;
use compute::instance::State as InstanceState;
use compute_driver::simulated::Simulated;
use compute_driver::{Driver, GuestSpec, Reference};
use kernel::PageQuery;
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};

use super::{books_are_right, count, deliver, finish, machine, payment, placed, workflows, world};

const DAY: Duration = Duration::from_secs(86_400);

/// A running machine that is paid for by the month.
async fn monthly(test: &Test) -> Order {
    let order = placed(test, "web", PaymentMethod::TestSucceeds).await.unwrap();
    finish(test, order.id).await
}

fn reference(id: InstanceId) -> Reference {
    Reference::parse(&id.to_string()).unwrap()
}

async fn job(test: &Test, name: &str) {
    let jobs = compute::JOBS.iter().chain(billing::module().jobs);
    (jobs.into_iter().find(|job| job.name == name).unwrap().run)(test.cx.clone()).await.unwrap();
}

/// Its guest vanishes, and that is found; gives what the guest was.
async fn lost(test: &Test, hypervisor: &Simulated, id: InstanceId) -> GuestSpec {
    let spec = hypervisor.spec(&reference(id)).unwrap();
    assert!(hypervisor.vanish(&reference(id)));
    job(test, "compute.instance.reconcile").await;
    deliver(test).await;
    spec
}

async fn given_back(test: &Test, id: InstanceId) {
    run_to_end(&test.cx, &test.clock, workflows, None, GIVE_BACK.name, &id.to_string()).await;
}

/// The nets of all documents, oldest first; what was credited is negative.
async fn nets(test: &Test) -> Vec<i64> {
    let at = test.scope::<InvoiceView>().await;
    let mut nets = Vec::new();
    for invoice in billing::invoice::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items.into_iter().rev() {
        nets.push(billing::invoice::view(&test.cx, &at, invoice.id).await.unwrap().net.minor);
    }
    nets
}

async fn price(test: &Test) -> i64 {
    catalogue::size::visible(test.cx.db()).await.unwrap()[0].monthly.minor
}

/// Whether `minor` is `days` of `of` days of the price, give or take what rounding and the minutes of a test make.
async fn is_part(test: &Test, minor: i64, days: i64, of: i64) -> bool {
    (minor * of - price(test).await * days).abs() <= 2 * of
}

both_engines!(a_lost_machine_costs_nothing_and_a_month_begins_when_it_is_back, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let order = monthly(&test).await;
    test.clock.advance(10 * DAY);
    let spec = lost(&test, &hypervisor, order.instance_id).await;
    assert_eq!(machine(&test, &order).await, InstanceState::Failed);
    given_back(&test, order.instance_id).await;
    assert_eq!(payment(&test, &order).await.state, PaymentState::PartlyRefunded);
    let documents = nets(&test).await;
    assert!(documents.len() == 2 && is_part(&test, documents.iter().sum(), 10, 31).await, "ten days of March: {documents:?}");

    // Months without it.
    test.clock.advance(62 * DAY);
    job(&test, "billing.period.close").await;
    assert_eq!(nets(&test).await, documents, "no month is charged in which it is gone");
    books_are_right(&test).await;

    hypervisor.ensure(&spec).await.unwrap();
    hypervisor.start(&spec.reference).await.unwrap();
    job(&test, "compute.instance.reconcile").await;
    deliver(&test).await;
    assert_eq!(machine(&test, &order).await, InstanceState::Running);
    assert_eq!(count(&test, "billing_meter WHERE closed_at IS NULL").await, 1);
    test.clock.advance(20 * DAY);
    job(&test, "billing.period.close").await;
    assert_eq!(nets(&test).await[documents.len()..], [price(&test).await], "the month that began when it was back");

    // Lost again: the first month has gone back already.
    lost(&test, &hypervisor, order.instance_id).await;
    let again = workflow::operation::by_subject(test.cx.db(), GIVE_BACK.name, &order.instance_id.to_string()).await.unwrap().unwrap();
    assert!(!again.state.is_final());
    given_back(&test, order.instance_id).await;
    books_are_right(&test).await;
});

both_engines!(the_rest_of_a_month_on_an_invoice_is_credited_whether_it_was_paid_or_not, |engine| async move {
    for paid in [false, true] {
        let (test, hypervisor) = world(engine).await;
        test.clock.advance(14 * DAY);
        let order = monthly(&test).await;
        // The month from the 15th of April on stands on April's invoice.
        test.clock.advance(51 * DAY);
        job(&test, "billing.period.close").await;
        let at = test.scope::<InvoiceView>().await;
        let newest = async || billing::invoice::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items;
        let invoice = newest().await.remove(0);
        assert_eq!(*nets(&test).await.last().unwrap(), price(&test).await);
        if paid {
            billing::invoice::pay(&test.cx, &test.scope::<InvoicePay>().await, invoice.id, PaymentMethod::TestSucceeds).await.unwrap();
        }
        lost(&test, &hypervisor, order.instance_id).await;
        given_back(&test, order.instance_id).await;
        let note = *nets(&test).await.last().unwrap();
        assert!(is_part(&test, -note, 10, 30).await, "ten days of thirty: {note}");
        assert_eq!(payment(&test, &order).await.state, PaymentState::Succeeded, "the first month was there");
        let settled = newest().await.into_iter().find(|one| one.id == invoice.id).unwrap();
        let credited = newest().await[0].gross.minor;
        assert_eq!(settled.due.minor, if paid { 0 } else { invoice.due.minor + credited }, "{settled:?}");
        books_are_right(&test).await;
    }
});

both_engines!(a_month_on_no_invoice_yet_is_billed_for_its_part, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    test.clock.advance(14 * DAY);
    let order = monthly(&test).await;
    test.clock.advance(41 * DAY);
    lost(&test, &hypervisor, order.instance_id).await;
    given_back(&test, order.instance_id).await;
    test.clock.advance(30 * DAY);
    job(&test, "billing.period.close").await;
    let documents = nets(&test).await;
    assert!(documents.len() == 2 && is_part(&test, documents[1], 10, 30).await, "{documents:?}");
    books_are_right(&test).await;
});

macro_rules! give_back_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let order = monthly(test).await;
                test.clock.advance(10 * DAY);
                lost(test, &test.cx.extension::<Simulated>().unwrap(), order.instance_id).await;
                (GIVE_BACK.name.to_owned(), order.instance_id.to_string())
            },
            check: async |test: &Test, _: bool| {
                let notes = nets(test).await;
                assert!(notes.len() == 2 && is_part(test, notes.iter().sum(), 10, 31).await, "once: {notes:?}");
                books_are_right(test).await;
            },
            workflows,
        }
    };
}

cases! {
    give_back_case!() => giving_back_can_fail_anywhere, giving_back_can_run_twice, giving_back_survives_a_restart_at_each_step;
}
