//! Proxmox VE clusters by configuration: drivers for them, and what the operator asks before one is used.

use compute_driver::conformance;
pub use compute_proxmox::driver::{Image, Report};
use compute_proxmox::{Origin, Proxmox, Settings, Token};
use kernel::egress::{Endpoint, Fingerprint, Trust};
use kernel::{Cx, Error, Result};

use crate::app::App;
use crate::config::{Cluster, Config};

/// The clusters of the configuration, each with its driver.
pub(crate) struct Clusters(Vec<(Cluster, Proxmox)>);

impl Clusters {
    pub(super) fn of(config: &Config) -> Result<Self> {
        let drivers = config.compute.clusters.iter().map(|cluster| Ok((cluster.clone(), Proxmox::new(settings(cluster)?)?)));
        let clusters = Self(drivers.collect::<Result<_>>()?);
        let mut names: Vec<_> = clusters.0.iter().map(|(cluster, _)| &cluster.name).collect();
        names.sort();
        match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
            Some(twice) => Err(Error::invalid("compute.clusters", format!("the name {twice} is there twice"))),
            None => Ok(clusters),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Cluster, Proxmox)> {
        self.0.iter()
    }

    /// Opens the line to each of them; nothing is sent yet.
    pub(super) async fn connect(&self, cx: &Cx) -> Result<()> {
        for (_, driver) in &self.0 {
            driver.connect(cx).await?;
        }
        Ok(())
    }
}

fn settings(cluster: &Cluster) -> Result<Settings> {
    let wrong = |why: String| Error::invalid("compute.clusters", format!("{}: {why}", cluster.name));
    let secret = std::fs::read_to_string(&cluster.token_file);
    let secret = secret.map_err(|error| wrong(format!("the file {} cannot be read", cluster.token_file.display())).caused_by(error))?;
    let endpoint = |address: &crate::config::Address| Endpoint {
        host: address.host.clone(),
        port: address.port,
        trust: address.fingerprint.map_or(Trust::Public, Trust::Pinned),
    };
    Ok(Settings {
        endpoints: cluster.addresses.iter().map(endpoint).collect(),
        token: Token::new(&cluster.token, secret.trim()).map_err(|error| wrong(error.to_string()))?,
        mapping: cluster.mapping.clone(),
    })
}

fn driver(app: &App, name: &str) -> Result<Proxmox> {
    let clusters = app.cx.extension::<Clusters>()?;
    let found = clusters.0.iter().find(|(cluster, _)| cluster.name == name).map(|(_, driver)| driver.clone());
    found.ok_or_else(|| Error::invalid("name", format!("the configuration has no cluster {name}")))
}

fn told(error: compute_driver::DriverError) -> Error {
    Error::unavailable(error.to_string()).caused_by(error)
}

/// The fingerprint of the certificate that a node presents, for a person to compare with what the node shows.
///
/// # Errors
/// `Unavailable` when nothing answers there.
pub async fn fingerprint(app: &App, host: &str, port: u16) -> Result<Fingerprint> {
    app.cx.egress().presented_certificate(host, port).await
}

/// What the cluster is found to be, and what does not fit.
///
/// # Errors
/// `Invalid` for a name that is not in the configuration, `Unavailable` when the cluster does not answer.
pub async fn report(app: &App, name: &str) -> Result<Report> {
    driver(app, name)?.report().await.map_err(told)
}

/// Makes the cluster's pool unless it is there.
///
/// # Errors
/// As [`report`].
pub async fn make_pool(app: &App, name: &str) -> Result<()> {
    driver(app, name)?.make_pool().await.map_err(told)
}

/// Lets a node fetch an image, and tells how a template names it in the configuration.
///
/// # Errors
/// As [`report`]; the publisher's or the node's words when it was not fetched.
pub async fn fetch_image(app: &App, name: &str, image: &Image) -> Result<String> {
    let origin = driver(app, name)?.fetch_image(image).await.map_err(told)?;
    Ok(match origin {
        Origin::Import { volume } => format!("{{ kind = \"import\", volume = \"{volume}\" }}"),
        Origin::Container { volume } => format!("{{ kind = \"container\", volume = \"{volume}\" }}"),
        Origin::Clone { vmid, full } => format!("{{ kind = \"clone\", vmid = {vmid}, full = {full} }}"),
    })
}

/// Asks the node `name` for everything that a driver promises, with a guest made from `template`.
///
/// # Errors
/// `Conflict` with the first promise that was not kept and what was seen instead.
pub async fn check(app: &App, name: &str, template: &str) -> Result<()> {
    let drivers = app.cx.extension::<compute::Drivers>()?;
    let attached = drivers.iter().find(|(node, _)| *node == name).map(|(_, attached)| attached.driver.clone());
    let driver = attached.ok_or_else(|| Error::invalid("node", format!("the configuration has no node {name}")))?;
    conformance::check(&*driver, template).await.map_err(|violation| Error::conflict(violation.to_string()))
}
