//! Another size for machines that are paid by the month, or by the hour: what is charged, when the price changes, and what goes back.

use std::sync::Arc;
use std::time::Duration;

use billing::meter::Cycle;
use billing::payment::{PaymentMethod, PaymentState};
use billing::permissions::{InvoiceView, PaymentConfirm, PaymentView};
use catalogue::order::{self, NewOrder, Order};
use catalogue::permissions::{OrderCreate, SizeChangeCreate, SizeChangeQuote as MayQuote, SizeChangeView, SizeUpdate};
use catalogue::size::SizePatch;
use catalogue::size_change::{self, NewSizeChange, SIZE_CHANGE, SizeChange, SizeChangeId, SizeChangeQuote, State};
use compute::instance;
use compute::permissions::{InstanceResize, InstanceView};
use compute::{InstanceId, SizeId};
use compute_driver::simulated::{Fault, Operation, Simulated};
use compute_driver::{Driver, DriverError};
use kernel::{Kind, Money, PageQuery};
use testkit::workflows::{Case, run_to_end};
use testkit::{Engine, Test, both_engines, cases};
use workflow::operation::State as Work;
use workflow::{Interceptor, Intervention, Moment, Point};

use super::{books_are_right, deliver, finish, person, placed, step, wanted, workflows, world};

const DAY: Duration = Duration::from_secs(86_400);

async fn sizes(test: &Test) -> Vec<catalogue::Size> {
    catalogue::size::visible(test.cx.db()).await.unwrap()
}

/// A running machine of the smallest size, paid for by the month.
async fn monthly(test: &Test) -> Order {
    let order = placed(test, "web", PaymentMethod::TestSucceeds).await.unwrap();
    finish(test, order.id).await
}

async fn quote(test: &Test, instance: InstanceId, size: SizeId) -> SizeChangeQuote {
    size_change::quote(&test.cx, &test.scope::<MayQuote>().await, instance, size).await.unwrap()
}

async fn ask(test: &Test, instance: InstanceId, size: SizeId, due_now: Money, payment_method: PaymentMethod) -> kernel::Result<SizeChange> {
    let new = NewSizeChange { size_id: size, due_now, payment_method };
    size_change::create(&test.cx, &test.scope::<SizeChangeCreate>().await, instance, &new).await
}

async fn changes(test: &Test, instance: InstanceId) -> Vec<SizeChange> {
    size_change::list(&test.cx, &test.scope::<SizeChangeView>().await, instance, &PageQuery::default()).await.unwrap().items
}

async fn ended(test: &Test, id: SizeChangeId, instance: InstanceId) -> SizeChange {
    run_to_end(&test.cx, &test.clock, workflows, None, SIZE_CHANGE.name, &id.to_string()).await;
    deliver(test).await;
    changes(test, instance).await.into_iter().find(|one| one.id == id).unwrap()
}

/// Asks what it costs, agrees, and carries it out.
async fn changed(test: &Test, instance: InstanceId, size: SizeId) -> (SizeChangeQuote, SizeChange) {
    let shown = quote(test, instance, size).await;
    let asked = ask(test, instance, size, shown.due_now, PaymentMethod::TestSucceeds).await.unwrap();
    (shown, ended(test, asked.id, instance).await)
}

async fn size_of(test: &Test, id: InstanceId) -> SizeId {
    instance::view(&test.cx, &test.scope::<InstanceView>().await, id).await.unwrap().size.id
}

/// Lets two months pass and invoices what began in them.
async fn month_ends(test: &Test) {
    test.clock.advance(62 * DAY);
    for job in billing::module().jobs.iter().filter(|job| job.name == "billing.period.close") {
        (job.run)(test.cx.clone()).await.unwrap();
    }
}

async fn invoices(test: &Test) -> Vec<i64> {
    let at = test.scope::<InvoiceView>().await;
    let mut nets = Vec::new();
    for invoice in billing::invoice::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items.into_iter().rev() {
        nets.push(billing::invoice::view(&test.cx, &at, invoice.id).await.unwrap().net.minor);
    }
    nets
}

both_engines!(a_dearer_size_costs_the_rest_of_the_month_now_and_its_price_from_the_next, |engine| async move {
    let (test, _) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    test.clock.advance(10 * DAY);
    let (shown, done) = changed(&test, order.instance_id, shelf[1].id).await;
    assert_eq!((done.state, size_of(&test, order.instance_id).await), (State::Done, shelf[1].id));
    let whole = shelf[1].monthly.minor - shelf[0].monthly.minor;
    assert!(shown.net.minor > whole / 2 && shown.net.minor < whole, "{shown:?}");
    assert_eq!((shown.net.minor + shown.tax.minor, shown.lines.len()), (shown.due_now.minor, 2));
    assert_eq!((done.charged_now, done.price, done.price_from), (shown.due_now, shelf[1].monthly, shown.price_from));
    assert_eq!(invoices(&test).await, [shelf[0].monthly.minor, shown.net.minor], "the document says what was shown");

    month_ends(&test).await;
    let later = invoices(&test).await;
    assert!(later.len() > 2 && later[2..].iter().all(|net| *net > 0 && *net % shelf[1].monthly.minor == 0), "{later:?}");
    books_are_right(&test).await;
});

both_engines!(a_cheaper_size_is_pending_until_the_month_ends_and_nothing_is_paid_twice, |engine| async move {
    let (test, _) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    assert_eq!(changed(&test, order.instance_id, shelf[1].id).await.1.state, State::Done);
    let disk = ask(&test, order.instance_id, shelf[0].id, shelf[0].monthly, PaymentMethod::TestSucceeds).await.unwrap_err();
    assert_eq!(disk.fields()[0].field, "size_id", "its disk would have to shrink");

    let cheap = SizePatch { monthly: Some(shelf[0].monthly), ..SizePatch::default() };
    catalogue::size::update(&test.cx, &test.scope::<SizeUpdate>().await, shelf[2].id, cheap).await.unwrap();
    let (shown, done) = changed(&test, order.instance_id, shelf[2].id).await;
    assert_eq!((shown.due_now.minor, shown.lines.len(), shown.price), (0, 0, shelf[0].monthly));
    assert!(done.state == State::Done && done.payment_id.is_none() && done.price_from > test.cx.now(), "{done:?}");
    let back = quote(&test, order.instance_id, shelf[1].id).await;
    assert_eq!(back.due_now.minor, 0, "this month is paid at the dearer price");

    let paid = invoices(&test).await.len();
    month_ends(&test).await;
    let later = invoices(&test).await;
    assert!(later.len() > paid && later[paid..].iter().all(|net| net % shelf[0].monthly.minor == 0), "{later:?}");
    books_are_right(&test).await;
});

both_engines!(a_declined_payment_leaves_the_machine_as_it_is, |engine| async move {
    let (test, _) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    let due = quote(&test, order.instance_id, shelf[1].id).await.due_now;
    let asked = ask(&test, order.instance_id, shelf[1].id, due, PaymentMethod::TestDeclines).await.unwrap();
    let failed = ended(&test, asked.id, order.instance_id).await;
    assert!(failed.state == State::PaymentFailed && failed.problem.unwrap().contains("declined"));
    assert_eq!((size_of(&test, order.instance_id).await, invoices(&test).await.len()), (shelf[0].id, 1));
});

both_engines!(a_hypervisor_that_fails_means_a_refund_and_the_old_price, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    hypervisor.inject(Operation::Resize, Fault::Fail(DriverError::full("0 MiB of disk are free")));
    let (_, failed) = changed(&test, order.instance_id, shelf[1].id).await;
    assert_eq!((failed.state, size_of(&test, order.instance_id).await), (State::Failed, shelf[0].id));
    let paid = billing::payment::view(&test.cx, &test.scope::<PaymentView>().await, failed.payment_id.unwrap()).await.unwrap();
    assert_eq!(paid.state, PaymentState::Refunded);
    books_are_right(&test).await;
    assert_eq!(changed(&test, order.instance_id, shelf[1].id).await.1.state, State::Done, "the next try works");
});

both_engines!(nothing_more_is_charged_than_was_shown_and_one_change_is_made_at_a_time, |engine| async move {
    let (test, _) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    let due = quote(&test, order.instance_id, shelf[1].id).await.due_now;
    let less = Money::new(due.minor - 1, due.currency);
    assert_eq!(ask(&test, order.instance_id, shelf[1].id, less, PaymentMethod::TestSucceeds).await.unwrap_err().kind(), Kind::Conflict);
    let waits = ask(&test, order.instance_id, shelf[1].id, due, PaymentMethod::TestNeedsConfirmation).await.unwrap();
    let second = ask(&test, order.instance_id, shelf[1].id, due, PaymentMethod::TestSucceeds).await.unwrap_err();
    assert!(second.kind() == Kind::Conflict && second.to_string().contains("on its way"), "{second}");
    step(&test).await;
    assert_eq!(changes(&test, order.instance_id).await[0].state, State::AwaitingConfirmation);
    billing::payment::confirm(&test.cx, &test.scope::<PaymentConfirm>().await, waits.payment_id.unwrap(), true).await.unwrap();
    assert_eq!(ended(&test, waits.id, order.instance_id).await.state, State::Done);
});

both_engines!(an_hourly_machine_pays_nothing_now_and_the_new_price_at_once, |engine| async move {
    let (test, _) = world(engine).await;
    let shelf = sizes(&test).await;
    let order = hourly(&test).await;
    let (shown, done) = changed(&test, order.instance_id, shelf[1].id).await;
    assert_eq!((shown.due_now.minor, shown.price, shown.cycle), (0, shelf[1].hourly, Some(Cycle::Hourly)));
    assert_eq!((done.state, done.payment_id), (State::Done, None));
    books_are_right(&test).await;
});

/// A machine that is billed by the hour.
async fn hourly(test: &Test) -> Order {
    let new = NewOrder { cycle: Cycle::Hourly, ..wanted(&test.cx, "web", PaymentMethod::TestSucceeds).await };
    let order = order::create(&test.cx, &test.scope::<OrderCreate>().await, &new).await.unwrap();
    finish(test, order.id).await
}

/// What an hour costs from now on.
async fn hour(test: &Test, id: InstanceId) -> String {
    let at = test.scope::<MayQuote>().await;
    billing::meter::rates_now(test.cx.db(), &at, &id.to_string()).await.unwrap().unwrap().hourly.to_string()
}

async fn costs(test: &Test, size: SizeId, minor: i64) {
    let hourly = Money::new(minor, sizes(test).await[0].hourly.currency);
    catalogue::size::update(&test.cx, &test.scope::<SizeUpdate>().await, size, SizePatch { hourly: Some(hourly), ..SizePatch::default() }).await.unwrap();
}

/// Gives it another size without a price to agree on.
async fn resized(test: &Test, id: InstanceId, size: SizeId, fault: Option<Arc<dyn Interceptor>>) -> Work {
    instance::resize(&test.cx, &test.scope::<InstanceResize>().await, id, size).await.unwrap();
    let ended = run_to_end(&test.cx, &test.clock, workflows, fault, instance::RESIZE.name, &id.to_string()).await;
    deliver(test).await;
    ended.state
}

both_engines!(regression_a_plain_resize_costs_what_the_size_costs_today, |engine| async move {
    let (test, hypervisor) = world(engine).await;
    let (id, shelf) = (hourly(&test).await.instance_id, sizes(&test).await);
    let at_first = hour(&test, id).await;
    // A change was agreed on at another price, and came to nothing.
    hypervisor.inject(Operation::Resize, Fault::Fail(DriverError::full("0 MiB of disk are free")));
    assert_eq!(changed(&test, id, shelf[1].id).await.1.state, State::Failed);
    assert_eq!(hour(&test, id).await, at_first);
    costs(&test, shelf[1].id, 50).await;
    assert_eq!(resized(&test, id, shelf[1].id, None).await, Work::Succeeded);
    assert_eq!(hour(&test, id).await, "0.5");
    books_are_right(&test).await;
});

/// The last step of a resize fails after it had its effect.
struct FailsAtTheEnd;

impl Interceptor for FailsAtTheEnd {
    fn at(&self, point: Point) -> Intervention {
        let end = point.step == "finish" && point.moment == Moment::After && !point.undo;
        if end { Intervention::Fail(kernel::Error::conflict("A fault of the test.")) } else { Intervention::Go }
    }
}

both_engines!(a_resize_that_is_taken_back_leaves_the_price_as_it_was, |engine| async move {
    let (test, _) = world(engine).await;
    let (id, shelf) = (hourly(&test).await.instance_id, sizes(&test).await);
    let at_first = hour(&test, id).await;
    costs(&test, shelf[0].id, 50).await;
    assert_eq!(resized(&test, id, shelf[1].id, Some(Arc::new(FailsAtTheEnd))).await, Work::Undone);
    assert_eq!((size_of(&test, id).await, hour(&test, id).await), (shelf[0].id, at_first), "and not what the size costs today");
});

both_engines!(nothing_of_it_is_seen_from_another_project, |engine| async move {
    let (test, _) = world(engine).await;
    let (order, shelf) = (monthly(&test).await, sizes(&test).await);
    let due = quote(&test, order.instance_id, shelf[1].id).await.due_now;
    let caller = test.authority.caller();
    test.authority.become_person(person(&test).await, caller.organisation, test.cx.new_id());
    let list = size_change::list(&test.cx, &test.scope::<SizeChangeView>().await, order.instance_id, &PageQuery::default()).await;
    assert_eq!(list.unwrap_err().kind(), Kind::NotFound);
    let seen = size_change::quote(&test.cx, &test.scope::<MayQuote>().await, order.instance_id, shelf[1].id).await;
    assert_eq!(seen.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(ask(&test, order.instance_id, shelf[1].id, due, PaymentMethod::TestSucceeds).await.unwrap_err().kind(), Kind::NotFound);
});

macro_rules! change_case {
    () => {
        Case {
            make: async || world(Engine::Sqlite).await.0,
            start: async |test: &Test| {
                let (order, shelf) = (monthly(test).await, sizes(test).await);
                let due = quote(test, order.instance_id, shelf[1].id).await.due_now;
                let asked = ask(test, order.instance_id, shelf[1].id, due, PaymentMethod::TestSucceeds).await.unwrap();
                (SIZE_CHANGE.name.to_owned(), asked.id.to_string())
            },
            check: async |test: &Test, succeeded: bool| {
                deliver(test).await;
                let machine = test.cx.extension::<Simulated>().unwrap().list().await.unwrap().remove(0);
                let id: InstanceId = machine.reference.to_string().parse().unwrap();
                let (change, shelf) = (changes(test, id).await.remove(0), sizes(test).await);
                let paid = billing::payment::view(&test.cx, &test.scope::<PaymentView>().await, change.payment_id.unwrap()).await.unwrap();
                // It is paid for and there, or refunded and as it was.
                let (state, size) = match change.state {
                    State::Done => (PaymentState::Succeeded, shelf[1].id),
                    _ => (PaymentState::Refunded, shelf[0].id),
                };
                assert_eq!((paid.state, size_of(test, id).await), (state, size));
                assert!(!succeeded || change.state == State::Done);
                books_are_right(test).await;
            },
            workflows,
        }
    };
}

cases! {
    change_case!() => changing_a_size_can_fail_anywhere, changing_a_size_can_run_twice, changing_a_size_survives_a_restart_at_each_step;
}
