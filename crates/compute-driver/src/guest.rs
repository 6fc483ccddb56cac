//! The words between Fairhold and a hypervisor: references, specs, states and figures. No input or output.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Accelerator, Card, DriverError, PasswordHash};

/// The name that a guest carries on the hypervisor: our own instance id, chosen before the first call.
///
/// Lower-case letters, digits, `_` and `-`, at most 64, beginning with a letter or digit: fit for a folder, a tag or a host's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// Takes `text` as a reference.
    ///
    /// # Errors
    /// `Refused` when a character or the length does not fit.
    pub fn parse(text: &str) -> Result<Self, DriverError> {
        let fits = text.len() <= 64
            && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
        if fits { Ok(Self(text.to_owned())) } else { Err(DriverError::refused("a reference is 1 to 64 lower-case letters, digits, '_' or '-'")) }
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Reference {
    type Error = DriverError;

    fn try_from(text: String) -> Result<Self, DriverError> {
        Self::parse(&text)
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

/// How large a guest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Virtual processors.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Disk in GiB.
    pub disk_gib: u32,
}

/// Bytes of user data that every hypervisor takes.
pub const USER_DATA_LIMIT: usize = 32 * 1024;

/// What a guest shall be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestSpec {
    /// The name it carries on the hypervisor.
    pub reference: Reference,
    /// Its host name, injected at first boot (RFC 1123).
    pub hostname: String,
    /// OpenSSH public keys for its root user, one line each.
    pub ssh_keys: Vec<String>,
    /// Virtual processors.
    pub cpus: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Disk in GiB.
    pub disk_gib: u32,
    /// Name of the template it is made from.
    pub template: String,
    /// Address of its network card, `52:54:00:ab:cd:ef`.
    pub mac: String,
    /// Port on the host that leads to its SSH server; the driver chooses where none is wished for.
    pub ssh_port: Option<u16>,
    /// What the guest carries out at its first boot, as cloud-init takes it; at most [`USER_DATA_LIMIT`] bytes.
    #[serde(default)]
    pub user_data: Option<String>,
    /// Its root user's password; without one nobody signs in with a password.
    #[serde(default)]
    pub password: Option<PasswordHash>,
    /// Its place in a private network; without one it is where the driver puts guests by itself.
    #[serde(default)]
    pub card: Option<Card>,
    /// Whether it reaches nothing and nothing reaches it: a copy that is only tried must not do the original's work a second time.
    #[serde(default)]
    pub cut_off: bool,
    /// Hosts that it is not made on, where there are several. A guest that is there already stays where it is.
    #[serde(default)]
    pub avoid: Vec<String>,
}

impl GuestSpec {
    /// How large it shall be.
    pub fn size(&self) -> Size {
        Size { cpus: self.cpus, memory_mib: self.memory_mib, disk_gib: self.disk_gib }
    }

    /// Whether `self` and `other` are one guest: same reference, size, template and card. Names, keys, user data, password
    /// and network may have changed since, and reach the guest by calls of their own.
    pub fn same_shape(&self, other: &Self) -> bool {
        (&self.reference, self.size(), &self.template, &self.mac) == (&other.reference, other.size(), &other.template, &other.mac)
    }

    /// Whether any hypervisor could make this guest.
    ///
    /// # Errors
    /// `Refused`, naming the first thing to change.
    pub fn check(&self) -> Result<(), DriverError> {
        if !is_hostname(&self.hostname) {
            return Err(DriverError::refused("the host name must be 1 to 63 letters, digits or '-', not at its ends"));
        }
        if self.ssh_keys.iter().any(|key| !is_key_line(key)) {
            return Err(DriverError::refused("an SSH key must be one line that begins with its type"));
        }
        if self.cpus == 0 || self.memory_mib < 64 || self.disk_gib == 0 {
            return Err(DriverError::refused("a guest needs a processor, 64 MiB of memory and 1 GiB of disk"));
        }
        if !is_name(&self.template) {
            return Err(DriverError::refused("the template's name has characters that do not fit"));
        }
        if !is_unicast_mac(&self.mac) {
            return Err(DriverError::refused("the card's address must be a unicast address such as 52:54:00:ab:cd:ef"));
        }
        if self.user_data.as_ref().is_some_and(|text| text.len() > USER_DATA_LIMIT) {
            return Err(DriverError::refused("user data must be at most 32 KiB"));
        }
        Ok(())
    }
}

fn is_hostname(text: &str) -> bool {
    (1..=63).contains(&text.len()) && !text.starts_with('-') && !text.ends_with('-') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// The seed is a list of lines, so a key with a line break could smuggle in settings of its own.
pub(crate) fn is_key_line(key: &str) -> bool {
    let known = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|kind| key.starts_with(kind));
    known && key.len() <= 16_384 && !key.chars().any(char::is_control) && key.split(' ').count() >= 2
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn is_unicast_mac(text: &str) -> bool {
    let octets: Vec<_> = text.split(':').map(|octet| (octet.len() == 2).then(|| u8::from_str_radix(octet, 16).ok()).flatten()).collect();
    octets.len() == 6 && octets.iter().all(Option::is_some) && octets.first().copied().flatten().is_some_and(|b| b & 1 == 0)
}

/// What the hypervisor says about a guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It runs.
    Running,
    /// It exists and has no power.
    Stopped,
    /// It exists and its processors are held.
    Paused,
    /// The hypervisor said nothing, or something that the driver does not know: neither success nor failure.
    Unknown,
    /// No guest carries the reference.
    Absent,
}

/// Where the host leads to a guest's SSH server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SshAddress {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// A guest as the hypervisor knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// The name it carries.
    pub reference: Reference,
    /// What it does now.
    pub status: Status,
    /// The template it was made from last.
    pub template: String,
    /// How large it is, changes that wait for a restart included.
    pub size: Size,
    /// The host of a cluster that it is on, where there are several.
    pub host: Option<String>,
    /// Whether it is given the rescue system at its next start, or runs it now.
    pub rescue: bool,
    /// What runs its processors, now or at its next start.
    pub accelerator: Accelerator,
    /// Its own address inside its network, where the driver knows it.
    pub ipv4: Option<String>,
    /// Its public IPv6 address, where the driver knows it.
    pub ipv6: Option<String>,
    /// How to reach its SSH server from the host.
    pub ssh: Option<SshAddress>,
}

/// What a guest uses. Figures that restart count from the last power-on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measurement {
    /// Microseconds since power-on; 0 when stopped.
    pub uptime_us: u64,
    /// Microseconds of host processor time since power-on; 0 when stopped.
    pub cpu_us: u64,
    /// Bytes that the disk occupies on the host.
    pub disk_allocated_bytes: u64,
    /// Bytes that the guest received since it was created.
    pub net_received_bytes: u64,
    /// Bytes that the guest sent since it was created.
    pub net_sent_bytes: u64,
    /// Bytes of memory that the guest occupies on the host, or uses by its own word where it gives one; 0 when stopped.
    pub memory_used_bytes: u64,
    /// Bytes that it read from its disk since power-on.
    pub disk_read_bytes: u64,
    /// Bytes that it wrote to its disk since power-on.
    pub disk_written_bytes: u64,
    /// How many times it read since power-on.
    pub disk_reads: u64,
    /// How many times it wrote since power-on.
    pub disk_writes: u64,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn spec() -> GuestSpec {
        GuestSpec {
            reference: Reference::parse("vm_01j9").unwrap(),
            hostname: "web-1".into(),
            ssh_keys: vec!["ssh-ed25519 AAAAC3Nza me@home".into()],
            cpus: 1,
            memory_mib: 128,
            disk_gib: 1,
            template: "tiny".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        }
    }

    #[test]
    fn a_reference_is_fit_for_a_folder() {
        assert!(Reference::parse("vm_01jabc-x").is_ok());
        for bad in ["", ".", "..", "a/b", "Vm_1", "-a", "_a", "a b", "ä", &"x".repeat(65)] {
            assert!(Reference::parse(bad).is_err(), "{bad:?}");
        }
        assert!(serde_json::from_str::<Reference>("\"../etc\"").is_err());
    }

    #[test]
    fn a_good_spec_passes() {
        assert_eq!(spec().check(), Ok(()));
    }

    #[test]
    fn a_spec_that_can_never_work_is_refused_by_name() {
        let bad = |change: fn(&mut GuestSpec), word: &str| {
            let mut spec = spec();
            change(&mut spec);
            let Err(DriverError::Refused { reason }) = spec.check() else { panic!("{word}: accepted") };
            assert!(reason.contains(word), "{reason}");
        };
        bad(|s| s.hostname = "-web".into(), "host name");
        bad(|s| s.hostname = "a b".into(), "host name");
        bad(|s| s.ssh_keys = vec!["ssh-ed25519 AAAA\npassword: x".into()], "SSH key");
        bad(|s| s.ssh_keys = vec!["hello".into()], "SSH key");
        bad(|s| s.cpus = 0, "processor");
        bad(|s| s.memory_mib = 8, "memory");
        bad(|s| s.template = "../tiny".into(), "template");
        bad(|s| s.mac = "53:54:00:12:34:56".into(), "unicast");
        bad(|s| s.mac = "52:54:00:12:34".into(), "unicast");
        bad(|s| s.user_data = Some("x".repeat(USER_DATA_LIMIT + 1)), "user data");
    }
}
