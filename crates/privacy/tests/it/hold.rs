//! Legal holds: what is listed stays, the rest goes, and the end needs nobody.

use std::time::Duration;

use kernel::id::Id;
use kernel::{Kind, PersonId, Scope, Timestamp};
use privacy::erasure::{NewErasure, carry_out::CARRY_OUT};
use privacy::hold::{NewHold, jobs::resume};
use privacy::permissions::{ErasureCreate, ErasureView, HoldCreate, HoldLift, HoldList};
use sea_orm::ConnectionTrait;
use testkit::workflows::run_to_end;
use testkit::{both_engines, covers};

use crate::toy::World;

const DAY: u64 = 86_400;

fn on_notes(world: &World, ends_at: Timestamp) -> NewHold {
    NewHold { person_id: Some(world.person), organisation_id: None, sections: vec!["toy_attachment".to_owned()], matter: "2026-17".to_owned(), ends_at }
}

async fn place(world: &World, ends_at: Timestamp) -> privacy::hold::Hold {
    let caller = world.test.authority.caller();
    world.test.authority.become_staff(PersonId::from_uuid(world.cx().new_uuid()));
    let hold = privacy::hold::create(world.cx(), &world.test.scope::<HoldCreate>().await, &on_notes(world, ends_at)).await.unwrap();
    world.test.authority.become_person(caller.person, caller.organisation, caller.project);
    hold
}

async fn erase(world: &World) -> privacy::erasure::Erasure {
    let at: Scope<ErasureCreate> = world.test.scope().await;
    let erasure = privacy::erasure::create(world.cx(), &at, &NewErasure { confirm_email: "ada@toy.example".to_owned() }).await.unwrap();
    run_to_end(world.cx(), &world.test.clock, privacy::workflows, None, CARRY_OUT.name, &erasure.id.to_string()).await;
    erasure
}

async fn counts(world: &World) -> [i64; 4] {
    [world.count("toy_attachment").await, world.count("toy_note").await, world.count("toy_person").await, world.count("toy_sighting").await]
}

both_engines!(a_hold_pauses_the_listed_rows_only_and_ends_by_itself, |engine| async move {
    covers!(325, 337);
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    world.bystander().await;
    let ends_at = world.cx().now().plus(Duration::from_secs(40 * DAY));
    let hold = place(&world, ends_at).await;
    assert_eq!(hold.sections, ["toy_attachment", "toy_note"], "what rows belong through stays with them");
    assert_eq!((hold.ends_at, hold.matter.as_str()), (ends_at, "2026-17"));

    let at: Scope<ErasureView> = world.test.scope().await;
    let said = privacy::erasure::preview(world.cx(), &at).await.unwrap();
    let held = said.stays.iter().find(|one| one.section == "toy_note").unwrap();
    assert_eq!((held.until, held.law.as_str()), (Some(ends_at), "legal hold (GDPR Art. 17(3)(e))"));

    let erasure = erase(&world).await;
    assert_eq!(counts(&world).await, [2, 2, 1, 1], "the note and its attachment stay, the rest of the person goes; the bystander is untouched");
    let certificate = privacy::certificate::by_id(world.cx(), erasure.certificate_id).await.unwrap().issued().unwrap().certificate;
    assert_eq!((certificate.kept["toy_note"].count, certificate.kept["toy_note"].until), (1, Some(ends_at)));

    world.test.clock.set(Timestamp(ends_at.0 - 1_000_000));
    assert_eq!((resume(world.cx()).await.unwrap(), counts(&world).await), (0, [2, 2, 1, 1]), "a second before");
    world.test.clock.set(ends_at);
    assert_eq!((resume(world.cx()).await.unwrap(), counts(&world).await), (1, [1, 1, 1, 1]), "by itself, and only the held rows' owner");
    assert_eq!(resume(world.cx()).await.unwrap(), 0, "once");
});

both_engines!(lifting_a_hold_lets_the_queued_erasure_run, |engine| async move {
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let hold = place(&world, world.cx().now().plus(Duration::from_secs(400 * DAY))).await;
    erase(&world).await;
    assert_eq!(counts(&world).await, [1, 1, 0, 0]);
    // A restored backup or a restart does not break the hold.
    assert_eq!(privacy::erasure::replay(world.cx()).await.unwrap(), 0);
    world.test.authority.become_staff(PersonId::from_uuid(world.cx().new_uuid()));
    let lifted = privacy::hold::lift(world.cx(), &world.test.scope::<HoldLift>().await, hold.id).await.unwrap();
    assert_eq!(lifted.ends_at, world.cx().now());
    let again = privacy::hold::lift(world.cx(), &world.test.scope::<HoldLift>().await, hold.id).await.unwrap_err();
    assert_eq!(again.kind(), Kind::Conflict);
    assert_eq!((resume(world.cx()).await.unwrap(), counts(&world).await), (1, [0, 0, 0, 0]));
    let list = privacy::hold::list(world.cx(), &world.test.scope::<HoldList>().await, &kernel::PageQuery::default()).await.unwrap();
    assert!(list.items[0].resumed_at.is_some() && list.items[0].person_id == Some(world.person), "owner, end and what became of it are shown");
});

both_engines!(a_hold_outlasts_a_term, |engine| async move {
    let world = World::on(engine).await;
    world.fill(world.person, world.organisation, "CANARY").await;
    let began = world.cx().now();
    world
        .cx()
        .write(async |tx| {
            tx.db().execute_unprepared(&format!("UPDATE toy_note SET ended_at = {}", began.0)).await?;
            Ok(())
        })
        .await
        .unwrap();
    let ends_at = began.plus(Duration::from_secs(60 * DAY));
    place(&world, ends_at).await;
    world.test.clock.set(Timestamp(ends_at.0 - 1_000_000));
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(world.count("toy_note").await, 1, "past its term of thirty days, and held");
    let kept = privacy::promise::verify(world.cx()).await.unwrap().into_iter().find(|one| one.key == "retention.kept").unwrap();
    assert!(kept.holds, "a hold breaks no promise: {kept:?}");
    world.test.clock.set(ends_at);
    privacy::retention::sweep(world.cx()).await.unwrap();
    assert_eq!(world.count("toy_note").await, 0);
});

both_engines!(a_hold_names_what_exists_and_ends, |engine| async move {
    let world = World::on(engine).await;
    let now = world.cx().now();
    let at = world.test.scope::<HoldCreate>().await;
    let wrong = NewHold { sections: vec!["everything".to_owned()], matter: " ".to_owned(), ..on_notes(&world, now) };
    let fields: Vec<_> = privacy::hold::create(world.cx(), &at, &wrong).await.unwrap_err().fields().iter().map(|field| field.field.clone()).collect();
    assert_eq!(fields, ["sections", "matter", "ends_at"]);
    let nobody = NewHold { person_id: None, ..on_notes(&world, now) };
    assert_eq!(privacy::hold::create(world.cx(), &at, &nobody).await.unwrap_err().fields()[0].field, "person_id");
});
