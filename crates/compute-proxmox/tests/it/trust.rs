//! Whom we talk to, by which way, and what is noted of it.

use std::sync::{Arc, Mutex};

use compute_driver::{Driver, DriverError, GuestSpec};
use compute_proxmox::Proxmox;
use kernel::egress::{Fingerprint, Trust};
use proxmox_standin::{StandIn, Witness};
use sea_orm::{ConnectionTrait, Statement};
use testkit::Test;

use crate::world::{World, cluster, context, settings, spec};

#[tokio::test]
async fn a_changed_certificate_is_named_and_nothing_is_sent() {
    let (cluster, test) = (cluster().await, context().await);
    let mut settings = settings(cluster.endpoints());
    for endpoint in &mut settings.endpoints {
        endpoint.trust = Trust::Pinned(Fingerprint::of(b"the one that was enrolled"));
    }
    let driver = Proxmox::open(&test.cx, settings).await.unwrap();
    let error = driver.capabilities().await.unwrap_err();
    let presented = cluster.addresses[0].1.to_string();
    let known = Fingerprint::of(b"the one that was enrolled").to_string();
    assert!(matches!(&error, DriverError::Untrusted { presented: came, known: pinned, .. } if *came == presented && *pinned == known), "{error:?}");
    assert!(cluster.lock().requests.is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_taken_unless_it_is_pinned() {
    let (cluster, test) = (cluster().await, context().await);
    let mut settings = settings(cluster.endpoints());
    for endpoint in &mut settings.endpoints {
        endpoint.trust = Trust::Public;
    }
    let driver = Proxmox::open(&test.cx, settings).await.unwrap();
    assert!(matches!(driver.capabilities().await, Err(DriverError::Unavailable { .. })));
    assert!(cluster.lock().requests.is_empty());
}

#[tokio::test]
async fn the_fingerprint_is_shown_before_anything_is_trusted() {
    let (cluster, test) = (cluster().await, context().await);
    let (address, print) = cluster.addresses[0];
    assert_eq!(test.cx.egress().presented_certificate(&address.ip().to_string(), address.port()).await.unwrap(), print);
    assert!(cluster.lock().requests.is_empty(), "no call of the API, and no token");
}

#[tokio::test]
async fn the_next_address_answers_when_one_is_gone() {
    let world = World::new().await;
    let (spec, _) = world.guest("failover").await;
    world.cluster.hang_up(0);
    tokio::task::yield_now().await;
    // A driver that has no line open to the first address yet.
    world.another().await.start(&spec.reference).await.unwrap();
    world.cluster.hang_up(1);
    tokio::task::yield_now().await;
    let error = world.another().await.capabilities().await.unwrap_err();
    assert!(matches!(error, DriverError::Unavailable { .. }), "{error:?}");
}

/// What the disclosure log says that clusters got to see.
async fn noted(test: &Test) -> Vec<String> {
    let sql = "SELECT entries FROM kernel_disclosure WHERE recipient = 'compute.cluster' AND entries <> ''";
    let rows = test.cx.db().query_all_raw(Statement::from_string(test.cx.db().get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "entries").unwrap()).collect()
}

#[tokio::test]
async fn what_the_cluster_gets_to_see_is_noted_before_it_does() {
    let world = World::new().await;
    assert!(noted(&world.test).await.is_empty(), "looking tells nobody anything");
    world.driver.ensure(&spec("noted", "tiny")).await.unwrap();
    let noted = noted(&world.test).await;
    assert!(noted.iter().all(|entries| entries.contains("compute.instance.hostname")) && !noted.is_empty());
}

/// Every name that is sent by whichever call is the guest's id, where the operator wants it so.
#[tokio::test]
async fn names_of_machines_do_not_leave_where_pseudonyms_are_wanted() {
    testkit::covers!(262);
    for pseudonyms in [true, false] {
        let sent: Arc<Mutex<Vec<String>>> = Arc::default();
        let ears = sent.clone();
        let witness: Witness = Arc::new(move |method, path, params| {
            ears.lock().unwrap().push(format!("{method} {path} {params:?}"));
            Vec::new()
        });
        let (cluster, test) = (StandIn::watched(Some(witness)).await, context().await);
        let mut settings = settings(cluster.endpoints());
        settings.mapping.pseudonyms = pseudonyms;
        let driver = Proxmox::open(&test.cx, settings).await.unwrap();
        for (name, template) in [("one", "tiny"), ("two", "imported"), ("three", "contained")] {
            let guest = GuestSpec { hostname: "mrs-canary".into(), ..spec(name, template) };
            driver.ensure(&guest).await.unwrap();
            driver.rebuild(&guest).await.unwrap();
        }
        let sent = sent.lock().unwrap().join("\n");
        assert_eq!((sent.contains("canary"), sent.contains("\"vm-one\"")), (!pseudonyms, pseudonyms), "what the calls said");
        assert!(sent.contains("vm_one"), "ids are how a guest is found");
        let noted = noted(&test).await;
        assert!(!noted.is_empty() && noted.iter().all(|entries| entries.contains("compute.instance.hostname") != pseudonyms), "{noted:?}");
    }
}

#[tokio::test]
async fn a_cluster_that_the_map_does_not_know_gets_nothing() {
    let (cluster, test) = (cluster().await, testkit::Test::on(testkit::Engine::Sqlite, Vec::new()).await);
    let error = Proxmox::open(&test.cx, settings(cluster.endpoints())).await.err().unwrap();
    assert_eq!(error.kind(), kernel::error::Kind::Denied);
    assert!(cluster.lock().requests.is_empty());
}

#[tokio::test]
async fn the_report_names_what_is_there_and_what_is_missing() {
    let world = World::new().await;
    let report = world.driver.report().await.unwrap();
    assert_eq!((report.version.as_str(), &report.missing, &report.problems), ("8.4.21", &vec![], &vec![]));
    assert_eq!(report.nodes.len(), 2);
    assert!(report.templates.iter().any(|template| template.name == "9000"));

    let world = World::with(|mapping| (mapping.network.bridge, mapping.images) = ("vmbr9".into(), Some("backups".into()))).await;
    {
        let mut state = world.cluster.lock();
        state.version = "9.0.3".into();
        state.lacking = vec!["VM.Clone".into(), "VM.GuestAgent.Unrestricted".into(), "VM.Migrate".into()];
        state.guests.get_mut(&9000).unwrap().template = false;
    }
    let report = world.driver.report().await.unwrap();
    let missing: Vec<_> = report.missing.iter().map(|one| format!("{} {}", one.path, one.privilege)).collect();
    assert!(
        missing.contains(&"/pool/fairhold VM.Clone".to_owned()) && missing.contains(&"/pool/fairhold VM.GuestAgent.Unrestricted".to_owned()),
        "{missing:?}"
    );
    let optional: Vec<_> = report.missing.iter().filter(|one| one.optional).map(|one| one.privilege.as_str()).collect();
    assert_eq!(optional, ["VM.Migrate"], "named, and nothing waits for it");
    for word in ["vmbr9", "9000", "backups is not there or takes in no images"] {
        assert!(report.problems.iter().any(|problem| problem.contains(word)), "{word}: {:?}", report.problems);
    }
}
