//! The workflows of networks: failing, repeating and restarting at every step.

use compute::card::Connection;
use compute::instance::{self, InstanceQuery};
use compute::permissions::{AddressAssign, InstanceConnect, SecurityGroupUpdate, SecurityGroupView};
use compute::security_group::SecurityGroupPatch;
use compute::{address, security_group};
use kernel::PageQuery;
use testkit::workflows::Case;
use testkit::{Engine, Test, cases};
use workflow::Registered;

use super::{address as reserved, addresses, group, hypervisor, inside, network, pool, reference, running, tcp, world};

macro_rules! case {
    ($start:expr, $check:expr) => {
        Case { make: async || world(Engine::Sqlite).await.0, start: $start, check: $check, workflows: || -> Vec<Registered> { compute::workflows() } }
    };
}

async fn only(test: &Test) -> instance::Instance {
    let at = test.scope::<compute::permissions::InstanceView>().await;
    instance::list(&test.cx, &at, &InstanceQuery::default(), &PageQuery::default()).await.unwrap().items.remove(0)
}

macro_rules! connect_case {
    () => {
        case!(
            async |test: &Test| {
                let (one, two) = (network(test, "one").await, network(test, "two").await);
                let id = running(test, "web", inside(one)).await;
                instance::connect_to(&test.cx, &test.scope::<InstanceConnect>().await, id, &inside(two)).await.unwrap();
                (instance::CONNECT.name.to_owned(), id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let machine = only(test).await;
                let address = machine.network.unwrap().ipv4;
                assert_eq!(address, if succeeded { "10.0.1.2" } else { "10.0.0.2" });
                let sim = hypervisor(test);
                assert_eq!(sim.spec(&reference(machine.id)).unwrap().card.unwrap().ipv4.to_string(), address, "the hypervisor has the same");
                assert!(sim.filter(&reference(machine.id)).unwrap().anti_spoofing);
            }
        )
    };
}

macro_rules! apply_case {
    () => {
        case!(
            async |test: &Test| {
                let (net, web) = (network(test, "front").await, group(test, vec![tcp(22)]).await);
                running(test, "web", Connection { network_id: Some(net), security_group_id: Some(web) }).await;
                let patch = SecurityGroupPatch { name: None, rules: Some(vec![tcp(80), tcp(443)]) };
                security_group::update(&test.cx, &test.scope::<SecurityGroupUpdate>().await, web, &patch).await.unwrap();
                (security_group::SECURITY_GROUP_APPLY.name.to_owned(), web.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let rules = if succeeded { 2 } else { 1 };
                let at = test.scope::<SecurityGroupView>().await;
                let kept = security_group::list(&test.cx, &at, &PageQuery::default()).await.unwrap().items.remove(0);
                let filter = hypervisor(test).filter(&reference(only(test).await.id)).unwrap();
                assert_eq!((kept.rules.len(), filter.rules.len()), (rules, rules));
            }
        )
    };
}

macro_rules! assign_case {
    () => {
        case!(
            async |test: &Test| {
                pool(test, "203.0.113.8/30", &[]).await.unwrap();
                let net = network(test, "front").await;
                let id = running(test, "web", inside(net)).await;
                let public = reserved(test).await.unwrap();
                address::assign(&test.cx, &test.scope::<AddressAssign>().await, public.id, Some(id)).await.unwrap();
                (address::ADDRESS_ASSIGN.name.to_owned(), public.id.to_string())
            },
            async |test: &Test, succeeded: bool| {
                let id = only(test).await.id;
                let leads = hypervisor(test).addresses(&reference(id)).len();
                assert_eq!((leads, addresses(test).await[0].instance_id), if succeeded { (1, Some(id)) } else { (0, None) });
            }
        )
    };
}

cases! {
    connect_case!() => connecting_can_fail_anywhere, connecting_can_run_twice, connecting_survives_a_restart_at_each_step;
    apply_case!() => applying_rules_can_fail_anywhere, applying_rules_can_run_twice, applying_rules_survives_a_restart_at_each_step;
    assign_case!() => assigning_can_fail_anywhere, assigning_can_run_twice, assigning_survives_a_restart_at_each_step;
}
