//! One TOML file, overridden by environment variables (`FAIRHOLD_LISTEN`, `FAIRHOLD_MAIL__HOST`).
//! Unknown keys are errors; every key is documented here and in the generated reference.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};

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
    /// Marks the installation as a demonstration on every page.
    pub demo: bool,
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
    /// Folder of templates; `images` in `data_dir` if empty.
    pub images_dir: PathBuf,
    /// `auto`, `kvm` or `tcg`.
    pub accelerator: String,
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
                from: "fairhold@localhost".to_owned(),
                from_name: "Fairhold".to_owned(),
                user: None,
                password_file: None,
            },
            payments: Payments { test_provider: false },
            compute: Compute { qemu: true, images_dir: PathBuf::new(), accelerator: "auto".to_owned() },
            demo: false,
        }
    }
}

/// Top-level keys, as environment variables may name them after the prefix.
const KEYS: &[&str] = &["listen", "base_url", "data_dir", "database", "roles", "mail", "payments", "compute", "demo"];

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
}
