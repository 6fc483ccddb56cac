//! Publishing: versions come from the texts, and pages show nothing that was not published.

use privacy::policy::{self, Format, PageKind};
use testkit::{both_engines, covers};

use crate::toy::{World, operator};

both_engines!(a_version_is_made_when_a_text_changes_and_only_then, |engine| async move {
    covers!(72, 128, 231, 363);
    let world = World::on(engine).await;
    let cx = world.cx();
    assert!(policy::page(cx, PageKind::Privacy, None).await.is_err(), "a policy without a date is not shown");
    let first = policy::publish(cx).await.unwrap();
    world.test.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(policy::publish(cx).await.unwrap(), first, "nothing changed, so neither does the date");
    let pages = [PageKind::Privacy, PageKind::Cookies, PageKind::Retention, PageKind::SubProcessors];
    for kind in pages {
        let page = policy::page(cx, kind, None).await.unwrap();
        assert!(page.html_body.contains("Version 1, published"), "{kind:?}");
        assert!(page.html_body.contains(&format!("<time datetime=\"{}\">", first.at)), "{kind:?}");
        assert!(!page.html_body.contains("<script"), "{kind:?}");
    }
    let privacy = policy::page(cx, PageKind::Privacy, None).await.unwrap().html_body;
    assert!(privacy.contains("Toy Hosting &lt;GmbH&gt;"), "escaped");
    for said in ["toy.sighting.ip", "Attacks must be found", "AO §147(3)", "Sec-GPC: 1", "DNT: 1", "/cookies", "privacy@toy.example"] {
        assert!(privacy.contains(said), "{said}");
    }
    let cookies = policy::page(cx, PageKind::Cookies, None).await.unwrap().html_body;
    assert!(cookies.contains("fairhold_choices") && cookies.contains("365 days"));
});

both_engines!(choices_of_a_person_are_what_the_gate_reads, |engine| async move {
    let world = World::on(engine).await;
    let owner = kernel::KeyOwner::Person(world.person);
    world.cx().write(async |tx| kernel::choice::set(&tx, owner, "consent", "analytics", true, "1").await).await.unwrap();
    world.cx().write(async |tx| kernel::choice::set(&tx, owner, "consent", "analytics", false, "2").await).await.unwrap();
    let choices = kernel::choice::of(world.cx().db(), owner).await.unwrap();
    assert_eq!(choices.iter().map(|one| (one.purpose.as_str(), one.given, one.policy_version.as_str())).collect::<Vec<_>>(), [("analytics", false, "2")]);
});

#[tokio::test]
async fn a_missing_particular_refuses_to_publish() {
    covers!(124, 131);
    let map = kernel::map::DataMap::new().with_tables(crate::toy::TABLES.iter().copied());
    assert!(policy::render(&map, &operator(), Format::Md).is_ok());
    for change in [
        |one: &mut privacy::Operator| one.privacy_email.clear(),
        |one: &mut privacy::Operator| one.privacy_email = "@x".to_owned(),
        |one: &mut privacy::Operator| one.legal_name = " ".to_owned(),
        |one: &mut privacy::Operator| one.address.clear(),
        |one: &mut privacy::Operator| one.country = "Germany".to_owned(),
        |one: &mut privacy::Operator| one.legal_name = "{{ name }}".to_owned(),
    ] {
        let mut with_hole = operator();
        change(&mut with_hole);
        for format in Format::ALL {
            let error = policy::render(&map, &with_hole, format).unwrap_err();
            assert_eq!(error.kind(), kernel::Kind::Conflict, "{with_hole:?}");
        }
    }
}

#[test]
fn machine_forms_can_be_read_by_machines() {
    let map = kernel::map::DataMap::new().with_tables(crate::toy::TABLES.iter().copied());
    let dpv: serde_json::Value = serde_json::from_str(&policy::render(&map, &operator(), Format::Dpv).unwrap()).unwrap();
    assert!(dpv["dpv:hasProcess"].as_array().unwrap().iter().any(|one| one["@id"] == "urn:fairhold:process:toy.sighting.ip:security"));
    let fides = policy::render(&map, &operator(), Format::Fideslang).unwrap();
    for line in fides.lines().filter(|line| line.contains("fides_key") || line.contains("data_use")) {
        assert!(line.contains(": \""), "quoted: {line}");
    }
    assert!(fides.contains("toy.person.email"));
}
