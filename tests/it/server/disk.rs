//! The disk is full: new work is refused in words, nothing that was promised is lost, and all goes
//! on once there is room again.

use std::path::{Path, PathBuf};
use std::process::Command;

use compute_driver::simulated::Simulated;
use serde_json::json;
use server::Config;
use testkit::{Engine, OffsetClock, TestDatabase};

use crate::world::World;

/// A small disk of its own; only root may make one.
struct Disk(PathBuf);

impl Disk {
    fn small(folder: &Path) -> Option<Self> {
        let place = folder.join("disk");
        std::fs::create_dir(&place).unwrap();
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", "size=96m", "tmpfs"]).arg(&place).output();
        made.is_ok_and(|output| output.status.success()).then_some(Self(place))
    }

    /// Takes all room that is left, and tells with what.
    fn fill(&self) -> PathBuf {
        use std::io::Write;
        let ballast = self.0.join("ballast");
        let mut file = std::fs::File::create(&ballast).unwrap();
        for size in [1 << 20, 1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        ballast
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_new_work_loses_nothing_and_recovers() {
    let database = TestDatabase::fresh(Engine::Sqlite).await;
    let Some(disk) = Disk::small(database.folder()) else {
        println!("skipped: only root can mount the small disk that this test fills");
        return;
    };
    let url = format!("sqlite:{}", disk.0.join("fairhold.db").display());
    let config = Config { data_dir: disk.0.clone(), ..World::config(&database, url) };
    let world = World::with(database, config, OffsetClock::default(), Simulated::default()).await.set_up().await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    world.machine(&ada, "before").await;
    let order = world.smallest_order(&ada, "during", "test_succeeds").await;
    assert_eq!(world.visitor().get("/readyz").await.status, 200);

    let ballast = disk.fill();
    let mut promised = 0;
    let refused = loop {
        let token = ada.post("/v1/api-tokens", &json!({ "name": "token" })).await;
        if token.status != 201 {
            break token;
        }
        promised += 1;
        assert!(promised < 2_000, "the disk never fills");
    };
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(refused.text_at("/detail").contains("no room"), "{refused:?}");
    assert!(refused.headers.contains_key("retry-after"));
    let refused = ada.post_with_key("/v1/orders", &order, "full").await;
    assert_eq!(refused.status, 503, "{refused:?}");
    let ready = world.visitor().get("/readyz").await;
    assert_eq!(ready.status, 503);
    assert!(ready.text_at("/parts/disk").contains("64 MiB"), "{ready:?}");
    assert_eq!(ada.get("/v1/instances").await.json["items"].as_array().unwrap().len(), 1, "what is there cannot be read");

    std::fs::remove_file(ballast).unwrap();
    let ordered = ada.post_with_key("/v1/orders", &order, "full").await;
    assert_eq!(ordered.status, 202, "{ordered:?}");
    ada.until(&format!("/v1/orders/{}", ordered.text_at("/id")), |order| order["state"] == "active").await;
    assert_eq!(world.visitor().get("/readyz").await.status, 200);
    let mut kept = 0;
    let mut path = "/v1/api-tokens?limit=100".to_owned();
    loop {
        let page = ada.get(&path).await;
        kept += page.json["items"].as_array().unwrap().len();
        match page.json["next"].as_str() {
            Some(next) => path = format!("/v1/api-tokens?limit=100&after={next}"),
            None => break,
        }
    }
    assert_eq!(kept, promised, "an answer of 201 was not kept, or a refusal was");
    assert_eq!(ada.get("/v1/instances").await.json["items"].as_array().unwrap().len(), 2);
    let checks = server::backup::verify(&world.cx, &world.config).await.unwrap();
    assert!(checks.iter().all(|check| check.holds), "{checks:#?}");
    world.stop().await;
}
