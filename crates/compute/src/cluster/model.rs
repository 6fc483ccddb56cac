//! What a cluster is, what is asked when one is enrolled, and what is answered. No IO, no clock.

use std::collections::HashSet;
use std::fmt;

use kernel::egress::Fingerprint;
use kernel::{Checks, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::node::NodeView;

kernel::id!(
    /// An enrolled cluster.
    ClusterId, "clu");

/// Where a node of a cluster answers. Any of them answers for the whole cluster; the first one is preferred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterAddress {
    /// Host name or address; an IPv6 address in brackets.
    pub host: String,
    /// Port of its API; 8006 unless it is said.
    #[serde(default = "api_port")]
    pub port: u16,
    /// SHA-256 of its certificate, as `AB:CD:…`: this one and no other is accepted. Without one a public authority must vouch for it.
    #[schema(value_type = Option<String>)]
    pub fingerprint: Option<Fingerprint>,
}

fn api_port() -> u16 {
    8006
}

impl ClusterAddress {
    /// Host and port, as findings name it.
    pub fn in_words(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// An address whose certificate is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbedAddress {
    /// Host name or address; an IPv6 address in brackets.
    pub host: String,
    /// Port of its API; 8006 unless it is said.
    #[serde(default = "api_port")]
    pub port: u16,
}

/// The certificate that an address presents. Compare it with what the node itself shows before you trust it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresentedCertificate {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// SHA-256 of the certificate.
    #[schema(value_type = String)]
    pub fingerprint: Fingerprint,
}

/// The secret half of an API token. It is written and never read again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct TokenSecret(pub String);

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret")
    }
}

/// A cluster to be enrolled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCluster {
    /// What it is called here: 2 to 40 small letters, digits and hyphens. The node that it becomes has this name, and it stays.
    pub name: String,
    /// In which region it stands; one that is not there yet is made.
    pub region: String,
    /// Where its nodes answer.
    pub addresses: Vec<ClusterAddress>,
    /// Who we are to it: `user@realm!name`.
    pub token_id: String,
    /// The value that was shown once when the token was made.
    #[schema(value_type = String)]
    pub token_secret: TokenSecret,
    /// What of the cluster is ours to use: the same document as `mapping` in the configuration file.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub mapping: serde_json::Value,
}

/// A cluster that is looked at before it is enrolled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterQuestion {
    /// Where its nodes answer.
    pub addresses: Vec<ClusterAddress>,
    /// Who we are to it: `user@realm!name`.
    pub token_id: String,
    /// The value that was shown once when the token was made.
    #[schema(value_type = String)]
    pub token_secret: TokenSecret,
    /// What of it is to be ours to use; without one only what there is to choose from is told.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::HashMap<String, serde_json::Value>>)]
    pub mapping: Option<serde_json::Value>,
}

/// An enrolled cluster that is looked at again, with the token that is kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recheck {
    /// Another mapping than the one in force.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::HashMap<String, serde_json::Value>>)]
    pub mapping: Option<serde_json::Value>,
}

/// What changes about an enrolled cluster.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterPatch {
    /// The version that was looked at; refused when somebody else has changed it since.
    #[serde(default)]
    pub version: Option<i64>,
    /// All of its addresses.
    #[serde(default)]
    pub addresses: Option<Vec<ClusterAddress>>,
    /// Another token; its secret must come with it.
    #[serde(default)]
    pub token_id: Option<String>,
    /// The token's new secret.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub token_secret: Option<TokenSecret>,
    /// Another mapping.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::HashMap<String, serde_json::Value>>)]
    pub mapping: Option<serde_json::Value>,
}

/// Who says that a cluster is ours to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClusterSource {
    /// It was enrolled, and can be changed here.
    Enrolled,
    /// The configuration file names it; it is changed there.
    File,
}

/// A cluster as the operator sees it. The token's secret is not part of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cluster {
    /// Its id; one from the file has none.
    pub id: Option<ClusterId>,
    /// What it is called here.
    pub name: String,
    /// `proxmox`.
    pub kind: String,
    /// Who names it.
    pub source: ClusterSource,
    /// In which region it stands.
    pub region: String,
    /// Where its nodes answer.
    pub addresses: Vec<ClusterAddress>,
    /// Who we are to it.
    pub token_id: String,
    /// What of it is ours to use.
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub mapping: serde_json::Value,
    /// Grows with each change; 0 for one from the file.
    pub version: i64,
    /// Since when it is enrolled.
    pub created_at: Option<Timestamp>,
    /// When it was changed last.
    pub updated_at: Option<Timestamp>,
    /// The node that it is here, once it was asked.
    pub node: Option<NodeView>,
}

/// What one address answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AddressSeen {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// SHA-256 of the certificate that it presents, where it answers.
    #[schema(value_type = Option<String>)]
    pub presented: Option<Fingerprint>,
    /// Whether that is the one that is trusted; always so where a public authority is to vouch for it.
    pub trusted: bool,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// A thing of a cluster that a mapping may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterPart {
    /// Its name, or a template's number.
    pub name: String,
    /// What it is, for the person who chooses.
    pub about: String,
}

/// A privilege that the token lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MissingPrivilege {
    /// `VM.Clone` for example.
    pub privilege: String,
    /// Where it is needed.
    pub path: String,
    /// What does not work without it.
    pub purpose: String,
    /// Everything else works without it.
    pub optional: bool,
}

/// What a cluster is found to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterSurvey {
    /// What each address answered.
    pub addresses: Vec<AddressSeen>,
    /// The version of its software; absent where it did not come to asking.
    pub version: Option<String>,
    /// Its nodes.
    pub nodes: Vec<ClusterPart>,
    /// Its storages with what they may keep.
    pub storages: Vec<ClusterPart>,
    /// Its bridges and virtual networks.
    pub networks: Vec<ClusterPart>,
    /// Zones in which private networks can be, with their kinds.
    pub zones: Vec<ClusterPart>,
    /// Guests that were made templates, by number.
    pub templates: Vec<ClusterPart>,
    /// Images and archives that guests can be made of, by volume.
    pub images: Vec<ClusterPart>,
    /// Its resource pools.
    pub pools: Vec<ClusterPart>,
    /// Privileges that the token lacks.
    pub missing: Vec<MissingPrivilege>,
    /// What else will not work.
    pub problems: Vec<String>,
    /// Whether it can be used as it is: nothing is missing but what is optional, and nothing else is wrong.
    pub ready: bool,
}

fn is_name(text: &str) -> bool {
    let all = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    all && (2..=40).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.ends_with('-')
}

/// Whether `host` may stand before a port in an address.
pub(super) fn check_host(host: &str, port: u16) -> Result<()> {
    let inside = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let fits = match inside {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.') && host.starts_with(|c: char| c.is_ascii_alphanumeric()),
    };
    if !fits || host.len() > 253 {
        return Err(Error::invalid("host", "use a host name or an address, an IPv6 address in brackets; no https:// and no path"));
    }
    if port == 0 { Err(Error::invalid("port", "use 1 to 65535")) } else { Ok(()) }
}

/// Whether these can be the addresses of one cluster.
pub(super) fn check_addresses(addresses: &[ClusterAddress]) -> Result<()> {
    if addresses.is_empty() || addresses.len() > 32 {
        return Err(Error::invalid("addresses", "name the addresses of 1 to 32 nodes"));
    }
    for (at, address) in addresses.iter().enumerate() {
        check_host(&address.host, address.port).map_err(|error| Error::invalid(&format!("addresses.{at}.host"), error.to_string()))?;
    }
    let mut seen = HashSet::new();
    match addresses.iter().find(|address| !seen.insert(address.in_words().to_lowercase())) {
        Some(twice) => Err(Error::invalid("addresses", format!("{} is there twice", twice.in_words()))),
        None => Ok(()),
    }
}

impl NewCluster {
    /// What is wrong with what a person typed, whatever the kind of cluster.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks
            .that(is_name(&self.name), "name", "use 2 to 40 small letters, digits and hyphens, a letter first")
            .that(is_name(&self.region), "region", "use 2 to 40 small letters, digits and hyphens, a letter first")
            .also(check_addresses(&self.addresses));
        checks
    }
}

impl ClusterPatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(self.token_id.is_none() || self.token_secret.is_some(), "token_secret", "give the secret of the new token too");
        if let Some(addresses) = &self.addresses {
            checks.also(check_addresses(addresses));
        }
        checks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(host: &str) -> ClusterAddress {
        ClusterAddress { host: host.to_owned(), port: 8006, fingerprint: None }
    }

    #[test]
    fn an_address_is_a_host_and_nothing_around_it() {
        for good in ["pve1", "pve1.example.com", "10.0.0.1", "[fd00::1]"] {
            assert!(check_host(good, 8006).is_ok(), "{good}");
        }
        for bad in ["", "https://pve1", "pve1/x", "user@pve1", "pve1:8006", "[fd00::1", "[pve1]", "-pve1", "pve 1"] {
            assert!(check_host(bad, 8006).is_err(), "{bad}");
        }
        assert!(check_host("pve1", 0).is_err());
    }

    #[test]
    fn an_address_stands_once_and_each_wrong_one_is_named() {
        assert!(check_addresses(&[address("pve1"), address("pve2")]).is_ok());
        assert!(check_addresses(&[address("pve1"), address("PVE1")]).unwrap_err().to_string().contains("twice"));
        assert_eq!(check_addresses(&[address("pve1"), address("a/b")]).unwrap_err().fields()[0].field, "addresses.1.host");
        assert!(check_addresses(&[]).is_err());
    }

    #[test]
    fn a_secret_is_never_printed() {
        let question = ClusterQuestion {
            addresses: vec![address("pve1")],
            token_id: "fairhold@pve!one".to_owned(),
            token_secret: TokenSecret("0b61c1f0".to_owned()),
            mapping: None,
        };
        assert!(!format!("{question:?}").contains("0b61"));
        let patch = ClusterPatch { token_id: Some("fairhold@pve!two".to_owned()), ..ClusterPatch::default() };
        assert_eq!(patch.checks().done().unwrap_err().fields()[0].field, "token_secret");
    }
}
