//! Joins the domains where they asked for something of each other: traits of one answered by
//! functions of another, singletons, and what must have happened before the first request.

mod accounts;
pub mod clusters;
mod corrections;
mod hooks;
mod sizes;

use std::path::PathBuf;
use std::sync::Arc;

use compute_driver::Driver;
use compute_host::network::Home;
use compute_host::supervisor::SupervisorCommand;
use compute_oci::Oci;
use compute_qemu::{AcceleratorChoice, Qemu, Settings};
use kernel::cx::Extensions;
use kernel::egress::Reach;
use kernel::{Cx, Error, Result};

use notifications::{Sender, Smtp, Tls, Transport};

use self::accounts::FromIdentity;
use self::clusters::Clusters;
use crate::app::App;
use crate::config::{Config, MailTls, MailTransport};

/// What pages say about the installation itself.
pub struct Installation {
    /// It is a demonstration.
    pub demo: bool,
}

/// Where log files are, for the job that removes them.
pub(crate) struct LogFolder(pub(crate) Option<PathBuf>);

/// The names of this host as a node of virtual machines and as one of containers, and its region.
const NODE: &str = "node-1";
const CONTAINERS: &str = "containers-1";
const REGION: &str = "local";

/// Singletons of the domains. What the caller brought replaces them.
pub(crate) fn extensions(config: &Config, brought: Extensions) -> Result<Extensions> {
    let wiring = privacy::Wiring {
        folder: config.data_dir.clone(),
        accounts: Box::new(FromIdentity),
        exports: vec![Box::new(hooks::InvoiceDocuments)],
        erasures: vec![
            Box::new(hooks::Machines),
            Box::new(hooks::Disks),
            Box::new(hooks::Backups),
            Box::new(hooks::Images),
            Box::new(hooks::Networks),
            Box::new(hooks::Addresses),
        ],
        settlements: vec![Box::new(hooks::LastInvoices)],
        post: Box::new(hooks::ByMail),
        corrections: vec![Box::new(corrections::Profile), Box::new(corrections::BillingParticulars)],
    };
    let names: Arc<dyn audit::Names> = Arc::new(identity::person::KnownNames);
    let contents: Arc<dyn identity::project::Contents> = Arc::new(hooks::ProjectContents);
    let mut extensions = Extensions::default()
        .with(Installation { demo: config.demo })
        .with(LogFolder(config.log_folder()))
        .with(if config.is_https() { identity::CookieSecurity::Tls } else { identity::CookieSecurity::PlainLoopback })
        .with(identity::operator::Demo(config.demo))
        .with(names)
        .with(contents)
        .with(wiring)
        .with(privacy::promise::Cache::default())
        .with(privacy::notice::Readers(Box::new(FromIdentity)))
        .with(billing::Directory(Box::new(FromIdentity)))
        .with(compute::instance::SizesOnSale(Box::new(sizes::FromCatalogue)))
        .with(transport(config)?)
        .with(Sender { name: config.mail.from_name.clone(), address: config.mail.from.clone(), base_url: config.base_url.clone() });
    extensions = extensions.with(library(config)?);
    let clusters = Clusters::of(config)?;
    extensions = extensions.with(drivers(config, &clusters)?).with(compute::cluster::Kinds(Box::new(clusters.clone()))).with(clusters);
    if config.payments.test_provider {
        extensions = extensions.with(billing::TestProvider);
    }
    Ok(extensions.and(brought))
}

fn transport(config: &Config) -> Result<Transport> {
    let mail = &config.mail;
    if mail.transport == MailTransport::Mailbox {
        return Ok(Transport::Mailbox);
    }
    let password = mail.password_file.as_ref().map(std::fs::read_to_string).transpose();
    let password = password.map_err(|error| Error::invalid("mail.password_file", "the file cannot be read").caused_by(error))?;
    Ok(Transport::Smtp(Smtp {
        host: mail.host.clone(),
        port: mail.port,
        tls: match mail.tls {
            MailTls::Off => Tls::Off,
            MailTls::StartTls => Tls::StartTls,
            MailTls::Wrapped => Tls::Wrapped,
        },
        user: mail.user.clone(),
        password: password.map(|text| text.trim_end().to_owned().into()),
    }))
}

/// Our own program as the one that stays with a guest.
fn supervisor(subcommand: &str) -> Result<SupervisorCommand> {
    let exe = std::env::current_exe().map_err(|error| Error::internal("the program does not know where it is").caused_by(error))?;
    Ok(SupervisorCommand { exe, args: vec![subcommand.into()] })
}

fn images_dir(config: &Config) -> PathBuf {
    if config.compute.images_dir.as_os_str().is_empty() { config.data_dir.join("images") } else { config.compute.images_dir.clone() }
}

/// Where the files of images are, and where they may be fetched from.
fn library(config: &Config) -> Result<compute::image::Library> {
    let images = &config.compute.images;
    let wrong = |text: &String| Error::invalid("compute.images.networks", format!("{text} is not a network; write it as 10.0.0.0/8"));
    let inside = images.networks.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect::<Result<Vec<_>>>()?;
    let mut reach = Reach::with(inside);
    if let Some(file) = &images.authority_file {
        let unreadable = |error: std::io::Error| Error::invalid("compute.images.authority_file", "the file cannot be read").caused_by(error);
        reach = reach.trusting(&std::fs::read(file).map_err(unreadable)?)?;
    }
    let folder = if images.library_dir.as_os_str().is_empty() { config.data_dir.join("library") } else { images.library_dir.clone() };
    Ok(compute::image::Library::new(folder, reach))
}

fn containers_dir(config: &Config) -> PathBuf {
    config.data_dir.join("containers")
}

/// Machines and containers of this host are in the same private networks.
fn networks(config: &Config) -> Home {
    Home::new(&config.data_dir, [config.data_dir.clone(), containers_dir(config)])
}

fn containers(config: &Config) -> Result<Oci> {
    let mut settings = compute_oci::Settings::new(containers_dir(config), supervisor("container-supervisor")?);
    settings.images_dir = images_dir(config);
    settings.networks = networks(config);
    Ok(Oci::new(settings))
}

fn settings(config: &Config) -> Result<Settings> {
    let mut settings = Settings::new(&config.data_dir, supervisor("guest-supervisor")?);
    settings.images_dir = images_dir(config);
    settings.networks = networks(config);
    settings.accelerator = match config.compute.accelerator.as_str() {
        "auto" => AcceleratorChoice::Automatic,
        "kvm" => AcceleratorChoice::Kvm,
        "tcg" => AcceleratorChoice::Tcg,
        _ => return Err(Error::invalid("compute.accelerator", "use auto, kvm or tcg")),
    };
    Ok(settings)
}

fn drivers(config: &Config, clusters: &Clusters) -> Result<compute::Drivers> {
    let begin = compute::Overcommit { cpu_percent: config.compute.cpu_overcommit_percent, memory_percent: config.compute.memory_overcommit_percent };
    let mut drivers = compute::Drivers::new().beginning_with(begin);
    if config.compute.qemu {
        let qemu: Arc<dyn Driver> = Arc::new(Qemu::new(settings(config)?));
        drivers = drivers.with(NODE, REGION, qemu);
    }
    if config.compute.oci {
        drivers = drivers.with(CONTAINERS, REGION, Arc::new(containers(config)?));
    }
    for (cluster, driver) in clusters.iter() {
        if (config.compute.qemu && cluster.name == NODE) || (config.compute.oci && cluster.name == CONTAINERS) {
            return Err(Error::invalid("compute.clusters", format!("the name {} belongs to this host", cluster.name)));
        }
        drivers = drivers.with(&cluster.name, &cluster.region, Arc::new(driver.clone()));
    }
    Ok(drivers)
}

/// Builds the templates of this host that are missing, and tells what it does. A demonstration has the tiny container only, so that it
/// is there a minute earlier.
///
/// # Errors
/// `Unavailable` with the command that helps when packages of the host are missing.
pub async fn build_images(config: &Config, say: &(dyn Fn(&str) + Send + Sync)) -> Result<()> {
    let failed = |error: compute_driver::DriverError| Error::unavailable(error.to_string()).caused_by(error);
    let folder = images_dir(config);
    if config.compute.qemu {
        for name in compute_qemu::image::TEMPLATES {
            compute_qemu::image::ensure(&folder, name, say).await.map_err(failed)?;
        }
    }
    if config.compute.oci {
        for name in compute_oci::image::TEMPLATES.into_iter().filter(|name| !config.demo || name.starts_with("tiny")) {
            compute_oci::image::ensure(&folder, name, say).await.map_err(failed)?;
        }
    }
    Ok(())
}

/// Before the first request: clusters are connected, erasures are replayed, in case a backup was restored, and the
/// published policy is the one that the map makes.
pub(crate) async fn prepare(cx: &Cx) -> Result<()> {
    cx.extension::<Clusters>()?.connect(cx).await?;
    compute::cluster::follow(cx).await?;
    privacy::erasure::replay(cx).await?;
    if identity::operator::particulars(cx.db()).await?.is_some() {
        privacy::policy::publish(cx).await?;
    }
    Ok(())
}

/// The one-time link of the set-up, if nobody has done it yet. The token is behind `#`, which no
/// browser sends and no log sees.
///
/// # Errors
/// Database errors.
pub async fn setup_link(app: &App) -> Result<Option<String>> {
    if !identity::operator::is_needed(app.cx.db()).await? {
        return Ok(None);
    }
    let token = identity::operator::issue_setup_token(&app.cx).await?;
    Ok(Some(format!("{}/setup#{token}", app.config.base_url)))
}
