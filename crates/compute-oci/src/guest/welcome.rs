//! What a container is told from outside: its name, who may sign in, the owner's user data. Written between its making and its start,
//! or into one that runs, where it is in force at once.

use std::io;

use compute_driver::{GuestSpec, PasswordHash};
use compute_host::network::Lan;
use serde::{Deserialize, Serialize};

use super::{inside::Root, network};

const KEYS: &str = "/root/.ssh/authorized_keys";
/// Where the start script looks for user data that has not run yet.
const USER_DATA: &str = "/etc/fairhold/user-data";
/// Tells the start script to make a host key of the machine's own.
const NEW_HOST_KEY: &str = "/etc/fairhold/new-host-key";

/// What waits for the next start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Welcome {
    /// The name to be written, once for each disk.
    pub(crate) hostname: Option<String>,
    /// Keys to be added.
    pub(crate) keys: Vec<String>,
    /// The password to be set.
    pub(crate) password: Option<PasswordHash>,
    /// What the owner wants to be carried out.
    pub(crate) user_data: Option<String>,
    /// Whether the disk was another machine's: its keys are taken out first, and its host key is made anew.
    pub(crate) stranger: bool,
}

impl Welcome {
    /// What a new machine is told.
    pub(crate) fn new(spec: &GuestSpec, stranger: bool) -> Self {
        Self {
            hostname: Some(spec.hostname.clone()),
            keys: spec.ssh_keys.clone(),
            password: spec.password.clone(),
            user_data: spec.user_data.clone(),
            stranger,
        }
    }

    /// Writes it into the container.
    pub(crate) fn write(&self, root: &Root) -> io::Result<()> {
        root.folder("/etc/fairhold", 0o755)?;
        if let Some(hostname) = &self.hostname {
            root.write("/etc/hostname", 0o644, &format!("{hostname}\n"))?;
            root.write("/etc/hosts", 0o644, &format!("127.0.0.1 localhost\n127.0.1.1 {hostname}\n"))?;
        }
        if self.stranger {
            root.write(NEW_HOST_KEY, 0o600, "")?;
        }
        if self.stranger || !self.keys.is_empty() {
            root.folder("/root/.ssh", 0o700)?;
            let before = if self.stranger { String::new() } else { root.read(KEYS).unwrap_or_default() };
            root.write(KEYS, 0o600, &with_keys(&before, &self.keys))?;
        }
        if let Some(hash) = &self.password {
            let file = if root.read("/etc/shadow").is_some() { "/etc/shadow" } else { "/etc/passwd" };
            let mode = if file == "/etc/shadow" { 0o600 } else { 0o644 };
            let before = root.read(file).unwrap_or_default();
            root.write(file, mode, &with_password(&before, hash.as_str()))?;
        }
        if let Some(text) = &self.user_data {
            root.write(USER_DATA, 0o700, text)?;
        }
        Ok(())
    }
}

/// Writes which name servers to ask: the private network's, or the host's, which may have changed since the last start.
pub(crate) fn write_resolvers(root: &Root, lan: Option<Lan>) -> io::Result<()> {
    let servers = lan.map_or_else(network::resolvers, |lan| format!("nameserver {}\n", lan.gateway));
    root.write("/etc/resolv.conf", 0o644, &servers)
}

fn with_keys(before: &str, keys: &[String]) -> String {
    let mut text = before.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    for key in keys {
        if !text.lines().any(|line| line == key) {
            text.push_str(key);
            text.push('\n');
        }
    }
    text
}

/// The second field is the hash (shadow(5), passwd(5)).
fn with_password(before: &str, hash: &str) -> String {
    let line = |line: &str| match line.strip_prefix("root:").and_then(|rest| rest.split_once(':')) {
        Some((_, rest)) => format!("root:{hash}:{rest}\n"),
        None => format!("{line}\n"),
    };
    before.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_added_once_and_others_stay() {
        let text = with_keys("ssh-rsa A theirs", &["ssh-ed25519 B new".into(), "ssh-ed25519 B new".into()]);
        assert_eq!(text, "ssh-rsa A theirs\nssh-ed25519 B new\n");
        assert_eq!(with_keys(&text, &["ssh-rsa A theirs".into()]), text);
    }

    #[test]
    fn only_roots_password_changes() {
        let before = "root:*:1:0:9:7:::\nrooter:x:1::::::\n";
        assert_eq!(with_password(before, "$6$a"), "root:$6$a:1:0:9:7:::\nrooter:x:1::::::\n");
    }
}
