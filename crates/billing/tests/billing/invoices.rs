//! Documents: preview equals invoice, numbers have no hole, snapshots do not change.

use std::time::Duration;

use billing::invoice::model::InvoiceState;
use billing::meter::Cycle;
use billing::payment::{Payment, PaymentId, PaymentMethod};
use billing::permissions::{ClockAdvance, InvoicePay, InvoiceView, UsageView};
use kernel::{Cx, Kind, PageQuery, Timestamp};
use testkit::{both_engines, covers};

use crate::world::{World, another_organisation, monthly, work_for};

both_engines!(the_preview_equals_the_invoice_to_the_cent, |engine| async move {
    covers!(41);
    let world = World::on(engine).await;
    world.open("vm_hourly", Cycle::Hourly).await;
    world.open("vm_monthly", Cycle::Monthly).await;
    for hour in 1..=100 {
        world.test.clock.advance(Duration::from_secs(3600));
        assert!(world.read("vm_hourly", hour, 2477, world.cx().now()).await);
        assert!(!world.read("vm_hourly", hour, 2477, world.cx().now()).await, "the same reading counts once");
    }
    let at = world.test.scope::<InvoiceView>().await;
    let preview = billing::invoice::preview(world.cx(), &at).await.unwrap();
    let usage = billing::usage::view(world.cx(), &world.test.scope::<UsageView>().await).await.unwrap();
    assert_eq!((usage.net, usage.tax, usage.gross), (preview.net, preview.tax, preview.gross));
    // The hypervisor's figures are shown for both, though the month's price covers one of them.
    let hours: Vec<_> = usage.metered.iter().map(|one| (one.resource_id.as_str(), one.running_hours.as_str(), one.covered_until.is_some())).collect();
    assert_eq!(hours, [("vm_hourly", "68.8056", false), ("vm_monthly", "0", true)]);
    assert_eq!(preview.lines[0].amount.minor, 56); // 247,700 s × 0.0082 EUR/h = 0.5642…
    assert_eq!(preview.number, None);

    world.test.clock.set(preview.period.to);
    assert_eq!(world.job("billing.period.close").await, 1);
    assert_eq!(world.job("billing.period.close").await, 0);
    let page = billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!((page.items[0].number.as_str(), page.items[0].buyer_name.as_str()), ("2026-000001", "Åse Canary"));
    let invoice = billing::invoice::view(world.cx(), &at, page.items[0].id).await.unwrap();
    assert_eq!((invoice.net, invoice.tax, invoice.gross), (preview.net, preview.tax, preview.gross));
    assert_eq!(invoice.lines, preview.lines);
    assert_eq!((invoice.state, invoice.due), (InvoiceState::Open, invoice.gross));
    world.books_are_right().await;
});

both_engines!(a_last_invoice_bills_what_was_said_once_and_before_the_months_end, |engine| async move {
    let world = World::on(engine).await;
    world.open("vm_hourly", Cycle::Hourly).await;
    for hour in 1..=100 {
        world.test.clock.advance(Duration::from_secs(3600));
        world.read("vm_hourly", hour, 2477, world.cx().now()).await;
    }
    world.test.clock.advance(Duration::from_secs(60));
    let said = billing::invoice::unbilled(world.cx(), &world.work()).await.unwrap().unwrap();
    let (number, total) = billing::invoice::conclude(world.cx(), &world.work()).await.unwrap().unwrap();
    assert_eq!((number.as_str(), total), ("2026-000001", said));
    assert_eq!(billing::invoice::conclude(world.cx(), &world.work()).await.unwrap(), None, "nothing is left to bill");
    assert_eq!(billing::invoice::unbilled(world.cx(), &world.work()).await.unwrap(), None);
    world.books_are_right().await;
});

both_engines!(the_archive_holds_every_document_and_adds_up_to_the_books, |engine| async move {
    covers!(247);
    let world = World::on(engine).await;
    // One paid with an order, one that goes back, one that is open.
    world.pay_order("ord_1", PaymentMethod::TestSucceeds).await;
    let back = world.pay_order("ord_2", PaymentMethod::TestSucceeds).await;
    billing::payment::refund(world.cx(), back.id, back.amount, "test").await.unwrap();
    world.open("vm_hourly", Cycle::Hourly).await;
    world.test.clock.advance(Duration::from_secs(7200));
    world.read("vm_hourly", 1, 7_200_000, world.cx().now()).await;
    world.test.clock.advance(Duration::from_secs(60));
    billing::invoice::conclude(world.cx(), &world.work()).await.unwrap().unwrap();

    let at = world.test.scope::<InvoiceView>().await;
    let bytes = billing::invoice::archive(world.cx(), &at).await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut read = |name: &str| {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut content).unwrap();
        content
    };
    let page = billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap();
    assert_eq!(page.items.len(), 4);
    for item in &page.items {
        assert!(read(&format!("invoices/{}.pdf", item.number)).starts_with(b"%PDF"));
        let structured: serde_json::Value = serde_json::from_slice(&read(&format!("invoices/{}.json", item.number))).unwrap();
        assert_eq!(structured["gross"]["minor"], item.gross.minor);
    }
    let totals: serde_json::Value = serde_json::from_slice(&read("totals.json")).unwrap();
    assert_eq!((&totals[0]["invoices"], &totals[0]["credit_notes"]), (&3.into(), &1.into()));
    assert_eq!(totals[0]["gross"]["minor"], page.items.iter().map(|item| item.gross.minor).sum::<i64>());
    let owed = world.balance(billing::ledger::Account::Receivable(world.organisation())).await;
    assert_eq!(totals[0]["due"]["minor"], owed, "what the books have as owed");
    let earned = -world.balance(billing::ledger::Account::Revenue).await;
    assert_eq!(totals[0]["net"]["minor"], earned, "and as earned");
    world.books_are_right().await;
});

both_engines!(the_test_clock_closes_months_and_bills_each_once, |engine| async move {
    let world = World::on(engine).await;
    world.open("vm_monthly", Cycle::Monthly).await;
    let advance = world.test.scope::<ClockAdvance>().await;
    let to = Timestamp::from_jiff("2026-07-01T00:00:00Z".parse().unwrap());
    assert_eq!(billing::account::advance(world.cx(), &advance, to).await.unwrap().now, to);
    let at = world.test.scope::<InvoiceView>().await;
    let page = billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap();
    // March is paid with the order; the months that start in April, May and June are invoiced.
    let numbers: Vec<_> = page.items.iter().map(|item| item.number.as_str()).collect();
    assert_eq!(numbers, ["TEST-2026-000003", "TEST-2026-000002", "TEST-2026-000001"]);
    assert!(page.items.iter().all(|item| item.gross.minor == 708));
    let back = billing::account::advance(world.cx(), &advance, Timestamp(to.0 - 1)).await.unwrap_err();
    assert_eq!(back.kind(), Kind::Invalid);
    world.books_are_right().await;
});

/// Advances a payment as a client does that is told to come again: the pool is smaller than the crowd, and a loaded host is slow.
async fn advanced(cx: &Cx, payment: PaymentId) -> Payment {
    loop {
        match billing::payment::advance(cx, payment).await {
            Err(error) if error.kind() == Kind::Unavailable => tokio::time::sleep(Duration::from_millis(100)).await,
            answer => return answer.unwrap(),
        }
    }
}

both_engines!(numbers_have_no_hole_under_64_parallel_finalisations, |engine| async move {
    let world = World::on(engine).await;
    let runs = (0..64).map(|number| {
        let cx = world.cx().clone();
        // Eight customers, eight orders each: some wait for the same account, all for the same series.
        let organisation = world.organisation();
        tokio::spawn(async move {
            let organisation = if number % 8 == 0 { organisation } else { another_organisation(&cx) };
            let (at, quote) = (work_for(organisation), monthly(&cx, organisation).await);
            let order = format!("ord_{number}");
            let method = PaymentMethod::TestSucceeds;
            let payment = cx.write(async |tx| billing::payment::begin_order(&tx, &at, &order, 1, &quote, method).await).await.unwrap();
            if number % 5 == 0 {
                // A transaction that takes a number and fails must give it back.
                let failed = cx
                    .write(async |tx| {
                        let posting = billing::ledger::Posting {
                            key: order.clone(),
                            organisation_id: organisation,
                            memo: String::new(),
                            document: String::new(),
                            currency: quote.currency(),
                            legs: billing::ledger::Posting::transfer(
                                billing::ledger::Account::Revenue,
                                billing::ledger::Account::Credit(organisation),
                                quote.net,
                            )?,
                        };
                        billing::ledger::post(&tx, &posting).await?;
                        Err::<(), _>(kernel::Error::conflict("rolled back on purpose"))
                    })
                    .await;
                assert!(failed.is_err());
            }
            let (one, two) = tokio::join!(advanced(&cx, payment.id), advanced(&cx, payment.id));
            (one.invoice_id.unwrap(), two.invoice_id.unwrap())
        })
    });
    let mut invoices = Vec::new();
    for run in futures::future::join_all(runs).await {
        let (one, two) = run.unwrap();
        assert_eq!(one, two);
        invoices.push(one);
    }
    invoices.sort();
    invoices.dedup();
    assert_eq!(invoices.len(), 64);
    world.books_are_right().await;
    // The 65th number follows the 64 without a hole.
    let payment = world.pay_order("ord_last", PaymentMethod::TestSucceeds).await;
    let at = world.test.scope::<InvoiceView>().await;
    let last = billing::invoice::view(world.cx(), &at, payment.invoice_id.unwrap()).await.unwrap();
    assert_eq!(last.number.as_deref(), Some("2026-000065"));
});

both_engines!(an_invoice_is_paid_once_and_its_pdf_never_changes, |engine| async move {
    covers!(247);
    let world = World::on(engine).await;
    world.open("vm_hourly", Cycle::Hourly).await;
    world.read("vm_hourly", 1, 360_000, world.cx().now()).await;
    world.test.clock.set(Timestamp::from_jiff("2026-04-01T00:00:00Z".parse().unwrap()));
    world.job("billing.period.close").await;
    let at = world.test.scope::<InvoiceView>().await;
    let id = billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap().items[0].id;
    let (_, before) = billing::invoice::pdf(world.cx(), &at, id).await.unwrap();
    assert!(before.starts_with(b"%PDF-"));

    let pay = world.test.scope::<InvoicePay>().await;
    let declined = billing::invoice::pay(world.cx(), &pay, id, PaymentMethod::TestDeclines).await.unwrap();
    assert!(declined.problem.is_some());
    let late = billing::invoice::pay(world.cx(), &pay, id, PaymentMethod::TestSettlesLate).await.unwrap();
    let again = billing::invoice::pay(world.cx(), &pay, id, PaymentMethod::TestSucceeds).await.unwrap();
    assert_eq!(late.id, again.id, "one payment at a time");
    world.test.clock.advance(Duration::from_secs(11));
    assert_eq!(world.job("billing.payment.settle").await, 1);
    let paid = billing::invoice::view(world.cx(), &at, id).await.unwrap();
    assert_eq!((paid.state, paid.due.minor), (InvoiceState::Paid, 0));
    let twice = billing::invoice::pay(world.cx(), &pay, id, PaymentMethod::TestSucceeds).await.unwrap_err();
    assert_eq!(twice.kind(), Kind::Conflict);
    let (_, after) = billing::invoice::pdf(world.cx(), &at, id).await.unwrap();
    assert_eq!(before, after);
    let exported = billing::invoice::documents(world.cx(), &world.work()).await.unwrap();
    assert_eq!(exported, [("2026-000001".to_owned(), after)]);
    world.books_are_right().await;
});
