//! The ledger: random postings and reversals, with failures and retries, keep every invariant.

use billing::ledger::{Account, Leg, Posting, balance, post, reverse};
use kernel::{Currency, Error};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use testkit::both_engines;

use crate::world::World;

#[derive(Debug, Clone)]
enum Act {
    /// Books amounts under a key; may come again with the same key.
    Post { key: usize, amounts: (i64, i64) },
    /// Takes a key back; may come before its entry or twice.
    Reverse { key: usize },
    /// Books and then fails, as a crash before the commit does.
    Crash { key: usize },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (0_usize..12, (-5000_i64..5000, 1_i64..5000)).prop_map(|(key, amounts)| Act::Post { key, amounts }),
        2 => (0_usize..12).prop_map(|key| Act::Reverse { key }),
        1 => (0_usize..12).prop_map(|key| Act::Crash { key }),
    ];
    prop::collection::vec(act, 40..60)
}

fn posting(world: &World, key: usize, amounts: (i64, i64)) -> Posting {
    let organisation = world.organisation();
    let (tax, gross) = amounts;
    Posting {
        key: format!("k{key}"),
        organisation_id: organisation,
        memo: "a random entry".to_owned(),
        document: String::new(),
        currency: Currency::from_code("KWD").unwrap(),
        legs: vec![
            Leg { account: Account::Receivable(organisation), minor: gross },
            Leg { account: Account::TaxPayable("DE".to_owned()), minor: -tax },
            Leg { account: Account::Revenue, minor: tax - gross },
        ],
    }
}

both_engines!(random_histories_keep_the_books_right, |engine| async move {
    let world = World::on(engine).await;
    let mut runner = TestRunner::deterministic();
    let mut booked: std::collections::HashMap<usize, i64> = std::collections::HashMap::new();
    let mut reversed = std::collections::HashSet::new();
    let history = acts().new_tree(&mut runner).unwrap().current();
    for act in history {
        let cx = world.cx();
        match act {
            Act::Post { key, amounts } => {
                let entry = posting(&world, key, amounts);
                cx.write(async |tx| post(&tx, &entry).await).await.unwrap();
                booked.entry(key).or_insert(amounts.1);
            }
            Act::Reverse { key } => {
                let done = cx.write(async |tx| reverse(&tx, &format!("k{key}"), "taken back").await).await;
                assert_eq!(done.is_ok(), booked.contains_key(&key));
                if done.is_ok() {
                    reversed.insert(key);
                }
            }
            Act::Crash { key } => {
                let entry = posting(&world, key + 100, (1, 2));
                let crashed = cx
                    .write(async |tx| {
                        post(&tx, &entry).await?;
                        Err::<(), _>(Error::conflict("gone before the commit"))
                    })
                    .await;
                assert!(crashed.is_err());
            }
        }
        world.books_are_right().await;
    }
    let expected: i64 = booked.iter().filter(|(key, _)| !reversed.contains(*key)).map(|(_, gross)| gross).sum();
    let receivable = balance(world.cx().db(), &Account::Receivable(world.organisation()), Currency::from_code("KWD").unwrap()).await.unwrap();
    assert_eq!(receivable.minor, expected);
});

both_engines!(an_entry_that_does_not_balance_is_refused, |engine| async move {
    let world = World::on(engine).await;
    let mut wrong = posting(&world, 1, (10, 20));
    wrong.legs.pop();
    assert!(world.cx().write(async |tx| post(&tx, &wrong).await).await.is_err());
    world.books_are_right().await;
});
