//! Passwords and keys: through the guest's agent where one answers, and through cloud-init for the next start.

use std::time::Duration;

use compute_driver::{DriverError, InForce, PasswordHash, Reference, Status};
use tokio::time::{Instant, sleep};

use super::{KEY_ENTRIES, PASSWORD_ENTRIES, Proxmox, look, seed};
use crate::call::{At, Kind, guest, inside};
use crate::client::{Fields, Params, Trouble};

/// Appends a line to the root user's keys unless it is there; the key comes on standard input.
const ADD_KEY: &str = "umask 077; mkdir -p /root/.ssh; read -r key; f=/root/.ssh/authorized_keys; grep -qxF \"$key\" $f 2>/dev/null || echo \"$key\" >> $f";
/// How long a program in the guest may take.
const RAN_IN: Duration = Duration::from_secs(15);

/// Sets the root user's password.
pub(super) async fn set_password(proxmox: &Proxmox, reference: &Reference, hash: &PasswordHash) -> Result<InForce, DriverError> {
    let (at, said) = machine(proxmox, reference, "set a password of a container from its hash").await?;
    proxmox.client().disclose(PASSWORD_ENTRIES).await?;
    let kept = Params::new().with("cipassword", hash.as_str());
    proxmox.client().settle(&guest::set_config(&at, kept)).await?;
    if said == Status::Running && proxmox.client().ask(&inside::ping(&at)).await.is_ok() {
        match proxmox.client().ask(&inside::set_password(&at, "root", hash.as_str())).await {
            Ok(_) => return Ok(InForce::Now),
            Err(trouble) => tracing::info!(%trouble, "the guest's agent did not set the password; its next start does"),
        }
    }
    seed::renew(proxmox, &at).await?;
    Ok(InForce::AfterRestart)
}

/// Lets the owner of a key sign in.
pub(super) async fn authorise_key(proxmox: &Proxmox, reference: &Reference, key: &str) -> Result<InForce, DriverError> {
    if !is_key_line(key) {
        return Err(DriverError::refused("an SSH key must be one line that begins with its type"));
    }
    let (at, said) = machine(proxmox, reference, "add keys to a container that was made").await?;
    proxmox.client().disclose(KEY_ENTRIES).await?;
    let config = proxmox.config(&at).await?;
    let mut keys = config.ssh_keys();
    if !keys.iter().any(|one| one == key) {
        keys.push(key.to_owned());
        let kept = Params::new().ssh_keys(&keys).maybe("digest", config.digest());
        proxmox.client().settle(&guest::set_config(&at, kept)).await?;
    }
    if said == Status::Running && proxmox.client().ask(&inside::ping(&at)).await.is_ok() {
        match run(proxmox, &at, key).await {
            Ok(()) => return Ok(InForce::Now),
            Err(trouble) => tracing::info!(%trouble, "the guest's agent did not add the key; its next start does"),
        }
    }
    seed::renew(proxmox, &at).await?;
    Ok(InForce::AfterRestart)
}

/// The lines go into a file of the guest, so a key with a line break could bring another one along.
fn is_key_line(key: &str) -> bool {
    let known = ["ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-"].iter().any(|kind| key.starts_with(kind));
    known && !key.chars().any(char::is_control) && key.split(' ').count() >= 2
}

async fn machine(proxmox: &Proxmox, reference: &Reference, what: &str) -> Result<(At, Status), DriverError> {
    let (at, said) = proxmox.current(reference).await?;
    if at.kind == Kind::Container { Err(DriverError::unsupported(what)) } else { Ok((at, look::status(&said))) }
}

async fn run(proxmox: &Proxmox, at: &At, key: &str) -> Result<(), Trouble> {
    let begun = Fields::of(proxmox.client().ask(&inside::run(at, &["/bin/sh", "-c", ADD_KEY], &format!("{key}\n"))).await?);
    let pid = begun.count("pid").ok_or_else(|| Trouble::NoAgent("the guest's agent told no process".to_owned()))?;
    let deadline = Instant::now() + RAN_IN;
    loop {
        let stand = Fields::of(proxmox.client().ask(&inside::ran(at, pid)).await?);
        if stand.flag("exited") {
            let code = stand.count("exitcode");
            return if code == Some(0) { Ok(()) } else { Err(Trouble::Said(format!("the guest's shell ended with {code:?}"))) };
        }
        if Instant::now() > deadline {
            return Err(Trouble::Lost("the guest's shell goes on".to_owned()));
        }
        sleep(Duration::from_millis(300)).await;
    }
}
