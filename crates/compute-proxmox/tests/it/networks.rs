//! Private networks at the stand-in: VNets of a zone, second cards, public addresses on the first ones.

use std::collections::BTreeMap;
use std::net::IpAddr;

use compute_driver::{Card, Driver, DriverError, Filter, GuestSpec, InForce, Network, NetworkSpec, Progress, Reference, Verdict};
use proxmox_standin::Fault;

use crate::world::{World, spec};

fn network(name: &str, egress: bool) -> NetworkSpec {
    let subnet = Network { address: [10, 66, 0, 0].into(), prefix: 24 };
    NetworkSpec { reference: Reference::parse(&format!("net_{name}")).unwrap(), subnet, gateway: [10, 66, 0, 1].into(), egress, ipv6: None }
}

fn card(network: &NetworkSpec, last: u8) -> Card {
    Card { network: network.reference.clone(), ipv4: [10, 66, 0, last].into(), ipv6: None }
}

fn config(world: &World, vmid: u32) -> BTreeMap<String, String> {
    world.cluster.lock().guests[&vmid].config.clone()
}

/// Who may send from a card, and what is said of them.
fn set(world: &World, vmid: u32, card: u8) -> Option<Vec<String>> {
    world.cluster.lock().guests[&vmid].wall.sets.get(&format!("ipfilter-net{card}")).cloned()
}

/// The VNets in force, by name, with their tags.
fn vnets(world: &World) -> BTreeMap<String, String> {
    world.cluster.lock().sdn.running.vnets.iter().map(|(name, vnet)| (name.clone(), vnet["tag"].clone())).collect()
}

fn applied(world: &World) -> usize {
    world.cluster.lock().requests.iter().filter(|line| *line == "PUT /cluster/sdn").count()
}

fn public(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[tokio::test]
async fn networks_of_the_same_addresses_are_apart_and_each_is_made_once() {
    let world = World::new().await;
    let (one, two) = (network("one", true), network("two", true));
    for network in [&one, &two, &one] {
        world.driver.ensure_network(network).await.unwrap();
    }
    let made = vnets(&world);
    assert!(made.len() == 2 && made.keys().all(|name| name.len() == 8), "{made:?}");
    let tags: Vec<u32> = made.values().map(|tag| tag.parse().unwrap()).collect();
    assert!(tags[0] != tags[1] && tags.iter().all(|tag| (1000..=1009).contains(tag)), "{tags:?}");
    assert_eq!(applied(&world), 2, "nothing is applied where nothing changed");
    assert_eq!(world.another().await.networks().await.unwrap(), [one, two], "another process reads the same at the cluster");
}

#[tokio::test]
async fn an_answer_that_got_lost_makes_no_second_network() {
    for fault in [Fault::Cut, Fault::After { status: 596, reason: "Broken pipe".into() }, Fault::Instead { status: 595, reason: "No route to host".into() }] {
        let world = World::new().await;
        world.cluster.inject("POST", "/cluster/sdn/vnets", fault);
        let net = network("one", true);
        if world.driver.ensure_network(&net).await.is_err() {
            world.driver.ensure_network(&net).await.unwrap();
        }
        assert_eq!((vnets(&world).len(), world.driver.networks().await.unwrap()), (1, vec![net]));
    }
    let world = World::new().await;
    world.cluster.inject("PUT", "/cluster/sdn", Fault::Instead { status: 596, reason: "Broken pipe".into() });
    let net = network("one", true);
    assert!(world.driver.ensure_network(&net).await.is_err());
    assert_eq!(vnets(&world).len(), 0, "it is written and not in force");
    let (guest, _) = world.guest("early").await;
    let answer = world.driver.connect(&guest.reference, Some(&card(&net, 9))).await;
    assert!(matches!(answer, Err(DriverError::Conflict { .. })), "{answer:?}");
    world.driver.ensure_network(&net).await.unwrap();
    assert_eq!(vnets(&world).len(), 1, "the next try goes on where this one stopped");
}

#[tokio::test]
async fn what_somebody_else_prepares_is_not_applied() {
    let world = World::new().await;
    let net = network("one", true);
    for is_zone in [true, false] {
        let (key, value) = if is_zone { ("type", "vlan") } else { ("zone", "lonely") };
        let half = BTreeMap::from([(key.to_owned(), value.to_owned())]);
        {
            let mut state = world.cluster.lock();
            let written = &mut state.sdn.written;
            if is_zone { &mut written.zones } else { &mut written.vnets }.insert("theirs".into(), half);
        }
        let refused = world.driver.ensure_network(&net).await.unwrap_err();
        assert!(refused.may_retry() && refused.to_string().contains("theirs"), "{refused}");
        assert_eq!((vnets(&world).len(), applied(&world)), (0, 0));
        let mut state = world.cluster.lock();
        state.sdn.written.zones.remove("theirs");
        state.sdn.written.vnets.remove("theirs");
    }
    world.driver.ensure_network(&net).await.unwrap();
    assert_eq!(vnets(&world).len(), 1);
}

#[tokio::test]
async fn names_and_tags_of_others_are_left_to_them_and_tags_end() {
    let world = World::with(|mapping| mapping.private.as_mut().unwrap().tags = Some(1000..=1001)).await;
    let net = network("one", true);
    world.driver.ensure_network(&net).await.unwrap();
    let name = vnets(&world).into_keys().next().unwrap();
    world.driver.remove_network(&net.reference).await.unwrap();
    assert_eq!(vnets(&world).len(), 0);
    // Somebody else's, under the name that ours would have.
    let theirs = BTreeMap::from([("zone", "tenants"), ("tag", "1000"), ("alias", "accounting")].map(|(key, value)| (key.to_owned(), value.to_owned())));
    for networks in [|state: &mut proxmox_standin::Sdn| &mut state.written, |state| &mut state.running] as [fn(&mut _) -> &mut proxmox_standin::Networks; 2] {
        networks(&mut world.cluster.lock().sdn).vnets.insert(name.clone(), theirs.clone());
    }
    world.driver.ensure_network(&net).await.unwrap();
    assert_eq!(vnets(&world).values().cloned().collect::<Vec<_>>().len(), 2);
    assert_eq!((vnets(&world)[&name].as_str(), world.driver.networks().await.unwrap()), ("1000", vec![net]));
    let full = world.driver.ensure_network(&network("two", true)).await.unwrap_err();
    assert!(matches!(full, DriverError::Full { .. }), "{full}");
}

#[tokio::test]
async fn a_guest_has_a_second_card_and_keeps_the_first() {
    for template in ["tiny", "contained"] {
        let world = World::new().await;
        let net = network("one", true);
        world.driver.ensure_network(&net).await.unwrap();
        let guest = GuestSpec { card: Some(card(&net, 9)), ..spec("web", template) };
        let made = world.driver.ensure(&guest).await.unwrap();
        let vmid = world.vmid(&guest.reference);
        let vnet = vnets(&world).into_keys().next().unwrap();
        let said = config(&world, vmid);
        let (cards, address) = (&said["net1"], if template == "tiny" { &said["ipconfig1"] } else { &said["net1"] });
        assert!(cards.contains(&format!("bridge={vnet}")) && cards.contains("firewall=1") && cards.contains("56:54:00:00:00:01"), "{cards}");
        assert!(address.contains("ip=10.66.0.9/24") && !address.contains("gw="), "{address}");
        assert!(said["net0"].contains("bridge=vmbr0") && !said["net0"].contains("link_down"), "{said:?}");
        assert_eq!((set(&world, vmid, 1), made.ipv4.as_deref() == Some("10.66.0.9")), (Some(vec!["10.66.0.9".to_owned()]), false));
        assert_eq!(world.cluster.lock().guests[&vmid].wall.options["policy_in"], "ACCEPT", "a filter that nobody asked for shuts nothing");

        world.driver.start(&guest.reference).await.unwrap();
        let kept = world.driver.remove_network(&net.reference).await;
        assert!(matches!(kept, Err(DriverError::Conflict { .. })), "{kept:?}");
        assert_eq!(world.driver.connect(&guest.reference, None).await.unwrap(), InForce::Now);
        let said = config(&world, vmid);
        assert!(!said.contains_key("net1") && !said.contains_key("ipconfig1") && !said["tags"].contains("net_one"), "{said:?}");
        assert_eq!(set(&world, vmid, 1), None, "nothing of the card is left");
        let force = world.driver.connect(&guest.reference, Some(&card(&net, 10))).await.unwrap();
        assert_eq!(force, if template == "tiny" { InForce::AfterRestart } else { InForce::Now }, "cloud-init speaks at a start");
        assert_eq!(set(&world, vmid, 1), Some(vec!["10.66.0.10".to_owned()]));
        world.driver.rebuild(&GuestSpec { card: Some(card(&net, 10)), ..guest.clone() }).await.unwrap();
        let said = config(&world, vmid);
        assert!(said["net1"].contains(&vnet) && said["tags"].contains("fairhold-net.net_one"), "a rebuilt guest is where it was: {said:?}");
        world.driver.destroy(&guest.reference).await.unwrap();
        world.driver.remove_network(&net.reference).await.unwrap();
        assert_eq!(vnets(&world).len(), 0);
    }
}

#[tokio::test]
async fn a_network_without_a_way_out_pulls_the_cable_and_a_public_address_plugs_it_in() {
    let world = World::new().await;
    let (shut, open) = (network("shut", false), network("shut", true));
    world.driver.ensure_network(&shut).await.unwrap();
    let (guest, vmid) = world.running("inner").await;
    let is_down = || config(&world, vmid)["net0"].contains("link_down=1");
    world.driver.connect(&guest.reference, Some(&card(&shut, 9))).await.unwrap();
    assert!(is_down() && config(&world, vmid)["net0"].contains("52:54:00:00:00:01"));
    world.driver.set_addresses(&guest.reference, &[public("203.0.113.7"), public("2001:db8::7")]).await.unwrap();
    assert!(!is_down(), "who has a public address may speak");
    world.driver.set_addresses(&guest.reference, &[]).await.unwrap();
    assert!(is_down());
    world.driver.ensure_network(&open).await.unwrap();
    assert!(!is_down(), "the network has a way out now, and so have its guests");
    world.driver.ensure_network(&shut).await.unwrap();
    assert!(is_down());
    world.driver.connect(&guest.reference, None).await.unwrap();
    assert!(!is_down(), "out of it the guest is as it was");
}

#[tokio::test]
async fn a_lost_answer_leaves_no_cable_pulled_and_none_plugged_in() {
    for template in ["tiny", "contained"] {
        let world = World::new().await;
        let shut = network("shut", false);
        world.driver.ensure_network(&shut).await.unwrap();
        let guest = GuestSpec { card: Some(card(&shut, 9)), ..spec("inner", template) };
        world.driver.ensure(&guest).await.unwrap();
        let vmid = world.vmid(&guest.reference);
        let is_in = || {
            let said = config(&world, vmid);
            let (cable, card) = (said["net0"].contains("link_down=1"), said.contains_key("net1"));
            assert_eq!(cable, card, "who is in a network without a way out has no other, and nobody else misses theirs: {said:?}");
            card
        };
        assert!(is_in());
        let path = format!("/{}/{vmid}/config", if template == "tiny" { "qemu" } else { "lxc" });
        for place in [None, Some(card(&shut, 10)), None] {
            for fault in
                [Fault::Cut, Fault::Instead { status: 595, reason: "No route to host".into() }, Fault::After { status: 596, reason: "Broken pipe".into() }]
            {
                world.cluster.inject("PUT", &path, fault);
                let first = world.driver.connect(&guest.reference, place.as_ref()).await;
                is_in();
                if first.is_err() {
                    world.driver.connect(&guest.reference, place.as_ref()).await.unwrap();
                }
                assert_eq!((is_in(), set(&world, vmid, 1).is_some()), (place.is_some(), place.is_some()));
                let back = if place.is_some() { None } else { Some(card(&shut, 9)) };
                world.driver.connect(&guest.reference, back.as_ref()).await.unwrap();
            }
            world.driver.connect(&guest.reference, place.as_ref()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn public_addresses_stay_until_they_are_taken_away() {
    let world = World::new().await;
    let (guest, vmid) = world.guest("front").await;
    let own = world.driver.find(&guest.reference).await.unwrap().unwrap().ipv4.unwrap();
    world.cluster.lock().guests.get_mut(&vmid).unwrap().wall.sets.get_mut("ipfilter-net0").unwrap().push("10.0.99.99".into());
    for _ in 0..2 {
        world.driver.set_addresses(&guest.reference, &[public("203.0.113.7"), public("203.0.113.8")]).await.unwrap();
    }
    let sorted = || {
        let mut set = set(&world, vmid, 0).unwrap();
        set.sort();
        set
    };
    assert_eq!(sorted(), [own.as_str(), "203.0.113.7", "203.0.113.8"], "what an earlier address left is gone");
    world.driver.rebuild(&guest).await.unwrap();
    world.driver.set_filter(&guest.reference, &Filter { anti_spoofing: true, inbound: Verdict::Drop, ..Filter::open() }).await.unwrap();
    assert_eq!(sorted(), [own.as_str(), "203.0.113.7", "203.0.113.8"]);
    world.driver.set_addresses(&guest.reference, &[public("203.0.113.8")]).await.unwrap();
    assert_eq!(sorted(), [own.as_str(), "203.0.113.8"]);

    let dynamic = World::with(|mapping| mapping.network.addresses = None).await;
    let (guest, _) = dynamic.guest("leased").await;
    dynamic.driver.set_addresses(&guest.reference, &[]).await.unwrap();
    let refused = dynamic.driver.set_addresses(&guest.reference, &[public("203.0.113.7")]).await;
    assert!(matches!(refused, Err(DriverError::Unsupported { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_restored_guest_has_its_own_card_and_no_other_guests() {
    let world = World::new().await;
    let (one, two) = (network("one", true), network("two", true));
    for network in [&one, &two] {
        world.driver.ensure_network(network).await.unwrap();
    }
    let first = GuestSpec { card: Some(card(&one, 9)), ..spec("first", "tiny") };
    world.driver.ensure(&first).await.unwrap();
    let backup = Reference::parse("bak_1").unwrap();
    while !matches!(world.driver.create_backup(&first.reference, &backup).await.unwrap(), Progress::Done(_)) {}
    world.driver.connect(&first.reference, None).await.unwrap();

    let other = |name: &str, card| GuestSpec { mac: "52:54:00:00:00:77".into(), card, ..spec(name, "tiny") };
    for (guest, place) in [(other("alone", None), None), (other("moved", Some(card(&two, 5))), Some("10.66.0.5/24")), (first.clone(), Some("10.66.0.9/24"))] {
        let guest = GuestSpec { card: guest.card.clone(), ..guest };
        while !matches!(world.driver.restore_backup(&backup, &guest).await.unwrap(), Progress::Done(_)) {}
        let said = config(&world, world.vmid(&guest.reference));
        let cards = said.keys().filter(|name| name.starts_with("net")).count();
        assert_eq!((said.get("ipconfig1").map(|text| text.trim_start_matches("ip=")), cards), (place, 1 + usize::from(place.is_some())), "{said:?}");
        assert_eq!(said["tags"].contains("fairhold-net."), place.is_some(), "{said:?}");
        world.driver.start(&guest.reference).await.unwrap();
    }
}

#[tokio::test]
async fn a_card_that_the_guest_had_before_us_is_not_ours() {
    let world = World::new().await;
    let net = network("one", true);
    world.driver.ensure_network(&net).await.unwrap();
    let (guest, vmid) = world.guest("adopted").await;
    let theirs = "virtio=BC:24:11:00:00:99,bridge=vmbr0,tag=9";
    world.cluster.lock().guests.get_mut(&vmid).unwrap().config.insert("net1".into(), theirs.into());
    world.driver.connect(&guest.reference, Some(&card(&net, 9))).await.unwrap();
    assert!(config(&world, vmid)["net2"].contains("56:54:00:00:00:01") && config(&world, vmid)["ipconfig2"] == "ip=10.66.0.9/24");
    assert_eq!(set(&world, vmid, 2), Some(vec!["10.66.0.9".to_owned()]));
    world.driver.connect(&guest.reference, None).await.unwrap();
    assert_eq!((config(&world, vmid)["net1"].as_str(), config(&world, vmid).contains_key("net2")), (theirs, false));
}

#[tokio::test]
async fn a_zone_that_does_not_fit_and_privileges_that_miss_are_named() {
    let problems = async |zone: &str, tags: Option<std::ops::RangeInclusive<u32>>, nodes: &[&str]| {
        let private = Some(compute_proxmox::settings::Private { zone: zone.to_owned(), tags });
        let world = World::with(|mapping| {
            mapping.private = private;
            mapping.nodes = nodes.iter().map(ToString::to_string).collect();
        })
        .await;
        world
            .cluster
            .lock()
            .sdn
            .written
            .zones
            .insert("far".into(), BTreeMap::from([("type", "vxlan"), ("nodes", "pve1")].map(|(key, value)| (key.to_owned(), value.to_owned()))));
        world.driver.report().await.unwrap().problems.join("; ")
    };
    assert_eq!(problems("tenants", Some(1000..=1999), &[]).await, "");
    assert_eq!(problems("lonely", None, &["pve1"]).await, "", "on one node a simple zone will do");
    for (zone, tags, words) in [
        ("nowhere", Some(1..=9), "no zone nowhere"),
        ("lonely", None, "would not reach each other"),
        ("lonely", Some(1..=9), "has no tags"),
        ("tenants", None, "needs a range of tags"),
        ("tenants", Some(1000..=9999), "end at 4094"),
        ("far", Some(1000..=9999), "not on the node pve2"),
        ("far", Some(1000..=9999), "waits to be applied"),
    ] {
        let said = problems(zone, tags, &[]).await;
        assert!(said.contains(words), "{zone}: {said}");
    }
    let world = World::new().await;
    world.cluster.lock().lacking.push("SDN.Allocate".into());
    let report = world.driver.report().await.unwrap();
    let paths: Vec<_> = report.missing.iter().filter(|one| one.privilege == "SDN.Allocate").map(|one| one.path.as_str()).collect();
    assert_eq!((paths, report.zones.len()), (vec!["/sdn", "/sdn/zones/tenants"], 2));
}
