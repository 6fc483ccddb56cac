//! Where a guest is plugged into its network: a port of the bridge, isolated from all others. What is sent from one to another passes the
//! router and its filter. A guest has a card that its program opens, or a cable into a network namespace of its own.

use compute_driver::{Card, DriverError, IPV6_GATEWAY, Reference};

use super::{
    Lan,
    home::Home,
    names::{self, BRIDGE, Names},
    wire::{has, ip},
};
use crate::process::fed;

/// A card that a program opens by its name, inside the network's namespace.
#[derive(Clone, Debug)]
pub struct Tap {
    /// The card's name.
    pub name: String,
    /// The words that run the program inside.
    pub inside: [String; 3],
}

/// Makes the guest's card in its network unless it is there. The caller has made sure of the network.
///
/// # Errors
/// `Failed` with what `ip` printed.
pub async fn tap(home: &Home, card: &Card, guest: &Reference) -> Result<Tap, DriverError> {
    let (names, name) = (Names::of(home, &card.network), names::port(home, guest));
    if !has(&names, &name).await {
        ip(&names, &["tuntap", "add", &name, "mode", "tap"]).await?;
    }
    plug(&names, &name).await?;
    let [net, dashes] = names.inside();
    Ok(Tap { name, inside: ["nsenter".to_owned(), net, dashes] })
}

/// Lays a cable from the guest's network to the network namespace of the process `into`, where it is `eth0` with the guest's addresses. It
/// goes with that namespace. The caller has made sure of the network.
///
/// # Errors
/// `Failed` with what `ip` printed.
pub async fn cable(home: &Home, card: &Card, lan: Lan, guest: &Reference, mac: &str, into: u32) -> Result<(), DriverError> {
    let (names, port, into) = (Names::of(home, &card.network), names::port(home, guest), into.to_string());
    if has(&names, &port).await {
        // The other end is in a namespace that ends just now.
        let removed = ip(&names, &["link", "del", &port]).await;
        unless_gone(&names, &port, removed).await?;
    }
    ip(&names, &["link", "add", &port, "type", "veth", "peer", "name", "eth0", "address", mac, "netns", &into]).await?;
    plug(&names, &port).await?;
    fed("nsenter", ["--net", "--target", &into, "ip", "-batch", "-"], &addresses(card, lan)).await
}

/// What `ip` does in the guest's namespace.
fn addresses(card: &Card, lan: Lan) -> String {
    let Lan { prefix, gateway } = lan;
    let mut text = format!("link set lo up\nlink set eth0 up\naddr add {}/{prefix} dev eth0\nroute add default via {gateway}\n", card.ipv4);
    if let Some(ipv6) = card.ipv6 {
        text += &format!("addr add {ipv6}/128 dev eth0 nodad\nroute add default via {IPV6_GATEWAY} dev eth0\n");
    }
    text
}

/// A cable may go at any moment, with the guest at its other end.
pub(super) async fn unless_gone(names: &Names, port: &str, done: Result<(), DriverError>) -> Result<(), DriverError> {
    if done.is_err() && !has(names, port).await { Ok(()) } else { done }
}

/// Makes the interface a port of the bridge.
pub(super) async fn plug(names: &Names, port: &str) -> Result<(), DriverError> {
    ip(names, &["link", "set", port, "master", BRIDGE]).await?;
    ip(names, &["link", "set", port, "type", "bridge_slave", "isolated", "on"]).await?;
    ip(names, &["link", "set", port, "up"]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_at_a_cable_has_its_addresses_and_its_routers() {
        let lan = Lan { prefix: 20, gateway: [10, 66, 0, 1].into() };
        let card = Card { network: Reference::parse("net_1").unwrap(), ipv4: [10, 66, 0, 10].into(), ipv6: None };
        let four = "link set lo up\nlink set eth0 up\naddr add 10.66.0.10/20 dev eth0\nroute add default via 10.66.0.1\n";
        assert_eq!(addresses(&card, lan), four);
        let dual = Card { ipv6: Some("2001:db8:0:7::a".parse().unwrap()), ..card };
        let six = "addr add 2001:db8:0:7::a/128 dev eth0 nodad\nroute add default via fe80::1 dev eth0\n";
        assert_eq!(addresses(&dual, lan), format!("{four}{six}"));
    }
}
