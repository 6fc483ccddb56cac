//! Acts and staff views, as members of an organisation see them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use audit::line::list::list;
use audit::permissions::ActivityList;
use audit::{Names, Outcome};
use kernel::cx::Extensions;
use kernel::id::Id;
use kernel::map::purpose;
use kernel::{Cx, Gate, KeyOwner, OrganisationId, PageQuery, PersonId, ProjectId, Result, Sealed};
use testkit::{Engine, Test, both_engines};
use uuid::Uuid;

kernel::permission!(
    /// For the test.
    pub MachineCreate = "compute.instance.create", Project, Use);
kernel::permission!(
    /// For the test.
    pub PasswordChange = "identity.password.change", Person, Use);
kernel::field!(
    /// For the test: a value that staff look at.
    pub Probe: String = "audit.body.sealed");

struct Registry;

#[async_trait]
impl Names for Registry {
    async fn names(&self, _: &Cx, ids: &[PersonId]) -> Result<HashMap<PersonId, String>> {
        Ok(ids.iter().map(|id| (*id, format!("Name of {id}"))).collect())
    }
}

async fn fresh(engine: Engine) -> Test {
    Test::with(engine, vec![audit::module()], Extensions::default().with::<Arc<dyn Names>>(Arc::new(Registry))).await
}

fn first(limit: u64) -> PageQuery {
    PageQuery { limit: Some(limit), after: None }
}

both_engines!(the_map_matches_the_tables, |engine| async move {
    assert_eq!(fresh(engine).await.lint().await, Vec::<String>::new());
});

both_engines!(members_see_acts_and_every_staff_view, |engine| async move {
    let test = fresh(engine).await;
    let caller = test.authority.caller();
    let at = test.scope::<MachineCreate>().await;
    test.cx.write(async |tx| audit::record(&tx, &at, "vm_1", "Ordered a machine").await).await.unwrap();
    test.clock.advance(Duration::from_secs(1));
    let own = test.scope::<PasswordChange>().await;
    test.cx.write(async |tx| audit::record(&tx, &own, caller.person, "Changed the password").await).await.unwrap();
    test.clock.advance(Duration::from_secs(1));

    let staff = PersonId::from_uuid(Uuid::now_v7());
    let owners = [KeyOwner::Person(caller.person), KeyOwner::Organisation(caller.organisation)];
    let stranger = KeyOwner::Person(PersonId::from_uuid(Uuid::now_v7()));
    test.authority.become_staff(staff);
    let looking = test.scope::<ActivityList>().await;
    for owner in owners.into_iter().chain([stranger]) {
        let sealed = test.cx.write(async |tx| Sealed::<Probe>::seal(&tx, owner, &"secret".to_owned()).await).await.unwrap();
        Gate::new(&test.cx, &looking, &purpose::SECURITY, [sealed.bytes()]).await.unwrap();
        test.clock.advance(Duration::from_secs(1));
    }

    test.authority.become_person(caller.person, caller.organisation, caller.project);
    let at = test.scope::<ActivityList>().await;
    let page = list(&test.cx, &at, &first(50)).await.unwrap();
    let actions: Vec<&str> = page.items.iter().map(|item| item.action.as_str()).collect();
    assert_eq!(actions, ["audit.activity.list", "audit.activity.list", "identity.password.change", "compute.instance.create"]);
    for (view, owner) in page.items[..2].iter().zip(owners.iter().rev()) {
        assert_eq!((view.actor.kind.as_str(), view.actor.id), ("staff", Some(staff)));
        assert_eq!(view.staff_purpose.as_deref(), Some("security"));
        let whose = match owner {
            KeyOwner::Person(id) => id.to_string(),
            KeyOwner::Organisation(id) => id.to_string(),
        };
        assert_eq!(view.target, whose);
    }
    assert_eq!(page.items[3].actor.name, Some(format!("Name of {}", caller.person)));
    assert_eq!(page.items[3].staff_purpose, None);

    // The same in pages of one: nothing lost, nothing twice.
    let mut seen = Vec::new();
    let mut query = first(1);
    loop {
        let page = list(&test.cx, &at, &query).await.unwrap();
        seen.extend(page.items.into_iter().map(|item| item.id));
        let Some(next) = page.next else { break };
        query.after = Some(next);
    }
    assert_eq!(seen, page.items.iter().map(|item| item.id).collect::<Vec<_>>());
});

both_engines!(another_organisation_sees_nothing_of_it, |engine| async move {
    let test = fresh(engine).await;
    let at = test.scope::<MachineCreate>().await;
    test.cx.write(async |tx| audit::record(&tx, &at, "vm_1", "Ordered a machine").await).await.unwrap();
    test.authority.become_person(PersonId::from_uuid(Uuid::now_v7()), OrganisationId::from_uuid(Uuid::now_v7()), ProjectId::from_uuid(Uuid::now_v7()));
    let other = test.scope::<ActivityList>().await;
    assert!(list(&test.cx, &other, &first(50)).await.unwrap().items.is_empty());
});

both_engines!(an_act_that_goes_on_is_completed_once, |engine| async move {
    let test = fresh(engine).await;
    let at = test.scope::<MachineCreate>().await;
    let id = test.cx.write(async |tx| audit::begin(&tx, &at, "vm_1", "Ordered a machine").await).await.unwrap();
    let outcome = async || list(&test.cx, &test.scope::<ActivityList>().await, &first(1)).await.unwrap().items[0].outcome;
    assert_eq!(outcome().await, Outcome::Started);
    for end in [Outcome::Failed, Outcome::Succeeded] {
        test.cx.write(async |tx| audit::complete(&tx, id, end).await).await.unwrap();
        assert_eq!(outcome().await, Outcome::Failed);
    }
});

both_engines!(what_is_rolled_back_was_never_done, |engine| async move {
    let test = fresh(engine).await;
    let at = test.scope::<MachineCreate>().await;
    let failed: Result<()> = test
        .cx
        .write(async |tx| {
            audit::record(&tx, &at, "vm_1", "Ordered a machine").await?;
            Err(kernel::Error::conflict("the size is sold out"))
        })
        .await;
    assert!(failed.is_err());
    assert!(list(&test.cx, &test.scope::<ActivityList>().await, &first(1)).await.unwrap().items.is_empty());
});

both_engines!(a_list_costs_four_statements_at_most, |engine| async move {
    let test = fresh(engine).await;
    let at = test.scope::<MachineCreate>().await;
    for number in 0..30 {
        test.cx.write(async |tx| audit::record(&tx, &at, number, "Ordered a machine").await).await.unwrap();
    }
    let at = test.scope::<ActivityList>().await;
    for limit in [1, 30] {
        let count = Arc::new(AtomicU64::new(0));
        let page = kernel::db::STATEMENTS.scope(count.clone(), list(&test.cx, &at, &first(limit))).await.unwrap();
        assert_eq!(page.items.len() as u64, limit);
        assert!((1..=4).contains(&count.load(Ordering::Relaxed)), "{count:?}");
    }
});
