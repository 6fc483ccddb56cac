//! Payments: charged once whatever is lost, nothing booked when declined, money back in full.

use std::sync::atomic::Ordering;
use std::time::Duration;

use billing::invoice::model::{InvoiceState, Kind as Document};
use billing::ledger::Account;
use billing::payment::{PaymentMethod, PaymentState, advance, refund};
use billing::permissions::{InvoiceView, PaymentConfirm};
use kernel::{Kind, Money, PageQuery};
use testkit::both_engines;

use crate::world::World;

both_engines!(an_order_is_charged_invoiced_and_paid_at_once, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.pay_order("ord_1", PaymentMethod::TestSucceeds).await;
    assert_eq!((payment.state, payment.amount.minor), (PaymentState::Succeeded, 708));
    let at = world.test.scope::<InvoiceView>().await;
    let invoice = billing::invoice::view(world.cx(), &at, payment.invoice_id.unwrap()).await.unwrap();
    assert_eq!((invoice.state, invoice.gross.minor, invoice.due.minor), (InvoiceState::Paid, 708, 0));
    let organisation = world.organisation();
    assert_eq!(world.balance(Account::Receivable(organisation)).await, 0);
    assert_eq!(world.balance(Account::Credit(organisation)).await, 0);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 708);
    assert_eq!(world.balance(Account::Revenue).await, -595);
    assert_eq!(world.balance(Account::TaxPayable("DE".to_owned())).await, -113);
    world.books_are_right().await;
});

both_engines!(a_decline_leaves_nothing_booked, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.pay_order("ord_1", PaymentMethod::TestDeclines).await;
    assert_eq!(payment.state, PaymentState::Failed);
    assert!(payment.problem.is_some());
    assert_eq!(payment.invoice_id, None);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 0);
    let at = world.test.scope::<InvoiceView>().await;
    assert!(billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap().items.is_empty());
    let money = Money::new(708, payment.amount.currency);
    assert_eq!(refund(world.cx(), payment.id, money, "nothing came").await.unwrap_err().kind(), Kind::Conflict);
});

both_engines!(a_lost_answer_is_looked_up_and_not_charged_again, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.begin_order("ord_1", PaymentMethod::TestSucceeds).await;
    world.provider.lose.store(1, Ordering::SeqCst);
    assert!(advance(world.cx(), payment.id).await.unwrap_err().is_transient());
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 0);
    for _ in 0..3 {
        assert_eq!(advance(world.cx(), payment.id).await.unwrap().state, PaymentState::Succeeded);
    }
    assert_eq!(world.provider.charges.load(Ordering::SeqCst), 1);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 708);
    let again = world.begin_order("ord_1", PaymentMethod::TestSucceeds).await;
    assert_eq!(again.id, payment.id, "the same attempt is the same payment");
    world.books_are_right().await;
});

both_engines!(confirming_twice_charges_once, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.pay_order("ord_1", PaymentMethod::TestNeedsConfirmation).await;
    assert_eq!(payment.state, PaymentState::RequiresAction);
    let at = world.test.scope::<PaymentConfirm>().await;
    world.provider.lose.store(1, Ordering::SeqCst);
    assert!(billing::payment::confirm(world.cx(), &at, payment.id, true).await.is_err());
    let cx = world.cx();
    let (one, two, three) =
        tokio::join!(billing::payment::confirm(cx, &at, payment.id, true), billing::payment::confirm(cx, &at, payment.id, false), advance(cx, payment.id));
    assert_eq!(one.unwrap().state, PaymentState::Succeeded);
    assert_eq!(two.unwrap().state, PaymentState::Succeeded, "the first word counts");
    assert_eq!(three.unwrap().state, PaymentState::Succeeded);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 708);
    world.books_are_right().await;

    let refused = world.pay_order("ord_2", PaymentMethod::TestNeedsConfirmation).await;
    let refused = billing::payment::confirm(cx, &at, refused.id, false).await.unwrap();
    assert_eq!(refused.state, PaymentState::Cancelled);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 708);
});

both_engines!(a_late_payment_settles_by_the_job, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.pay_order("ord_1", PaymentMethod::TestSettlesLate).await;
    assert_eq!(payment.state, PaymentState::Processing);
    world.test.clock.advance(Duration::from_secs(5));
    assert_eq!(world.job("billing.payment.settle").await, 0);
    world.test.clock.advance(Duration::from_secs(6));
    assert_eq!(world.job("billing.payment.settle").await, 1);
    assert_eq!(advance(world.cx(), payment.id).await.unwrap().state, PaymentState::Succeeded);
    assert_eq!(world.balance(Account::Clearing("test".to_owned())).await, 708);
});

both_engines!(money_goes_back_once_and_a_credit_note_says_so, |engine| async move {
    let world = World::on(engine).await;
    let payment = world.pay_order("ord_1", PaymentMethod::TestSucceeds).await;
    let part = Money::new(101, payment.amount.currency);
    let rest = Money::new(607, payment.amount.currency);
    assert_eq!(refund(world.cx(), payment.id, part, "goodwill").await.unwrap().state, PaymentState::PartlyRefunded);
    world.books_are_right().await;
    world.provider.lose.store(1, Ordering::SeqCst);
    assert!(refund(world.cx(), payment.id, rest, "undone").await.is_err());
    for _ in 0..2 {
        assert_eq!(refund(world.cx(), payment.id, rest, "undone").await.unwrap().state, PaymentState::Refunded);
    }
    assert_eq!(refund(world.cx(), payment.id, part, "more").await.unwrap_err().kind(), Kind::Conflict);

    let organisation = world.organisation();
    for account in [Account::Receivable(organisation), Account::Credit(organisation), Account::Clearing("test".to_owned()), Account::Revenue] {
        assert_eq!(world.balance(account.clone()).await, 0, "{account:?}");
    }
    assert_eq!(world.balance(Account::TaxPayable("DE".to_owned())).await, 0);
    let at = world.test.scope::<InvoiceView>().await;
    let page = billing::invoice::list(world.cx(), &at, &PageQuery::default()).await.unwrap();
    let shown: Vec<_> = page.items.iter().map(|item| (item.number.as_str(), item.kind, item.state, item.gross.minor)).collect();
    assert_eq!(
        shown,
        [
            ("CN-2026-000002", Document::CreditNote, InvoiceState::Paid, -607),
            ("CN-2026-000001", Document::CreditNote, InvoiceState::Paid, -101),
            ("2026-000001", Document::Invoice, InvoiceState::Void, 708),
        ]
    );
    world.books_are_right().await;
});
