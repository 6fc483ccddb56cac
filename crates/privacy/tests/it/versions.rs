//! Versions of the policy over time: what is shown when, what stays readable, who is told, what is asked anew.

use std::time::Duration;

use kernel::id::Id;
use kernel::map::{ClientKey, purpose};
use kernel::{Cx, KeyOwner, PersonId};
use privacy::notice::{self, Channel};
use privacy::permissions::{NoticeList, NoticeSee};
use privacy::policy::{self, Format, PageKind, Which};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use testkit::{both_engines, covers};
use uuid::Uuid;

use crate::toy::{World, operator};

async fn shown(cx: &Cx) -> String {
    policy::page(cx, PageKind::Privacy, None).await.unwrap().html_body
}

impl World {
    /// The operator's particulars are others from now on.
    fn moves(&self, how: impl FnOnce(&mut privacy::Operator)) {
        let mut changed = operator();
        how(&mut changed);
        *self.accounts.1.lock().unwrap() = Some(changed);
    }
}

both_engines!(a_change_that_takes_nothing_away_shows_at_once, |engine| async move {
    let world = World::on(engine).await;
    let cx = world.cx();
    policy::publish(cx).await.unwrap();
    assert!(shown(cx).await.contains("1 Test Street"));
    world.moves(|operator| operator.address = "2 Other Street".to_owned());
    policy::publish(cx).await.unwrap();
    let text = shown(cx).await;
    assert!(text.contains("2 Other Street") && !text.contains("1 Test Street") && text.contains("Version 2"), "the text of a moment ago is shown");
});

both_engines!(a_change_that_needs_time_is_announced_and_the_old_text_stays_until_its_date, |engine| async move {
    covers!(202, 286, 288);
    let world = World::on(engine).await;
    let cx = world.cx();
    let first = policy::publish(cx).await.unwrap();
    world.test.clock.advance(Duration::from_secs(3_600));
    world.moves(|operator| operator.legal_name = "Another Controller Ltd".to_owned());
    let second = policy::publish(cx).await.unwrap();
    let published: kernel::Timestamp = second.at.parse().unwrap();
    assert_eq!(second.effective_at.parse::<kernel::Timestamp>().unwrap(), published.plus(policy::WINDOW));

    for left in [policy::WINDOW, Duration::from_secs(1)] {
        let text = shown(cx).await;
        assert!(text.contains("Toy Hosting &lt;GmbH&gt;") && !text.contains("Another Controller"), "in force too early, {left:?} before");
        assert!(text.contains("Version 2 is announced") && text.contains("/app/privacy"), "the announcement is missing, {left:?} before");
        world.test.clock.advance(left.saturating_sub(Duration::from_secs(1)));
    }
    let coming = policy::page(cx, PageKind::Privacy, Some(2)).await.unwrap().html_body;
    assert!(coming.contains("Another Controller") && coming.contains("announced and in force from"));
    let json: serde_json::Value = serde_json::from_str(&policy::published(cx, Which::InForce, Format::Json).await.unwrap().0).unwrap();
    assert_eq!((json["version"]["number"].as_i64(), json["version"]["effective_at"].as_str()), (Some(1), Some(first.effective_at.as_str())));
    assert!(json["version"]["at"].as_str().unwrap().parse::<kernel::Timestamp>().is_ok(), "both dates, as ISO dates");

    // A second before, a program that still has the old texts starts again: it publishes nothing.
    *world.accounts.1.lock().unwrap() = None;
    assert_eq!(policy::publish(cx).await.unwrap(), first);
    world.moves(|operator| operator.legal_name = "Another Controller Ltd".to_owned());
    assert_eq!(policy::publish(cx).await.unwrap(), second, "it is announced already");

    world.test.clock.advance(Duration::from_secs(1));
    let text = shown(cx).await;
    assert!(text.contains("Another Controller") && !text.contains("is announced"));
    let old = policy::page(cx, PageKind::Privacy, Some(1)).await.unwrap().html_body;
    assert!(old.contains("Toy Hosting") && old.contains("not in force any more"));
    let (then, _) = policy::published(cx, Which::At(published.plus(Duration::from_secs(60))), Format::Md).await.unwrap();
    assert!(then.contains("Toy Hosting") && !then.contains("Another Controller"));
    assert!(policy::published(cx, Which::At(kernel::Timestamp(0)), Format::Md).await.is_err(), "nothing was in force then");
    assert!(policy::published(cx, Which::Number(3), Format::Md).await.is_err());
    let list = policy::versions::list(cx).await.unwrap();
    assert_eq!(list.iter().map(|one| (one.number, one.in_force)).collect::<Vec<_>>(), [(2, true), (1, false)]);
});

both_engines!(the_hash_of_every_text_is_in_the_log_and_verifies_without_us, |engine| async move {
    covers!(362);
    let world = World::on(engine).await;
    let cx = world.cx();
    policy::publish(cx).await.unwrap();
    audit::log::checkpoint_now(cx).await.unwrap();
    let view = policy::versions::view(cx, 1).await.unwrap();
    let verified = view.proof.verify_with(&audit::log::verifier_key(cx).unwrap()).unwrap();
    let statement: serde_json::Value = serde_json::from_str(&verified.statement.unwrap()).unwrap();
    for format in Format::ALL {
        let (text, hash) = policy::published(cx, Which::InForce, format).await.unwrap();
        assert_eq!(data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())), hash);
        assert_eq!(statement["body"]["texts"][format.key()], hash.as_str(), "{format:?}");
    }
    let mut forged = view.proof;
    forged.opening.as_mut().unwrap().statement = forged.opening.as_ref().unwrap().statement.replace("\"version\":1", "\"version\":2");
    assert!(forged.verify().is_err());
});

both_engines!(a_text_that_was_edited_by_hand_is_not_served, |engine| async move {
    covers!(127, 289);
    let world = World::on(engine).await;
    let cx = world.cx();
    let note = policy::publish(cx).await.unwrap();
    let year = &note.at[..4];
    let edit = |sql: String| async move {
        let sql = &sql;
        cx.write(async |tx| tx.db().execute_unprepared(sql).await.map(drop).map_err(Into::into)).await.unwrap();
    };
    assert_eq!(policy::altered(cx).await.unwrap(), None);
    edit(format!("UPDATE privacy_policy_text SET text = replace(text, '{year}', '1999')")).await;
    for kind in [PageKind::Privacy, PageKind::Cookies, PageKind::Retention, PageKind::SubProcessors] {
        assert!(policy::page(cx, kind, None).await.is_err(), "{kind:?} was served with another date");
    }
    // Whoever also edits the hash beside it still does not edit the log.
    let forged = policy::altered(cx).await.unwrap();
    assert!(forged.is_some());
    let promise = async || privacy::promise::verify(cx).await.unwrap().into_iter().find(|one| one.key == "policy.published").unwrap();
    assert!(!promise().await.holds);
    edit(format!("UPDATE privacy_policy_text SET text = replace(text, '1999', '{year}')")).await;
    assert!(promise().await.holds);
});

both_engines!(whoever_is_affected_is_told_and_it_is_on_record_how_and_when, |engine| async move {
    covers!(312);
    let world = World::on(engine).await;
    let cx = world.cx();
    let other: PersonId = cx.new_id();
    world.readers.people.lock().unwrap().push(other);
    policy::publish(cx).await.unwrap();
    notice::tell(cx).await.unwrap();
    assert_eq!(notice::list(cx, &world.test.scope::<NoticeList>().await).await.unwrap(), [], "the first version is news to nobody");

    world.moves(|operator| operator.country = "FR".to_owned());
    policy::publish(cx).await.unwrap();
    notice::tell(cx).await.unwrap();
    notice::tell(cx).await.unwrap();
    let mut mailed = world.readers.mailed.lock().unwrap().clone();
    mailed.sort();
    let mut everybody = vec![(world.person, 2), (other, 2)];
    everybody.sort();
    assert_eq!(mailed, everybody, "each person once");
    let mine = notice::list(cx, &world.test.scope::<NoticeList>().await).await.unwrap();
    let mut channels: Vec<Channel> = mine.iter().map(|one| one.channel).collect();
    channels.sort_by_key(|channel| channel.key());
    assert_eq!(channels, [Channel::InApp, Channel::Mail]);
    assert!(mine.iter().all(|one| one.version == 2 && one.at == cx.now() && one.seen_at.is_none()));

    // Somebody who signs up under the old text is told too; after the date nobody is.
    let late = PersonId::from_uuid(Uuid::now_v7());
    world.readers.people.lock().unwrap().push(late);
    notice::tell(cx).await.unwrap();
    assert!(world.readers.mailed.lock().unwrap().contains(&(late, 2)));
    world.test.clock.advance(policy::WINDOW);
    notice::tell(cx).await.unwrap();
    world.readers.people.lock().unwrap().push(PersonId::from_uuid(Uuid::now_v7()));
    notice::tell(cx).await.unwrap();
    assert_eq!(world.readers.mailed.lock().unwrap().len(), 3);
});

both_engines!(seeing_a_notice_is_noted_and_agrees_to_nothing, |engine| async move {
    covers!(287);
    let world = World::on(engine).await;
    policy::publish(world.cx()).await.unwrap();
    let owner = KeyOwner::Person(world.person);
    for purpose in ["analytics", "marketing"] {
        world.cx().write(async |tx| kernel::choice::set(&tx, owner, "consent", purpose, true, "1").await).await.unwrap();
    }

    // The next program measures with one more cookie: a new choice about analytics, and about nothing else.
    let cx = &world.with_map(|map| map.with_client_keys(&[ClientKey::optional("_pages", &purpose::ANALYTICS, "a number", 60)])).await;
    policy::publish(cx).await.unwrap();
    notice::tell(cx).await.unwrap();
    let scope = world.test.scope::<NoticeList>().await;
    for one in notice::list(cx, &scope).await.unwrap() {
        notice::see(cx, &world.test.scope::<NoticeSee>().await, one.id).await.unwrap();
    }
    assert!(notice::list(cx, &scope).await.unwrap().iter().all(|one| one.seen_at.is_some()));
    let given: Vec<(String, bool)> = kernel::choice::of(cx.db(), owner).await.unwrap().into_iter().map(|one| (one.purpose, one.given)).collect();
    assert!(given.contains(&("analytics".to_owned(), false)) && given.contains(&("marketing".to_owned(), true)), "{given:?}");
    let unknown = notice::see(cx, &world.test.scope::<NoticeSee>().await, cx.new_id()).await.unwrap_err();
    assert_eq!(unknown.kind(), kernel::Kind::NotFound);
});

both_engines!(a_new_cookie_makes_a_version_and_a_difference_and_asks_for_its_category_again, |engine| async move {
    covers!(87);
    let world = World::on(engine).await;
    policy::publish(world.cx()).await.unwrap();
    let visitor = |cookie: &str| http::HeaderMap::from_iter([(http::header::COOKIE, format!("fairhold_choices={cookie}").parse().unwrap())]);
    let before = privacy::choice::of_visitor(world.cx(), &visitor("1.1.1110")).await.unwrap();
    assert!(before.chosen && before.analytics && before.functionality && before.marketing);

    let cx = &world.with_map(|map| map.with_client_keys(&[ClientKey::optional("_pages", &purpose::ANALYTICS, "a number", 60)])).await;
    let version = policy::publish(cx).await.unwrap();
    assert_eq!((version.number, version.effective_at == version.at), (2, true), "what waits for a yes needs no time");
    let changes = policy::versions::view(cx, 2).await.unwrap().changes;
    assert!(changes.iter().any(|one| one.place == "_pages" && one.asks.as_deref() == Some("analytics")), "{changes:?}");
    assert!(policy::versions::changes_page(cx, 2).await.unwrap().html_body.contains("<code>_pages</code>"));
    assert!(policy::page(cx, PageKind::Cookies, None).await.unwrap().html_body.contains("_pages"));
    let after = privacy::choice::of_visitor(cx, &visitor("1.1.1110")).await.unwrap();
    assert!(!after.chosen && !after.analytics && after.functionality && after.marketing, "{after:?}");
    let again = privacy::choice::of_visitor(cx, &visitor("1.2.1110")).await.unwrap();
    assert!(again.chosen && again.analytics);

    // And its removal is a difference too.
    let gone = policy::publish(world.cx()).await.unwrap();
    let changes = policy::versions::view(world.cx(), gone.number).await.unwrap().changes;
    assert!(changes.iter().any(|one| one.place == "_pages" && one.asks.is_none()), "{changes:?}");
});
