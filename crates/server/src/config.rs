//! One TOML file, overridden by environment variables (`FAIRHOLD_LISTEN`, `FAIRHOLD_MAIL__HOST`).
//! Unknown keys are errors; every key is documented here and in the generated reference.

mod check;
mod cluster;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use ipnet::IpNet;
use kernel::map::Provider;
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

pub use self::cluster::{Address, Cluster};

/// What a process does. One process may do all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Answers HTTP.
    Api,
    /// Carries out workflows and delivers events.
    Worker,
    /// Runs periodic jobs.
    Scheduler,
}

/// The whole configuration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// How people reach this installation, without a slash at the end.
    pub base_url: String,
    /// Folder for the embedded database, keys, machines and exports.
    pub data_dir: PathBuf,
    /// `sqlite:<path>` or `postgres://user@host/name`; empty means SQLite in `data_dir`.
    pub database: String,
    /// What this process does.
    pub roles: Vec<Role>,
    /// Outgoing mail.
    pub mail: Mail,
    /// Payments.
    pub payments: Payments,
    /// The local node.
    pub compute: Compute,
    /// TLS without a proxy in front.
    pub tls: Tls,
    /// Proxies in front.
    pub proxies: Proxies,
    /// Rate limits.
    pub limits: Limits,
    /// Figures for Prometheus.
    pub metrics: Metrics,
    /// The program's log.
    pub logging: Log,
    /// Marks the installation as a demonstration on every page.
    pub demo: bool,
}

/// TLS without a proxy in front. Both files or none.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM file with the certificate and those between it and the root.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its key.
    pub key_file: Option<PathBuf>,
}

/// Proxies in front.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proxies {
    /// Networks whose proxies are believed about the address of the client, such as `10.0.0.0/8`.
    pub trusted: Vec<String>,
    /// The header in which they say it.
    pub header: Forwarding,
}

impl Proxies {
    /// The networks, read.
    ///
    /// # Errors
    /// `Invalid` naming the one that is none.
    pub fn networks(&self) -> Result<Vec<IpNet>> {
        let wrong = |text: &String| Error::invalid("proxies.trusted", format!("{text} is not a network; write it as 10.0.0.0/8 or 127.0.0.1/32"));
        self.trusted.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect()
    }
}

/// How a proxy names the client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Forwarding {
    /// What most proxies write.
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// Rate limits.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Requests a second of one caller.
    pub per_second: NonZeroU32,
    /// How many of them at once.
    pub burst: NonZeroU32,
    /// Requests a minute of one address where passwords and mails are at stake.
    pub guarded_per_minute: NonZeroU32,
    /// How many of them at once.
    pub guarded_burst: NonZeroU32,
}

/// The program's log.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Writes a file a day into `logs` of `data_dir` and removes it at the end of its term, instead of standard error.
    pub files: bool,
}

/// Figures for Prometheus.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Address and port of their own; absent means none.
    pub listen: Option<SocketAddr>,
}

/// Outgoing mail.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp`, or `mailbox` to keep mails here and show them at /demo/mailbox.
    pub transport: MailTransport,
    /// SMTP server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// `off` for a server on the same machine, `starttls`, or `wrapped` for TLS from the first byte.
    pub tls: MailTls,
    /// Whose the server is, where it is not the operator's own machine; the policy names them.
    pub provider: Option<Provider>,
    /// Sender address.
    pub from: String,
    /// Sender name.
    pub from_name: String,
    /// User name, if the server asks for one.
    pub user: Option<String>,
    /// File that holds the password.
    pub password_file: Option<PathBuf>,
}

/// How mail is encrypted on its way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all.
    Off,
    /// From the command STARTTLS on, and never without.
    StartTls,
    /// From the first byte.
    Wrapped,
}

/// How mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// To a mail server.
    Smtp,
    /// Nowhere: kept for the demo's mailbox page.
    Mailbox,
}

/// Payments.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// Offers the test provider, which moves no money, and test clocks.
    pub test_provider: bool,
}

/// The local node.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Compute {
    /// Runs machines on this host with QEMU.
    pub qemu: bool,
    /// Runs containers on this host with an OCI runtime.
    pub oci: bool,
    /// Folder of templates; `images` in `data_dir` if empty.
    pub images_dir: PathBuf,
    /// `auto`, `kvm` or `tcg`.
    pub accelerator: String,
    /// Virtual processors that may be promised for every hundred real ones on a node that is seen for the first time.
    pub cpu_overcommit_percent: i32,
    /// The same for memory.
    pub memory_overcommit_percent: i32,
    /// Proxmox VE clusters, each one node of ours.
    pub clusters: Vec<Cluster>,
    /// Images that are fetched or uploaded.
    pub images: Images,
}

/// Images that are fetched or uploaded.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// Folder of their files, the same for all processes of an installation; `library` in `data_dir` if empty.
    pub library_dir: PathBuf,
    /// Networks that images may be fetched from beside public addresses, such as `10.0.0.0/8`: for mirrors of one's own.
    pub networks: Vec<String>,
    /// PEM file with further authorities that are believed about publishers: for mirrors of one's own.
    pub authority_file: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: "http://127.0.0.1:8080".to_owned(),
            data_dir: PathBuf::from("fairhold-data"),
            database: String::new(),
            roles: vec![Role::Api, Role::Worker, Role::Scheduler],
            mail: Mail {
                transport: MailTransport::Smtp,
                host: "localhost".to_owned(),
                port: 25,
                tls: MailTls::StartTls,
                provider: None,
                from: "fairhold@localhost".to_owned(),
                from_name: "Fairhold".to_owned(),
                user: None,
                password_file: None,
            },
            payments: Payments { test_provider: false },
            compute: Compute {
                qemu: true,
                oci: false,
                images_dir: PathBuf::new(),
                accelerator: "auto".to_owned(),
                cpu_overcommit_percent: 800,
                memory_overcommit_percent: 100,
                clusters: Vec::new(),
                images: Images::default(),
            },
            tls: Tls::default(),
            proxies: Proxies::default(),
            limits: Limits { per_second: at_least_one(50), burst: at_least_one(300), guarded_per_minute: at_least_one(30), guarded_burst: at_least_one(20) },
            metrics: Metrics::default(),
            logging: Log::default(),
            demo: false,
        }
    }
}

const fn at_least_one(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

/// Top-level keys, as environment variables may name them after the prefix.
const KEYS: &[&str] =
    &["listen", "base_url", "data_dir", "database", "roles", "mail", "payments", "compute", "tls", "proxies", "limits", "metrics", "logging", "demo"];

impl Config {
    /// Defaults, then the file if there is one, then the environment.
    ///
    /// # Errors
    /// `Invalid` naming the key that is unknown or malformed.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.exists() {
                return Err(Error::invalid("config", format!("there is no file {}", file.display())));
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        // Other variables with our prefix belong to the command line and the tests.
        let ours = |key: &figment::value::UncasedStr| KEYS.iter().any(|known| key.as_str().to_lowercase().split("__").next() == Some(*known));
        figment.merge(Env::prefixed("FAIRHOLD_").filter(ours).split("__")).extract().map_err(|error| Error::invalid(&error.path.join("."), error.to_string()))
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        if self.database.is_empty() { format!("sqlite:{}", self.data_dir.join("fairhold.db").display()) } else { self.database.clone() }
    }

    /// The installation's root key; the keys of epochs lie beside it.
    pub fn root_key(&self) -> PathBuf {
        self.data_dir.join("keys/root.key")
    }

    /// Where log files go, if there are any.
    pub fn log_folder(&self) -> Option<PathBuf> {
        self.logging.files.then(|| self.data_dir.join("logs"))
    }

    /// True if this process does `role`.
    pub fn does(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// True if people reach this installation over TLS.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_errors_that_name_the_key() {
        let folder = std::env::temp_dir().join(format!("fairhold-config-{}", std::process::id()));
        std::fs::write(&folder, "listn = \"127.0.0.1:1\"\n").unwrap();
        let error = Config::load(Some(&folder)).unwrap_err();
        std::fs::remove_file(&folder).unwrap();
        assert!(error.to_string().contains("listn"), "{error}");
    }

    #[test]
    fn a_file_overrides_the_defaults() {
        let file = std::env::temp_dir().join(format!("fairhold-config-ok-{}", std::process::id()));
        std::fs::write(&file, "listen = \"0.0.0.0:9\"\n[mail]\nhost = \"mx.example\"\n").unwrap();
        let config = Config::load(Some(&file)).unwrap();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(config.listen.port(), 9);
        assert_eq!(config.mail.host, "mx.example");
        assert_eq!(config.mail.port, 25);
    }

    /// Dotted names of all keys of `value`.
    fn keys(value: &serde_json::Value, before: &str, into: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(table) => {
                for (name, value) in table {
                    keys(value, &format!("{before}{}{name}", if before.is_empty() { "" } else { "." }), into);
                }
            }
            _ => into.push(before.to_owned()),
        }
    }

    #[test]
    fn the_reference_lists_every_key_and_no_other() {
        let mut known = Vec::new();
        keys(&serde_json::to_value(Config::default()).unwrap(), "", &mut known);
        let text = include_str!("../../../docs/configuration.md");
        let listed = text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut listed: Vec<String> = listed.filter(|key| !key.starts_with("FAIRHOLD_")).map(str::to_owned).collect();
        known.sort();
        listed.sort();
        assert_eq!(known, listed);
        assert!(known.iter().all(|key| KEYS.iter().any(|one| key.split('.').next() == Some(*one))), "a key cannot be set by the environment");
    }
}
