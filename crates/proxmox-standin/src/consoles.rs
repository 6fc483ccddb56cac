//! Consoles of the stand-in: tickets that live 40 seconds, a VNC server with a password, a terminal with its framing.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::WebSocketUpgrade;
use axum::extract::ws::{Message, WebSocket};
use axum::response::Response;
use compute_driver::conformance::bootable::SAYS;
use compute_driver::simulated::shell;
use serde_json::json;
use tokio::sync::broadcast;

use crate::api::Incoming;
use crate::guests;
use crate::state::{Answer, Kind, Refusal, State, say};

pub struct Ticket {
    pub vmid: u32,
    pub port: String,
    pub text: String,
    pub password: String,
    pub screen: bool,
    pub made: Instant,
}

/// What a websocket leads to.
pub struct End {
    ticket: String,
    password: String,
    screen: bool,
    live: broadcast::Receiver<Vec<u8>>,
    vmid: u32,
    cluster: Arc<Mutex<State>>,
}

impl End {
    /// Types a line; the answer goes to everybody who listens.
    fn type_line(&self, line: &str) {
        let mut state = self.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guest) = state.guests.get_mut(&self.vmid) {
            let hostname = guest.hostname();
            let said = shell::answer(&hostname, &mut guest.files, line);
            guest.print(&said);
        }
    }
}

pub fn ticket(state: &mut State, vmid: u32, what: &str) -> Answer {
    let guest = &state.guests[&vmid];
    if guest.status != "running" {
        return Err(say(format!("VM {vmid} not running")));
    }
    if what == "termproxy" && guest.kind == Kind::Qemu && !guest.config.contains_key("serial0") {
        return Err(say("unable to find a serial interface"));
    }
    let number = state.number();
    let (port, password) = ((5900 + number % 100).to_string(), format!("pw{:06}", number));
    let screen = what == "vncproxy";
    let text = if screen && !state.old { format!("{password}:PVEVNC:65A1/+=={number}") } else { format!("PVEVNC:65A1B2C3::a/b+c=={number}") };
    // Before 8.x the ticket itself was the password, of which VNC takes eight characters.
    let secret = if state.old { text.chars().take(8).collect() } else { password.clone() };
    state.consoles.push(Ticket { vmid, port: port.clone(), text: text.clone(), password: secret, screen, made: Instant::now() });
    let mut said = json!({ "port": port, "ticket": text, "user": crate::state::TOKEN, "upid": "UPID:x", "cert": "x" });
    if screen && !state.old {
        said["password"] = json!(password);
    }
    Ok(said)
}

pub fn accept(cluster: &Arc<Mutex<State>>, state: &mut State, call: &Incoming) -> Result<End, Refusal> {
    let denied = || Refusal { status: 401, reason: "permission denied - invalid PVEVNC ticket".into(), errors: serde_json::Value::Null };
    let (port, text) = (call.get("port").unwrap_or_default(), call.get("vncticket").unwrap_or_default());
    let at = state.consoles.iter().position(|ticket| ticket.port == port && ticket.text == text && !guests::expired(ticket.made));
    let ticket = state.consoles.remove(at.ok_or_else(denied)?);
    let guest = state.guests.get(&ticket.vmid).ok_or_else(denied)?;
    let live = guest.line.subscribe();
    Ok(End { ticket: ticket.text, password: ticket.password, screen: ticket.screen, live, vmid: ticket.vmid, cluster: cluster.clone() })
}

pub fn open(socket: WebSocketUpgrade, end: End) -> Response {
    socket.protocols(["binary"]).on_upgrade(move |socket| async move { if end.screen { screen(socket, end).await } else { terminal(socket, end).await } })
}

async fn send(socket: &mut WebSocket, bytes: &[u8]) -> Option<()> {
    socket.send(Message::Binary(bytes.to_vec().into())).await.ok()
}

async fn receive(socket: &mut WebSocket) -> Option<Vec<u8>> {
    loop {
        match socket.recv().await?.ok()? {
            Message::Binary(bytes) => return Some(bytes.to_vec()),
            Message::Text(text) => return Some(text.as_bytes().to_vec()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

async fn screen(mut socket: WebSocket, end: End) {
    use des::cipher::{BlockCipherEncrypt, KeyInit};
    let served = async {
        send(&mut socket, b"RFB 003.008\n").await?;
        receive(&mut socket).await.filter(|said| said.as_slice() == b"RFB 003.008\n")?;
        send(&mut socket, &[1, 2]).await?;
        receive(&mut socket).await.filter(|said| said.as_slice() == [2])?;
        let challenge = [0x5a_u8; 16];
        send(&mut socket, &challenge).await?;
        let said = receive(&mut socket).await?;
        let mut key = [0_u8; 8];
        key.iter_mut().zip(end.password.bytes()).for_each(|(place, byte)| *place = byte.reverse_bits());
        let mut expected = challenge;
        for block in expected.chunks_exact_mut(8) {
            des::Des::new(&key.into()).encrypt_block(block.try_into().unwrap());
        }
        let good = said == expected;
        send(&mut socket, &[0, 0, 0, u8::from(!good)]).await?;
        if !good {
            return None;
        }
        // What a viewer says first once it is in.
        let init = receive(&mut socket).await?;
        send(&mut socket, &[b"init:", init.as_slice()].concat()).await
    };
    served.await;
}

/// Takes the frames out of what came: text for the guest, sizes and pings for nobody.
fn typed(frames: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = frames;
    while let Some(first) = rest.first() {
        match first {
            b'0' => {
                let text = &rest[2..];
                let end = text.iter().position(|b| *b == b':').unwrap();
                let length: usize = std::str::from_utf8(&text[..end]).unwrap().parse().unwrap();
                out.extend_from_slice(&text[end + 1..end + 1 + length]);
                rest = &text[end + 1 + length..];
            }
            _ => rest = &[],
        }
    }
    out
}

async fn terminal(mut socket: WebSocket, mut end: End) {
    let greeting = receive(&mut socket).await.unwrap_or_default();
    if greeting != format!("{}:{}\n", crate::state::TOKEN, end.ticket).into_bytes() {
        return;
    }
    if send(&mut socket, b"OK").await.is_none() {
        return;
    }
    // A disk that was taken in says so once a second; nobody waits here for the next time.
    let taken_in = {
        let state = end.cluster.lock().unwrap_or_else(PoisonError::into_inner);
        state.guests.get(&end.vmid).is_some_and(|guest| guest.config.get("tags").is_some_and(|tags| tags.contains("fairhold.img-")))
    };
    if taken_in && send(&mut socket, SAYS.as_bytes()).await.is_none() {
        return;
    }
    let mut line = String::new();
    loop {
        tokio::select! {
            printed = end.live.recv() => match printed {
                Ok(bytes) if send(&mut socket, &bytes).await.is_some() => {}
                _ => return,
            },
            said = receive(&mut socket) => {
                let Some(said) = said else { return };
                line.push_str(&String::from_utf8_lossy(&typed(&said)));
                // A terminal takes the key Enter, which is a carriage return, for the end of a line.
                while let Some(at) = line.find(['\r', '\n']) {
                    let one: String = line.drain(..=at).collect();
                    end.type_line(&one);
                }
            }
        }
    }
}
