//! IPv6 beside IPv4: which address a guest gets, and what it may send from.

use compute_driver::{Driver, Filter};

use crate::world::{World, ipv6, spec};

/// A guest's IPv6 address follows from its id, beside IPv4 of either kind, for machines and containers alike.
#[tokio::test]
async fn guests_have_an_ipv6_address_of_their_own() {
    for fixed in [true, false] {
        let world = World::with(|mapping| {
            mapping.network.ipv6 = ipv6();
            mapping.network.addresses = mapping.network.addresses.take().filter(|_| fixed);
        })
        .await;
        for template in ["tiny", "imported", "contained"] {
            let spec = spec(template, template);
            let made = world.driver.ensure(&spec).await.unwrap();
            let vmid = world.vmid(&spec.reference);
            let address = format!("2001:db8:20:1::{vmid:x}");
            assert_eq!(made.ipv6.as_deref(), Some(address.as_str()), "{template}");
            let config = world.cluster.lock().guests[&vmid].config.clone();
            let said = &config[if template == "contained" { "net0" } else { "ipconfig0" }];
            assert!(said.contains(&format!(",ip6={address}/64,gw6=fe80::1")) && said.contains("ip=dhcp") != fixed, "{said}");
            let listed = world.driver.list().await.unwrap().into_iter().find(|guest| guest.reference == spec.reference).unwrap();
            assert_eq!((listed.ipv6, listed.ipv4), (made.ipv6, made.ipv4), "{template}");
        }
    }
    let world = World::new().await;
    let (spec, vmid) = world.guest("old").await;
    assert_eq!(world.driver.find(&spec.reference).await.unwrap().unwrap().ipv6, None);
    assert!(!world.cluster.lock().guests[&vmid].config["ipconfig0"].contains("ip6"));
}

/// What a guest may send from: its two addresses, and the one by which its neighbours find it. What was allowed before is not.
#[tokio::test]
async fn a_guest_is_held_to_its_addresses_of_both_families() {
    let world = World::with(|mapping| mapping.network.ipv6 = ipv6()).await;
    let (spec, vmid) = world.guest("held").await;
    let filter = Filter { anti_spoofing: true, ..Filter::open() };
    world.cluster.lock().guests.get_mut(&vmid).unwrap().wall.sets.insert("ipfilter-net0".into(), vec!["2001:db8:20:1::1/128".into(), "fe80::1".into()]);
    for _ in 0..2 {
        world.driver.set_filter(&spec.reference, &filter).await.unwrap();
        let mut set = world.cluster.lock().guests[&vmid].wall.sets["ipfilter-net0"].clone();
        set.sort();
        let ipv4 = world.driver.find(&spec.reference).await.unwrap().unwrap().ipv4.unwrap();
        assert_eq!(set, [ipv4, format!("2001:db8:20:1::{vmid:x}"), "fe80::5054:ff:fe00:1".to_owned()]);
    }
    assert_eq!(world.cluster.lock().guests[&vmid].wall.options["ndp"], "1", "neighbours are looked for");
}
