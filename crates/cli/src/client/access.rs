//! Getting into a machine: its root password and further SSH keys. Both change something inside it, so both ask first.

use std::fs::File;
use std::io::Read;

use clap::Args;
use serde_json::json;

use super::api::Api;
use super::machine::finish;
use super::name::named;
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold vm set-password`
#[derive(Debug, Args)]
pub struct SetPassword {
    /// The machine, by id or name
    pub(super) id: String,
    /// Make a password and print it once, instead of asking for one
    #[arg(long)]
    generate: bool,
    /// Agree without being asked
    #[arg(long)]
    yes: bool,
}

impl SetPassword {
    pub async fn run(self, api: &Api) -> Outcome {
        if self.generate && api.json {
            return fail("A password that is made here is for people to read. Set FAIRHOLD_ROOT_PASSWORD instead.");
        }
        agree(self.yes, "This changes the root user's password inside the machine")?;
        let password = if self.generate { generated()? } else { terminal::secret("New root password: ", "FAIRHOLD_ROOT_PASSWORD")? };
        let answer = api.create(&format!("/v1/instances/{}/password", self.id), &json!({ "password": password, "enter_guest": true })).await?;
        finish(api, &answer).await?;
        if self.generate {
            show::say(format!("The root password, shown only now: {password}"));
        }
        Ok(())
    }
}

/// `fairhold vm authorise-key`
#[derive(Debug, Args)]
pub struct AuthoriseKey {
    /// The machine, by id or name
    pub(super) id: String,
    /// A kept key, by id or name
    #[arg(long)]
    key: String,
    /// Agree without being asked
    #[arg(long)]
    yes: bool,
}

impl AuthoriseKey {
    pub async fn run(self, api: &Api) -> Outcome {
        agree(self.yes, "This lets the owner of the key sign in to the machine as root")?;
        let key = named(api, "/v1/ssh-keys", &self.key, "kept key").await?;
        let answer = api.create(&format!("/v1/instances/{}/keys", self.id), &json!({ "ssh_key_id": key, "enter_guest": true })).await?;
        finish(api, &answer).await
    }
}

fn agree(yes: bool, what: &str) -> Outcome {
    if yes { Ok(()) } else { terminal::confirm(&format!("{what}. Type yes to agree: "), "yes") }
}

/// 120 random bits.
fn generated() -> Outcome<String> {
    let mut bytes = [0_u8; 15];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
