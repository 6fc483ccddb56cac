//! From the order to a running machine on a hypervisor that takes no time: what is left is ours.

use std::time::{Duration, Instant};

use compute::instance::{self, State};
use compute::permissions::InstanceView;
use compute_driver::{Driver, Reference};
use kernel::http::Credentials;
use kernel::{Cx, Scope};
use serde_json::json;
use testkit::Engine;

use crate::stand::{lift_limits, median};
use crate::world::World;

const ORDERS: usize = 20;

pub async fn print() {
    let world = World::ready(Engine::Sqlite).await;
    lift_limits(&world.cx).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let token = ada.post("/v1/api-tokens", &json!({ "name": "figures" })).await;
    let credentials = Credentials { bearer: Some(token.text_at("/secret").to_owned()), safe_method: true, ..Credentials::default() };
    let at = Scope::<InstanceView>::ask(&world.cx, &credentials, None, None).await.unwrap();

    let (mut answers, mut wholes, mut hypervisors) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..ORDERS {
        let order = world.smallest_order(&ada, &format!("machine-{number}"), "test_succeeds").await;
        let began = Instant::now();
        let answer = ada.post("/v1/orders", &order).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answers.push(millis(began));
        let id = answer.text_at("/instance_id");
        running(&world.cx, &at, kernel::id::parse(id).unwrap()).await;
        wholes.push(millis(began));

        // The same guest under another name, straight from the hypervisor.
        let mut spec = world.hypervisor.spec(&Reference::parse(id).unwrap()).expect("the guest exists");
        spec.reference = Reference::parse(&format!("baseline-{number}")).unwrap();
        let began = Instant::now();
        world.hypervisor.ensure(&spec).await.unwrap();
        world.hypervisor.start(&spec.reference).await.unwrap();
        hypervisors.push(millis(began));
        world.hypervisor.destroy(&spec.reference).await.unwrap();
    }
    let worst = wholes.iter().copied().fold(0.0, f64::max);
    let [answer, whole, hypervisor] = [answers, wholes, hypervisors].map(median);
    println!(
        "order: {whole:.0} ms from the order to a running machine, at worst {worst:.0} ms of {ORDERS}; answered after {answer:.0} ms (the hypervisor alone: {hypervisor:.3} ms, so the control plane's share is {:.0} ms)",
        whole - hypervisor
    );
    world.stop().await;
}

fn millis(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

async fn running(cx: &Cx, at: &Scope<InstanceView>, id: compute::InstanceId) {
    let mut ticks = tokio::time::interval(Duration::from_millis(2));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        ticks.tick().await;
        let state = instance::state(cx.db(), at, id).await.unwrap();
        if state == State::Running {
            return;
        }
        assert!(Instant::now() < deadline, "the machine is still {state:?}");
    }
}
