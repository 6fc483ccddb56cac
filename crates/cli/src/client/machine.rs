//! Running machines.

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
use super::name::{self, pick};
use super::resize::Resize;
use super::{progress, show, terminal};
use crate::outcome::{Outcome, fail};

/// Ctrl-], as telnet and virsh use it.
const LEAVE: u8 = 0x1d;

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
        #[arg(long)]
        yes: bool,
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
            Self::Rebuild { id, template, yes } => {
                let template = pick(api, "/v1/templates", Some(&template), "template").await?;
                if !yes {
                    terminal::confirm("What is on its disk is lost, with its snapshots. Type rebuild to go on: ", "rebuild")?;
                }
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
