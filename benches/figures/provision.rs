//! Two hundred orders at once, on a hypervisor that takes the time of a real one: how much of a processor the control plane needs.

use std::time::{Duration, Instant};

use billing::meter::Cycle;
use billing::payment::PaymentMethod;
use catalogue::order::{self, NewOrder};
use catalogue::permissions::OrderCreate;
use compute_driver::Status;
use compute_driver::simulated::{Fault, Operation};
use kernel::Scope;
use kernel::http::Credentials;
use serde_json::json;
use testkit::Engine;

use crate::stand::{lift_limits, processor_us};
use crate::start::rest;
use crate::world::{SSH_KEY, World};

const ORDERS: usize = 200;
/// What a linked clone of a template took on a real cluster.
const CLONING: Duration = Duration::from_millis(700);
/// And a start.
const STARTING: Duration = Duration::from_millis(1_000);
const DEADLINE: Duration = Duration::from_secs(600);

pub async fn print() {
    let world = World::ready(Engine::Sqlite).await;
    lift_limits(&world.cx).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let token = ada.post("/v1/api-tokens", &json!({ "name": "figures" })).await;
    let credentials = Credentials { bearer: Some(token.text_at("/secret").to_owned()), safe_method: false, ..Credentials::default() };
    let at = Scope::<OrderCreate>::ask(&world.cx, &credentials, None, None).await.unwrap();
    let (template, region) = (compute::template::all(world.cx.db()).await.unwrap().swap_remove(0).id, compute::region::all(world.cx.db()).await.unwrap()[0].id);
    let size = catalogue::size::visible(world.cx.db()).await.unwrap()[0].id;
    for _ in 0..ORDERS {
        world.hypervisor.inject(Operation::Ensure, Fault::Slow(CLONING));
        world.hypervisor.inject(Operation::Start, Fault::Slow(STARTING));
    }

    let (began, worked) = (Instant::now(), processor_us());
    for number in 0..ORDERS {
        let new = NewOrder {
            size_id: size,
            template_id: Some(template),
            image_id: None,
            backup_id: None,
            region_id: region,
            cycle: Cycle::Monthly,
            hostname: format!("machine-{number}"),
            ssh_public_key: SSH_KEY.to_owned(),
            user_data: None,
            network_id: None,
            security_group_id: None,
            disks: Vec::new(),
            tags: Vec::new(),
            payment_method: PaymentMethod::TestSucceeds,
        };
        order::create(&world.cx, &at, &new).await.unwrap();
    }
    let ordered = began.elapsed();
    while world.number("SELECT COUNT(*) AS n FROM catalogue_order WHERE state = 'active'").await < ORDERS as i64 {
        assert!(began.elapsed() < DEADLINE, "the orders were not fulfilled in time");
        rest(Duration::from_millis(100)).await;
    }
    let (wall, busy) = (began.elapsed().as_secs_f64(), (processor_us() - worked) / 1e6);
    let guests = world.hypervisor.guests();
    assert!(guests.len() == ORDERS && guests.iter().all(|guest| guest.status == Status::Running), "one guest for each order");
    println!(
        "provision: {ORDERS} orders at once run after {wall:.1} s, the last was taken after {:.1} s; {busy:.1} s of processor time, {:.2} processors (one machine alone on this hypervisor: {:.1} s)",
        ordered.as_secs_f64(),
        busy / wall,
        (CLONING + STARTING).as_secs_f64()
    );
    world.stop().await;
}
