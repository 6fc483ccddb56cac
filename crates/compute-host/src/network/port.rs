//! Where a guest is plugged into its network: a port of the bridge, isolated from all others. What is sent from one to another passes the
//! router and its filter.

use std::path::Path;

use compute_driver::{Card, DriverError, Reference};

use super::{
    names::{self, BRIDGE, Names},
    wire::{has, ip},
};

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
pub async fn tap(data_dir: &Path, card: &Card, guest: &Reference) -> Result<Tap, DriverError> {
    let (names, name) = (Names::of(data_dir, &card.network), names::port(data_dir, guest));
    if !has(&names, &name).await {
        ip(&names, &["tuntap", "add", &name, "mode", "tap"]).await?;
    }
    plug(&names, &name).await?;
    let [net, dashes] = names.inside();
    Ok(Tap { name, inside: ["nsenter".to_owned(), net, dashes] })
}

/// Makes the interface a port of the bridge.
pub(super) async fn plug(names: &Names, port: &str) -> Result<(), DriverError> {
    ip(names, &["link", "set", port, "master", BRIDGE]).await?;
    ip(names, &["link", "set", port, "type", "bridge_slave", "isolated", "on"]).await?;
    ip(names, &["link", "set", port, "up"]).await
}
