//! Ordering and running machines.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::access::{AuthoriseKey, SetPassword};
use super::api::Api;
use super::keeping::Snapshot;
use super::metric::{self, Last};
use super::name::{self, named, pick};
use super::resize::Resize;
use super::{progress, show, terminal};
use crate::outcome::{Outcome, fail};

/// Ctrl-], as telnet and virsh use it.
const LEAVE: u8 = 0x1d;

/// `fairhold catalogue`
pub async fn catalogue(api: &Api) -> Outcome {
    if api.json {
        let all = json!({ "sizes": api.read("/v1/sizes").await?, "templates": api.read("/v1/templates").await?, "regions": api.read("/v1/regions").await? });
        return show::json(&all);
    }
    api.list("/v1/sizes", show::SIZE).await?;
    api.list("/v1/templates", show::NAMED).await?;
    api.list("/v1/regions", show::NAMED).await
}

/// `fairhold order`
#[derive(Debug, Args)]
pub struct Order {
    /// Size, by id or name
    #[arg(long)]
    size: String,
    /// Template, by id or name
    #[arg(long, required_unless_present_any = ["backup", "image"])]
    template: Option<String>,
    /// Backup to make it from, by id or name, in place of a template
    #[arg(long, conflicts_with_all = ["template", "region"])]
    backup: Option<String>,
    /// Image of yours to make it from, by id or name, in place of a template
    #[arg(long, conflicts_with_all = ["template", "backup"])]
    image: Option<String>,
    /// Region, by id or name; the only one if there is one
    #[arg(long)]
    region: Option<String>,
    /// monthly or hourly
    #[arg(long, default_value = "hourly")]
    cycle: String,
    /// Host name of the machine
    #[arg(long)]
    hostname: String,
    /// File with your SSH public key
    #[arg(long)]
    ssh_key: PathBuf,
    /// File with what the machine carries out at its first boot, such as a script
    #[arg(long)]
    user_data: Option<PathBuf>,
    /// Private network that the machine is in, by id or name
    #[arg(long)]
    network: Option<String>,
    /// What says which traffic passes in it, by id or name
    #[arg(long, requires = "network")]
    security_group: Option<String>,
    /// Extra disk that the machine gets once it runs, as name:GiB; may be given several times
    #[arg(long, value_name = "NAME:GIB", value_parser = disk)]
    disk: Vec<(String, i32)>,
    /// Word that the machine is found by, as key or key:value; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// How to pay
    #[arg(long, default_value = "test_succeeds")]
    pay_with: String,
    /// Order without asking
    #[arg(long)]
    yes: bool,
}

/// `data:20`
fn disk(text: &str) -> Result<(String, i32), String> {
    let read = text.rsplit_once(':').and_then(|(name, gib)| Some((name.to_owned(), gib.parse().ok()?)));
    read.ok_or_else(|| "write a name and a size in GiB, such as data:20".to_owned())
}

impl Order {
    pub async fn run(self, api: &Api) -> Outcome {
        let key = std::fs::read_to_string(&self.ssh_key)?;
        let user_data = self.user_data.map(std::fs::read_to_string).transpose()?;
        let size = pick(api, "/v1/sizes", Some(&self.size), "size").await?;
        let backup = match &self.backup {
            Some(backup) => Some(named(api, "/v1/backups", backup, "backup").await?),
            None => None,
        };
        let (template, region) = match (&backup, &self.image) {
            // The place where it is kept is the backup's.
            (Some(id), _) => {
                let backup = api.read(&format!("/v1/backups/{id}")).await?;
                (None, backup.pointer("/region/id").and_then(Value::as_str).unwrap_or_default().to_owned())
            }
            (None, Some(_)) => (None, pick(api, "/v1/regions", self.region.as_deref(), "region").await?),
            (None, None) => {
                let template = pick(api, "/v1/templates", self.template.as_deref(), "template").await?;
                (Some(template), pick(api, "/v1/regions", self.region.as_deref(), "region").await?)
            }
        };
        let choice = json!({ "size_id": size, "template_id": template, "region_id": region, "cycle": self.cycle });
        let quote = api.create("/v1/quotes", &choice).await?;
        if !api.json {
            show::one(&quote, &[("Net", "/net"), ("Tax", "/tax"), ("Total", "/gross"), ("Charged now", "/due_now")])?;
            if !self.disk.is_empty() {
                let all: i32 = self.disk.iter().map(|(_, gib)| gib).sum();
                let quote = api.create("/v1/disk-quotes", &json!({ "size_gib": all })).await?;
                show::one(&quote, &[("Extra disks, a month, by the hour", "/gross")])?;
            }
        }
        if !self.yes {
            terminal::confirm("Type yes to order: ", "yes")?;
        }
        let mut body = choice;
        let places =
            [("network_id", self.network, "/v1/networks", "network"), ("security_group_id", self.security_group, "/v1/security-groups", "security group")];
        for (field, wanted, path, what) in places {
            if let (Some(wanted), Value::Object(body)) = (wanted, &mut body) {
                body.insert(field.to_owned(), named(api, path, &wanted, what).await?.into());
            }
        }
        if let Value::Object(body) = &mut body {
            if let Some(backup) = backup {
                body.insert("backup_id".to_owned(), backup.into());
            }
            if let Some(image) = &self.image {
                body.insert("image_id".to_owned(), named(api, "/v1/images", image, "image").await?.into());
            }
            body.insert("hostname".to_owned(), self.hostname.into());
            body.insert("ssh_public_key".to_owned(), key.trim().into());
            body.insert("user_data".to_owned(), user_data.into());
            let disks: Vec<Value> = self.disk.iter().map(|(name, gib)| json!({ "name": name, "size_gib": gib })).collect();
            body.insert("disks".to_owned(), disks.into());
            body.insert("tags".to_owned(), self.tag.into());
            body.insert("payment_method".to_owned(), self.pay_with.into());
        }
        let order = api.create("/v1/orders", &body).await?;
        if let Some(operation) = order.get("operation_id").and_then(Value::as_str) {
            progress::follow(api, operation).await?;
        }
        let id = order.get("id").and_then(Value::as_str).unwrap_or_default();
        api.show(api.read(&format!("/v1/orders/{id}")).await?, show::ORDER)
    }
}

/// `fairhold vm …`; machines are called by id or name.
#[derive(Debug, Subcommand)]
pub enum Vm {
    /// List them
    List {
        /// Only those with this tag; a key alone finds it with any value
        #[arg(long)]
        tag: Option<String>,
    },
    /// Show one
    Show { id: String },
    /// Start
    Start { id: String },
    /// Switch off at once
    Stop { id: String },
    /// Ask the system in it to shut down
    Shutdown { id: String },
    /// Ask the system in it to reboot
    Reboot { id: String },
    /// Reset like the button on the case
    Reset { id: String },
    /// Hold its processors; its memory stays
    Suspend { id: String },
    /// Let it go on
    Resume { id: String },
    /// Boot its rescue system in place of its own; one that runs is cut off
    Rescue {
        id: String,
        /// Leave the rescue system and start its own
        #[arg(long)]
        end: bool,
    },
    /// Set the root password inside it
    SetPassword(SetPassword),
    /// Let a kept SSH key sign in to it
    AuthoriseKey(AuthoriseKey),
    /// Give it another name
    Rename { id: String, name: String },
    /// Install it anew from a template; what is on its disk is lost
    Rebuild {
        id: String,
        #[arg(long)]
        template: String,
    },
    /// Give it another size; one that runs is restarted where its processors or memory change
    Resize(Resize),
    /// Move it to another host of its node, for the operator; one that runs goes on where its hypervisor can do that
    Move {
        id: String,
        /// Why; its owner reads it
        #[arg(long)]
        reason: String,
        /// Which host; the one with the most memory left if none is named
        #[arg(long)]
        host: Option<String>,
    },
    /// Set the words that it is found by, as key or key:value; without any, it has none
    Tag { id: String, tags: Vec<String> },
    /// What it did: processors, memory, disk and network
    Metrics {
        id: String,
        #[arg(long, default_value = "24h")]
        last: Last,
    },
    /// What it can be brought back to
    #[command(subcommand)]
    Snapshot(Snapshot),
    /// List its backups
    Backups { id: String },
    /// Delete it; can be undone for some minutes
    Delete {
        id: String,
        /// Make a last backup first, which stays; if it cannot be made, the machine is not deleted
        #[arg(long)]
        keep_backup: bool,
        #[arg(long)]
        yes: bool,
    },
    /// Undo a deletion
    Undelete { id: String },
}

impl Vm {
    /// Whether it is for the operator's staff.
    pub fn is_for_staff(&self) -> bool {
        matches!(self, Self::Move { .. })
    }

    /// The machine that it is about, where that is one of the project.
    fn machine(&mut self) -> Option<&mut String> {
        match self {
            Self::Show { id }
            | Self::Start { id }
            | Self::Stop { id }
            | Self::Shutdown { id }
            | Self::Reboot { id }
            | Self::Reset { id }
            | Self::Suspend { id }
            | Self::Resume { id }
            | Self::Rescue { id, .. }
            | Self::Rename { id, .. }
            | Self::Rebuild { id, .. }
            | Self::Tag { id, .. }
            | Self::Metrics { id, .. }
            | Self::Backups { id }
            | Self::Delete { id, .. }
            | Self::Undelete { id } => Some(id),
            Self::SetPassword(args) => Some(&mut args.id),
            Self::AuthoriseKey(args) => Some(&mut args.id),
            Self::Resize(args) => Some(&mut args.id),
            // Staff do not read what machines are called.
            Self::List { .. } | Self::Move { .. } | Self::Snapshot(_) => None,
        }
    }

    pub async fn run(mut self, api: &Api) -> Outcome {
        if let Some(machine) = self.machine() {
            *machine = name::machine(api, machine).await?;
        }
        match self {
            Self::List { tag: None } => api.list("/v1/instances", show::INSTANCE).await,
            Self::List { tag: Some(tag) } => {
                let encoded = reqwest::Url::parse_with_params("http://localhost", [("tag", tag)])?;
                api.list(&format!("/v1/instances?{}", encoded.query().unwrap_or_default()), show::INSTANCE).await
            }
            Self::Show { id } => api.show(api.read(&format!("/v1/instances/{id}")).await?, show::INSTANCE),
            Self::Start { id } => act(api, &id, "start", json!({})).await,
            Self::Stop { id } => act(api, &id, "stop", json!({})).await,
            Self::Shutdown { id } => act(api, &id, "shutdown", json!({})).await,
            Self::Reboot { id } => act(api, &id, "reboot", json!({})).await,
            Self::Reset { id } => act(api, &id, "reset", json!({})).await,
            Self::Suspend { id } => act(api, &id, "suspend", json!({})).await,
            Self::Resume { id } => act(api, &id, "resume", json!({})).await,
            Self::Rescue { id, end: false } => act(api, &id, "rescue", json!({})).await,
            Self::Rescue { id, end: true } => finish(api, &api.change(Method::DELETE, &format!("/v1/instances/{id}/rescue"), None).await?).await,
            Self::SetPassword(args) => args.run(api).await,
            Self::AuthoriseKey(args) => args.run(api).await,
            Self::Rename { id, name } => {
                api.show(api.change(Method::PATCH, &format!("/v1/instances/{id}"), Some(&json!({ "name": name }))).await?, show::INSTANCE)
            }
            Self::Rebuild { id, template } => {
                let template = pick(api, "/v1/templates", Some(&template), "template").await?;
                act(api, &id, "rebuild", json!({ "template_id": template })).await
            }
            Self::Resize(args) => args.run(api).await,
            Self::Move { id, reason, host } => {
                let answer = api.create(&format!("/v1/operator/instances/{id}/move"), &json!({ "reason": reason, "host": host })).await?;
                finish(api, &answer).await
            }
            Self::Tag { id, tags } => {
                let answer = api.change(Method::PATCH, &format!("/v1/instances/{id}"), Some(&json!({ "tags": tags }))).await?;
                api.show(answer, show::INSTANCE)
            }
            Self::Metrics { id, last } => metric::show(api, &id, last).await,
            Self::Snapshot(args) => args.run(api).await,
            Self::Backups { id } => api.list(&format!("/v1/backups?instance={id}"), show::BACKUP).await,
            Self::Delete { id, keep_backup, yes } => {
                if !yes {
                    let machine = api.read(&format!("/v1/instances/{id}")).await?;
                    let name = machine.get("name").and_then(Value::as_str).unwrap_or(&id).to_owned();
                    terminal::confirm(
                        &format!("This deletes {name}, its disk, its snapshots and the backups of its plan. Backups that you made stay. Type its name: "),
                        &name,
                    )?;
                }
                let answer = api.change(Method::DELETE, &format!("/v1/instances/{id}?keep_backup={keep_backup}"), None).await?;
                if api.json {
                    return show::json(&answer);
                }
                // The operation lasts as long as the grace; waiting for it would leave no time to think again.
                show::say(format!("It is being deleted. Until its grace ends you can undo this with: fairhold vm undelete {id}"));
                Ok(())
            }
            Self::Undelete { id } => act(api, &id, "undelete", json!({})).await,
        }
    }
}

async fn act(api: &Api, id: &str, verb: &str, body: Value) -> Outcome {
    let answer = api.create(&format!("/v1/instances/{id}/{verb}"), &body).await?;
    finish(api, &answer).await
}

/// Follows the operation in an answer if there is one.
pub async fn finish(api: &Api, answer: &Value) -> Outcome {
    let id = answer.get("operation_id").or_else(|| answer.get("steps").and_then(|_| answer.get("id"))).and_then(Value::as_str);
    match id {
        Some(id) => progress::follow(api, id).await,
        None if api.json => show::json(answer),
        None => Ok(()),
    }
}

/// `fairhold console`
#[derive(Debug, Args)]
pub struct Console {
    /// The machine, by id or name
    machine: String,
}

impl Console {
    pub async fn run(self, api: &Api) -> Outcome {
        let id = name::machine(api, &self.machine).await?;
        let ticket = api.create(&format!("/v1/instances/{id}/console-tickets"), &json!({ "kind": "serial" })).await?;
        let (Some(path), Some(ticket)) = (ticket.get("path").and_then(Value::as_str), ticket.get("ticket").and_then(Value::as_str)) else {
            return fail("The server gave no ticket.");
        };
        let address = format!("{}{path}", api.url().replacen("http", "ws", 1));
        let mut request = address.into_client_request()?;
        request.headers_mut().insert("Sec-WebSocket-Protocol", format!("fairhold.console, ticket.{ticket}").parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        show::say("Connected. Leave with Ctrl-].");
        let restore = terminal::raw()?;
        let outcome = relay(socket).await;
        drop(restore);
        show::say("\nLeft the console.");
        outcome
    }
}

async fn relay<S>(socket: tokio_tungstenite::WebSocketStream<S>) -> Outcome
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut to_guest, mut from_guest) = socket.split();
    let mut keyboard = tokio::io::stdin();
    let mut screen = tokio::io::stdout();
    let mut typed = [0_u8; 1024];
    loop {
        tokio::select! {
            count = keyboard.read(&mut typed) => {
                let count = count?;
                let part = typed.get(..count).unwrap_or_default();
                if count == 0 || part.contains(&LEAVE) {
                    to_guest.close().await.ok();
                    return Ok(());
                }
                to_guest.send(Message::Binary(part.to_vec().into())).await?;
            }
            message = from_guest.next() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    screen.write_all(&bytes).await?;
                    screen.flush().await?;
                }
                Some(Ok(Message::Close(frame))) => return fail(frame.map_or_else(|| "The console was closed.".to_owned(), |frame| frame.reason.to_string())),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.into()),
                None => return Ok(()),
            }
        }
    }
}
