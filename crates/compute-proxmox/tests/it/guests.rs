//! Making guests and finding them again: ids, marks, nodes, and guests that somebody else moved or took.

use std::time::Duration;

use compute_driver::{Driver, DriverError, Filter, Network, PasswordHash, Protocol, Rule, Size, Status, Verdict};
use proxmox_standin::{Fault, Kind, stranger as standin_guest};

use crate::world::{World, reference, spec};

/// Nothing reserves an id: whoever gets `already exists` takes the next.
#[tokio::test]
async fn an_id_that_is_taken_is_left_alone() {
    let world = World::new().await;
    let (first, vmid) = world.guest("taken").await;
    world.driver.destroy(&first.reference).await.unwrap();
    // Somebody else makes a guest under the id that follows from the reference.
    let mut other = standin_guest("pve2");
    other.config.insert("name".into(), "somebody".into());
    world.cluster.lock().guests.insert(vmid, other);
    let again = world.another().await;
    again.ensure(&first).await.unwrap();
    assert_eq!(world.vmid(&first.reference), if vmid == 5999 { 5000 } else { vmid + 1 });
    assert_eq!(world.cluster.lock().guests[&vmid].config.get("tags"), None, "the other guest was not touched");
}

#[tokio::test]
async fn two_processes_make_one_guest() {
    let world = World::new().await;
    let (one, two, spec) = (world.another().await, world.another().await, spec("both", "tiny"));
    let (first, second) = tokio::join!(one.ensure(&spec), two.ensure(&spec));
    // Whoever came second may be told to look again, and then finds what the first made.
    for made in [first, second] {
        assert!(made.as_ref().is_ok() || made.as_ref().is_err_and(DriverError::may_retry), "{made:?}");
    }
    world.driver.ensure(&spec).await.unwrap();
    assert_eq!(world.cluster.lock().guests.len(), 2, "the template and one guest");
}

/// The process died between the clone and the settings: the description says whose the guest is, and the tags are not there yet.
#[tokio::test]
async fn a_half_made_guest_is_found_and_finished() {
    let world = World::new().await;
    let spec = spec("half", "tiny");
    world.cluster.inject("POST", "/config", Fault::Instead { status: 500, reason: "the process died here".into() });
    world.driver.ensure(&spec).await.unwrap_err();
    let vmid = world.vmid(&spec.reference);
    assert_eq!(world.cluster.lock().guests[&vmid].config.get("tags"), None);

    let next = world.another().await;
    assert_eq!(next.list().await.unwrap().len(), 1, "the reconciler sees it");
    assert_eq!(next.ensure(&spec).await.unwrap().size, spec.size());
    assert_eq!(world.vmid(&spec.reference), vmid);
    let third = world.another().await;
    third.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.cluster.lock().guests.len(), 1);
}

/// Another call for a guest that is still being cloned waits until the clone says whose it is.
#[tokio::test]
async fn a_clone_that_is_under_way_is_waited_for() {
    let world = World::new().await;
    let spec = spec("underway", "tiny");
    world.cluster.inject("POST", "/clone", Fault::TaskTakes(Duration::from_millis(1500)));
    let other = world.another().await;
    let (one, _) = tokio::join!(world.driver.ensure(&spec), async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        other.destroy(&spec.reference).await
    });
    // Either the first finished before it was destroyed or it did not; never are there two, and never is one forgotten.
    assert!(one.is_ok() || one.is_err());
    other.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.cluster.lock().guests.len(), 1);
}

#[tokio::test]
async fn a_node_that_goes_down_in_the_middle_of_a_clone_leaves_an_unknown_outcome() {
    let world = World::with(|mapping| mapping.nodes = vec!["pve1".into()]).await;
    let spec = spec("down", "tiny");
    world.cluster.inject("POST", "/clone", Fault::TaskTakes(Duration::from_millis(300)));
    world.cluster.lock().nodes.insert("pve1".into(), true);
    let (made, ()) = tokio::join!(world.driver.ensure(&spec), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.cluster.lock().nodes.insert("pve1".into(), false);
        tokio::time::sleep(Duration::from_millis(900)).await;
        world.cluster.lock().nodes.insert("pve1".into(), true);
    });
    // The task says "no quorum" once its node is back: nothing was made, and later may work.
    let error = made.unwrap_err();
    assert!(error.may_retry(), "{error:?}");
    world.driver.ensure(&spec).await.unwrap();
}

#[tokio::test]
async fn a_guest_that_moved_is_followed() {
    let world = World::new().await;
    let (spec, vmid) = world.running("moved").await;
    world.cluster.lock().guests.get_mut(&vmid).unwrap().node = "pve2".into();
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Running);
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().host.as_deref(), Some("pve2"));
}

/// The id of a guest of ours belongs to somebody else now: it is not ours to stop.
#[tokio::test]
async fn a_guest_that_took_our_id_is_not_touched() {
    let world = World::new().await;
    let (spec, vmid) = world.running("reused").await;
    let mut other = standin_guest("pve1");
    other.power_on();
    world.cluster.lock().guests.insert(vmid, other);
    assert!(matches!(world.driver.stop(&spec.reference).await, Err(DriverError::NotFound { .. })));
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.cluster.lock().guests[&vmid].status, "running");
}

#[tokio::test]
async fn unknown_is_unknown_and_a_node_that_is_away_is_no_stopped_guest() {
    let world = World::new().await;
    let (spec, _) = world.running("away").await;
    world.cluster.lock().blind = true;
    assert_eq!(world.another().await.list().await.unwrap()[0].status, Status::Unknown);
    world.cluster.lock().nodes.insert("pve1".into(), false);
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Unknown);
    let error = world.driver.stop(&spec.reference).await.unwrap_err();
    assert!(error.may_retry() && error.to_string().contains("pve1"), "{error:?}");
}

#[tokio::test]
async fn a_list_is_one_call_however_many_guests() {
    let world = World::new().await;
    for name in ["one", "two", "three"] {
        world.guest(name).await;
    }
    let fresh = world.another().await;
    let before = world.cluster.lock().requests.len();
    assert_eq!(fresh.list().await.unwrap().len(), 3);
    assert_eq!(world.cluster.lock().requests.len() - before, 1);
    // Which images are there is asked once a minute, at each place that keeps some.
    fresh.capabilities().await.unwrap();
    let learnt = world.cluster.lock().requests.len();
    fresh.capabilities().await.unwrap();
    fresh.list().await.unwrap();
    assert_eq!(world.cluster.lock().requests.len(), learnt);
}

#[tokio::test]
async fn all_guests_are_measured_in_one_call() {
    let world = World::new().await;
    let (running, _) = world.running("running").await;
    let (stopped, _) = world.guest("stopped").await;
    let wanted = [running.reference.clone(), stopped.reference.clone(), reference("nobody")];
    let fresh = world.another().await;
    let before = world.cluster.lock().requests.len();
    let said = fresh.measure_all(&wanted).await.unwrap();
    assert_eq!(world.cluster.lock().requests.len() - before, 1);
    assert_eq!(said.keys().collect::<Vec<_>>(), [&running.reference, &stopped.reference]);
    assert!(said[&running.reference].uptime_us > 0 && said[&running.reference].memory_used_bytes > 0, "{said:?}");
    assert_eq!(said[&stopped.reference].uptime_us, 0);
}

/// The cluster's list says "running" of a paused guest; ours does not.
#[tokio::test]
async fn a_paused_guest_is_listed_as_paused() {
    let world = World::new().await;
    let (spec, _) = world.running("paused").await;
    world.driver.suspend(&spec.reference).await.unwrap();
    assert_eq!(world.another().await.list().await.unwrap()[0].status, Status::Paused);
    world.driver.resume(&spec.reference).await.unwrap();
    assert_eq!(world.another().await.list().await.unwrap()[0].status, Status::Running);
}

#[tokio::test]
async fn a_guest_has_the_settings_that_were_ordered() {
    let world = World::new().await;
    let mut spec = spec("settings", "tiny");
    spec.password = Some(PasswordHash::parse("$6$saltsalt$abcdefghijklmnop./0123").unwrap());
    let guest = world.driver.ensure(&spec).await.unwrap();
    let vmid = world.vmid(&spec.reference);
    let state = world.cluster.lock();
    let config = &state.guests[&vmid].config;
    let address = std::net::Ipv4Addr::from(u32::from(std::net::Ipv4Addr::new(10, 0, 1, 1)) + vmid - 5000).to_string();
    assert_eq!(guest.ipv4.as_deref(), Some(address.as_str()));
    assert_eq!(config["ipconfig0"], format!("ip={address}/16,gw=10.0.0.1"));
    assert_eq!(config["net0"], "virtio=52:54:00:00:00:01,bridge=vmbr0,tag=7,firewall=1");
    assert_eq!(config["sshkeys"], "ssh-ed25519%20AAAAC3NzaC1lZDI1NTE5AAAAIAOdpY1OKeqP8SWJB0vHKqnLeqF1sYsr1V3Gz0YQTG4s%20a%2Bb%2Fc%3Dd%3Ae");
    assert_eq!(config["cipassword"], "$6$saltsalt$abcdefghijklmnop./0123");
    assert_eq!(config["ciupgrade"], "0", "or the first boot updates everything before anybody gets in");
    assert_eq!(config["tags"], "fairhold;vm_settings;fairhold.tiny");
    assert!(config["ide2"].contains("cloudinit") && config["serial0"] == "socket", "{config:?}");
}

#[tokio::test]
async fn a_template_that_is_larger_than_the_disk_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    world.cluster.lock().guests.get_mut(&9000).unwrap().config.insert("scsi0".into(), "local-lvm:base-9000-disk-0,size=8G".into());
    let error = world.driver.ensure(&spec("small", "tiny")).await.unwrap_err();
    assert!(matches!(&error, DriverError::Refused { reason } if reason.contains("8 GiB")), "{error:?}");
    assert_eq!(world.cluster.lock().guests.len(), 1);
}

#[tokio::test]
async fn a_disk_only_grows_and_processors_wait_for_a_restart() {
    let world = World::new().await;
    let (spec, _) = world.running("grow").await;
    let less = world.driver.resize(&spec.reference, &Size { disk_gib: 1, ..spec.size() }).await.unwrap_err();
    assert!(matches!(less, DriverError::Refused { .. }), "{less:?}");
    let more = Size { cpus: 2, memory_mib: 512, disk_gib: 5 };
    assert_eq!(world.driver.resize(&spec.reference, &more).await.unwrap(), compute_driver::InForce::AfterRestart);
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().size, more);
    let disk = Size { disk_gib: 6, ..more };
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.driver.resize(&spec.reference, &disk).await.unwrap(), compute_driver::InForce::Now);
}

#[tokio::test]
async fn a_shutdown_that_is_ignored_is_ended_by_a_stop() {
    let world = World::new().await;
    let (spec, vmid) = world.running("deaf").await;
    world.cluster.lock().guests.get_mut(&vmid).unwrap().ignores_button = true;
    world.driver.shutdown(&spec.reference).await.unwrap();
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Running);
    world.driver.stop(&spec.reference).await.unwrap();
    assert_eq!(world.driver.status(&spec.reference).await.unwrap(), Status::Stopped);
}

#[tokio::test]
async fn rules_take_the_place_of_those_before_them_in_their_order() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("wall").await;
    let rule = |port: u16, peer| Rule {
        direction: compute_driver::Direction::Inbound,
        protocol: Protocol::Tcp { ports: port..=port },
        peer,
        verdict: Verdict::Accept,
    };
    let office = Some(Network { address: [192, 0, 2, 0].into(), prefix: 24 });
    let filter = Filter { anti_spoofing: true, rules: vec![rule(22, office), rule(443, None)], inbound: Verdict::Drop, outbound: Verdict::Accept };
    world.driver.set_filter(&spec.reference, &Filter { rules: vec![rule(80, None)], ..filter.clone() }).await.unwrap();
    world.driver.set_filter(&spec.reference, &filter).await.unwrap();
    let ports = |world: &World| world.cluster.lock().guests[&vmid].wall.rules.iter().map(|rule| rule["dport"].clone()).collect::<Vec<_>>();
    assert_eq!(ports(&world), ["22", "443"]);
    let posted = world.cluster.count("POST", "/firewall/rules");
    world.driver.set_filter(&spec.reference, &filter).await.unwrap();
    assert_eq!(world.cluster.count("POST", "/firewall/rules"), posted, "what is so already is left alone");
    let state = world.cluster.lock();
    let wall = &state.guests[&vmid].wall;
    assert_eq!((wall.options["policy_in"].as_str(), wall.options["ipfilter"].as_str(), wall.options["enable"].as_str()), ("DROP", "1", "1"));
    assert_eq!(wall.rules[0]["source"], "192.0.2.0/24");
    assert_eq!(wall.sets["ipfilter-net0"].len(), 1);
}

#[tokio::test]
async fn a_guest_is_held_to_its_addresses_from_when_it_is_made_and_what_was_said_since_stays() {
    let world = World::new().await;
    let (spec, vmid) = world.guest("held").await;
    let wall = |world: &World| world.cluster.lock().guests[&vmid].wall.clone();
    let said = |name: &str| wall(&world).options.get(name).cloned();
    assert_eq!(["enable", "macfilter", "ipfilter"].map(|name| said(name).unwrap()), ["1", "1", "1"]);
    assert_eq!(["policy_in", "policy_out"].map(|name| said(name).unwrap()), ["ACCEPT", "ACCEPT"], "nothing else is filtered");
    let own = world.driver.find(&spec.reference).await.unwrap().unwrap().ipv4.unwrap();
    assert_eq!(wall(&world).sets["ipfilter-net0"], [own]);

    let shut = Filter { anti_spoofing: true, inbound: Verdict::Drop, ..Filter::open() };
    world.driver.set_filter(&spec.reference, &shut).await.unwrap();
    world.cluster.lock().guests.get_mut(&vmid).unwrap().wall.sets.insert("ipfilter-net0".to_owned(), vec!["192.0.2.9".to_owned()]);
    world.driver.rebuild(&spec).await.unwrap();
    assert_eq!(said("policy_in").as_deref(), Some("DROP"));
    assert!(!wall(&world).sets["ipfilter-net0"].contains(&"192.0.2.9".to_owned()), "an address of another guest, as a backup brings it, is taken away");
}

#[tokio::test]
async fn guests_without_fixed_addresses_cannot_be_held_to_them() {
    let world = World::with(|mapping| mapping.network.addresses = None).await;
    let (spec, _) = world.guest("dhcp").await;
    assert_eq!(world.cluster.count("PUT", "/firewall/options"), 0, "what cannot be said is not tried");
    let answer = world.driver.set_filter(&spec.reference, &Filter { anti_spoofing: true, ..Filter::open() }).await;
    assert!(matches!(answer, Err(DriverError::Unsupported { .. })), "{answer:?}");
    assert!(!world.driver.capabilities().await.unwrap().has(compute_driver::Feature::AntiSpoofing));
}

#[tokio::test]
async fn the_agent_tells_the_address_that_a_dhcp_server_gave() {
    let world = World::with(|mapping| mapping.network.addresses = None).await;
    let (spec, vmid) = world.running("leased").await;
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().ipv4, None, "no agent, no address");
    world.cluster.lock().guests.get_mut(&vmid).unwrap().agent = true;
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().ipv4.as_deref(), Some("10.9.9.8"));
}

#[tokio::test]
async fn a_stranger_is_taken_over_and_nothing_else_changes() {
    let world = World::new().await;
    let mut stranger = standin_guest("pve2");
    stranger.config = [("name", "legacy"), ("tags", "prod"), ("description", "Ask Ann."), ("memory", "1024"), ("scsi0", "local-lvm:vm-150-disk-0,size=4G")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    stranger.power_on();
    world.cluster.lock().guests.insert(150, stranger);
    let strangers = world.driver.strangers().await.unwrap();
    assert_eq!((strangers.len(), strangers[0].address.as_str(), strangers[0].name.as_str()), (1, "150", "legacy"));
    for _ in 0..2 {
        let guest = world.driver.adopt("150", &reference("adopted")).await.unwrap();
        assert_eq!((guest.status, guest.size), (Status::Running, Size { cpus: 1, memory_mib: 1024, disk_gib: 4 }));
    }
    let taken = world.driver.adopt("150", &reference("second")).await;
    assert!(matches!(taken, Err(DriverError::Conflict { .. })), "{taken:?}");
    let fresh = world.another().await;
    assert!(fresh.strangers().await.unwrap().is_empty());
    let state = world.cluster.lock();
    assert_eq!(state.guests[&150].config["tags"], "prod;fairhold;vm_adopted");
    assert!(state.guests[&150].config["description"].starts_with("Ask Ann."));
}

#[tokio::test]
async fn containers_live_too() {
    let world = World::new().await;
    let spec = spec("container", "contained");
    let guest = world.driver.ensure(&spec).await.unwrap();
    assert_eq!((guest.status, guest.size), (Status::Stopped, spec.size()));
    let vmid = world.vmid(&spec.reference);
    assert!(matches!(world.cluster.lock().guests[&vmid].kind, Kind::Lxc));
    world.driver.start(&spec.reference).await.unwrap();
    world.driver.reset(&spec.reference).await.unwrap();
    assert!(matches!(world.driver.suspend(&spec.reference).await, Err(DriverError::Unsupported { .. })));
    let fresh = compute_driver::GuestSpec { hostname: "other".into(), ..spec.clone() };
    let rebuilt = world.driver.rebuild(&fresh).await.unwrap();
    assert_eq!((rebuilt.status, world.vmid(&spec.reference)), (Status::Stopped, vmid));
    assert_eq!(world.cluster.lock().guests[&vmid].config["hostname"], "other");
    world.driver.destroy(&spec.reference).await.unwrap();
    assert_eq!(world.cluster.lock().guests.len(), 1);
}
