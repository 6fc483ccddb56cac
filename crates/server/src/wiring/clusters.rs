//! Proxmox VE clusters: drivers for those of the configuration and those that are enrolled, and what the operator asks of one.

use std::sync::Arc;

use compute::cluster::{Access, ClusterAddress, ClusterPart, ClusterSource, ClusterSurvey, Kind, MissingPrivilege};
use compute_driver::{Driver, DriverError, conformance};
pub use compute_proxmox::driver::{Found, Report};
use compute_proxmox::{Mapping, Proxmox, Settings, Token};
use futures::future::BoxFuture;
use kernel::egress::{Endpoint, Fingerprint, Trust};
use kernel::{ByWorkflow, Cx, Error, Place, Result, Scope};
use serde_json::Value;

use crate::app::App;
use crate::config::{Cluster, Config};

/// The clusters of the configuration, each with its driver; and how others are enrolled.
#[derive(Clone)]
pub(crate) struct Clusters(Arc<Vec<(Cluster, Proxmox)>>);

impl Clusters {
    pub(super) fn of(config: &Config) -> Result<Self> {
        let drivers = config.compute.clusters.iter().map(|cluster| Ok((cluster.clone(), Proxmox::new(settings(cluster)?)?)));
        let file: Vec<_> = drivers.collect::<Result<_>>()?;
        let mut names: Vec<_> = file.iter().map(|(cluster, _)| cluster.name.clone()).collect();
        names.sort();
        match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first()) {
            Some(twice) => Err(Error::invalid("compute.clusters", format!("the name {twice} is there twice"))),
            None => Ok(Self(Arc::new(file))),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Cluster, Proxmox)> {
        self.0.iter()
    }

    /// Opens the line to each of the configuration's; nothing is sent yet.
    pub(super) async fn connect(&self, cx: &Cx) -> Result<()> {
        for (_, driver) in self.0.iter() {
            driver.open_line(cx).await?;
        }
        Ok(())
    }
}

fn endpoint(host: &str, port: u16, fingerprint: Option<Fingerprint>) -> Endpoint {
    Endpoint { host: host.to_owned(), port, trust: fingerprint.map_or(Trust::Public, Trust::Pinned) }
}

fn settings(cluster: &Cluster) -> Result<Settings> {
    let wrong = |why: String| Error::invalid("compute.clusters", format!("{}: {why}", cluster.name));
    let secret = std::fs::read_to_string(&cluster.token_file);
    let secret = secret.map_err(|error| wrong(format!("the file {} cannot be read", cluster.token_file.display())).caused_by(error))?;
    Ok(Settings {
        endpoints: cluster.addresses.iter().map(|address| endpoint(&address.host, address.port, address.fingerprint)).collect(),
        token: Token::new(&cluster.token, secret.trim()).map_err(|error| wrong(error.to_string()))?,
        mapping: cluster.mapping.clone(),
    })
}

/// What a driver refused, without the word that says so.
fn reason(error: &DriverError) -> String {
    match error {
        DriverError::Refused { reason } | DriverError::Conflict { reason } => reason.clone(),
        other => other.to_string(),
    }
}

fn mapping(document: &Value) -> Result<Mapping> {
    let mapping: Mapping = serde_json::from_value(document.clone()).map_err(|error| Error::invalid("mapping", error.to_string()))?;
    mapping.check().map_err(|error| Error::invalid("mapping", reason(&error)))?;
    Ok(mapping)
}

fn token(access: &Access) -> Result<Token> {
    let field = if access.token_secret.is_empty() { "token_secret" } else { "token_id" };
    Token::new(&access.token_id, &access.token_secret).map_err(|error| Error::invalid(field, reason(&error)))
}

fn endpoints(access: &Access) -> Vec<Endpoint> {
    access.addresses.iter().map(|address| endpoint(&address.host, address.port, address.fingerprint)).collect()
}

impl Kind for Clusters {
    fn name(&self) -> &'static str {
        "proxmox"
    }

    fn check_form(&self, access: &Access, document: Option<&Value>) -> Result<()> {
        token(access)?;
        document.map_or(Ok(()), |document| mapping(document).map(drop))
    }

    fn check_change(&self, before: &Value, after: &Value) -> Result<()> {
        mapping(before)?.check_change(&mapping(after)?).map_err(|error| Error::conflict_at("mapping", reason(&error)))
    }

    fn survey<'a>(&'a self, cx: &'a Cx, access: Access, document: Option<&'a Value>) -> BoxFuture<'a, Result<ClusterSurvey, DriverError>> {
        Box::pin(async move {
            let refused = |error: Error| DriverError::refused(error.to_string());
            let mapping = document.map(mapping).transpose().map_err(refused)?;
            Ok(shown(Proxmox::survey(cx, endpoints(&access), token(&access).map_err(refused)?, mapping).await?))
        })
    }

    fn open<'a>(&'a self, cx: &'a Cx, access: Access, document: &'a Value) -> BoxFuture<'a, Result<Arc<dyn Driver>>> {
        Box::pin(async move { Ok(Arc::new(opened(cx, &access, document).await?) as Arc<dyn Driver>) })
    }

    fn configured(&self) -> Vec<compute::cluster::Cluster> {
        let address = |one: &crate::config::Address| ClusterAddress { host: one.host.clone(), port: one.port, fingerprint: one.fingerprint };
        let shown = |(cluster, _): &(Cluster, Proxmox)| compute::cluster::Cluster {
            id: None,
            name: cluster.name.clone(),
            kind: self.name().to_owned(),
            source: ClusterSource::File,
            region: cluster.region.clone(),
            addresses: cluster.addresses.iter().map(address).collect(),
            token_id: cluster.token.clone(),
            mapping: serde_json::to_value(&cluster.mapping).unwrap_or_default(),
            version: 0,
            created_at: None,
            updated_at: None,
            node: None,
        };
        self.0.iter().map(shown).collect()
    }
}

fn shown(report: Report) -> ClusterSurvey {
    let parts = |found: Vec<Found>| found.into_iter().map(|one| ClusterPart { name: one.name, about: one.about }).collect();
    let missing = report.missing.into_iter().map(|one| MissingPrivilege {
        privilege: one.privilege,
        path: one.path,
        purpose: one.purpose.to_owned(),
        optional: one.optional,
    });
    ClusterSurvey {
        version: Some(report.version),
        nodes: parts(report.nodes),
        storages: parts(report.storages),
        networks: parts(report.networks),
        zones: parts(report.zones),
        templates: parts(report.templates),
        images: parts(report.images),
        pools: parts(report.pools),
        missing: missing.collect(),
        problems: report.problems,
        ..ClusterSurvey::default()
    }
}

async fn opened(cx: &Cx, access: &Access, document: &Value) -> Result<Proxmox> {
    Proxmox::open(cx, Settings { endpoints: endpoints(access), token: token(access)?, mapping: mapping(document)? }).await
}

async fn driver(app: &App, name: &str) -> Result<Proxmox> {
    let clusters = app.cx.extension::<Clusters>()?;
    if let Some((_, driver)) = clusters.iter().find(|(cluster, _)| cluster.name == name) {
        return Ok(driver.clone());
    }
    let at = Scope::<ByWorkflow>::acting("fairhold cluster", Place::Platform);
    let missing = |_| Error::invalid("name", format!("no cluster is called {name}, neither in the configuration nor among those that are enrolled"));
    let (access, document) = compute::cluster::reach(&app.cx, &at, name).await.map_err(missing)?;
    opened(&app.cx, &access, &document).await
}

fn told(error: DriverError) -> Error {
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
/// `Invalid` for a name that no cluster has, `Unavailable` when the cluster does not answer.
pub async fn report(app: &App, name: &str) -> Result<Report> {
    driver(app, name).await?.report().await.map_err(told)
}

/// Makes the cluster's pool unless it is there.
///
/// # Errors
/// As [`report`].
pub async fn make_pool(app: &App, name: &str) -> Result<()> {
    driver(app, name).await?.make_pool().await.map_err(told)
}

/// Asks the node `name` for everything that a driver promises, with a guest made from `template`.
///
/// # Errors
/// `Conflict` with the first promise that was not kept and what was seen instead.
pub async fn check(app: &App, name: &str, template: &str) -> Result<()> {
    let drivers = app.cx.extension::<compute::Drivers>()?;
    let attached = drivers.all().remove(name).map(|attached| attached.driver);
    let driver = attached.ok_or_else(|| Error::invalid("node", format!("no node is called {name}")))?;
    conformance::check(&*driver, template).await.map_err(|violation| Error::conflict(violation.to_string()))
}
