//! What the figures are taken on: an installation with one customer who has machines, at rest,
//! and the processor's time.

use compute::instance::{self, NewInstance, Shape, SizeId, Source};
use compute::permissions::InstanceStart;
use compute::quota::{LIMITS, Limits};
use kernel::http::Credentials;
use kernel::id::Id;
use kernel::{Cx, Scope};
use serde_json::json;
use testkit::{Engine, TestDatabase};

use crate::world::{SSH_KEY, World};

/// An installation whose server has stopped, so that nothing else takes the processor.
pub struct Stand {
    pub cx: Cx,
    /// Those of the customer: an API token, looked up by the real authority.
    pub credentials: Credentials,
    /// Last: the connections end before their file goes.
    _database: TestDatabase,
}

impl Stand {
    /// With `count` machines of one project, ordered but not set up.
    pub async fn with_machines(count: usize) -> Self {
        let world = World::ready(Engine::Sqlite).await;
        let ada = world.customer("ada@example.org", "Ada Adams").await;
        let token = ada.post("/v1/api-tokens", &json!({ "name": "figures" })).await;
        assert_eq!(token.status, 201, "{token:?}");
        let credentials = Credentials { bearer: Some(token.text_at("/secret").to_owned()), safe_method: true, ..Credentials::default() };
        let cx = world.cx.clone();
        let database = world.rest().await;

        lift_limits(&cx).await;
        let writing = Credentials { safe_method: false, ..credentials.clone() };
        let at = Scope::<InstanceStart>::ask(&cx, &writing, None, None).await.expect("the customer may");
        let template = compute::template::all(cx.db()).await.unwrap().into_iter().find(|one| one.name == "tiny").expect("the tiny template");
        let region = compute::region::all(cx.db()).await.unwrap().swap_remove(0);
        for number in 0..count {
            let new = NewInstance {
                hostname: format!("machine-{number}"),
                ssh_public_key: SSH_KEY.to_owned(),
                shape: Shape {
                    size_id: SizeId::from_uuid(uuid::Uuid::from_u128(7)),
                    size_name: "Small".to_owned(),
                    cpus: 1,
                    memory_mib: 256,
                    disk_gib: 2,
                    class: None,
                },
                source: Source::Template(template.id),
                region_id: region.id,
                user_data: None,
                tags: Vec::new(),
            };
            cx.write(async |tx| instance::create(&tx, &at, &new).await).await.expect("the machine is made");
        }
        Self { cx, credentials, _database: database }
    }
}

/// Room for as many machines as a figure needs.
pub async fn lift_limits(cx: &Cx) {
    let limits = Limits {
        machines: 10_000,
        cpus: 10_000,
        memory_mib: 100_000_000,
        disk_gib: 1_000_000,
        snapshots: 10_000,
        backups: 10_000,
        networks: 10_000,
        addresses: 10_000,
        images: 10_000,
    };
    cx.write(async |tx| kernel::setting::write(&tx, LIMITS, &limits).await).await.expect("the limits can be set");
}

/// Processor time that the threads of this process have taken, in microseconds: the embedded database is among them.
pub fn processor_us() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let times = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("schedstat")).ok()?.split(' ').next()?.parse::<u64>().ok());
    times.sum::<u64>() as f64 / 1_000.0
}

/// The middle one.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
