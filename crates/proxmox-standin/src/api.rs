//! Leads each call to what it does, through the door and past the faults that wait for it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use hyper::ext::ReasonPhrase;
use serde_json::{Value, json};

use crate::state::{Answer, Fault, Kind, Refusal, SECRET, State, TOKEN, say};
use crate::{config, consoles, guests, keep, migrate, sdn, wall};

pub struct Incoming {
    pub method: String,
    pub path: String,
    pub params: Vec<(String, String)>,
    /// What was sent with them.
    pub file: Vec<u8>,
    headers: HeaderMap,
    socket: Option<WebSocketUpgrade>,
}

/// Percent-decoding as the server does it: a plus is a space in forms.
fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// One part of a path; a slash inside stays told from one between parts.
fn segment(text: &str) -> String {
    decode(text).replace('/', "%2F")
}

/// A form with parts (RFC 7578): its fields as a usual form, and the file.
fn parted(body: &[u8], boundary: &str) -> (String, Vec<u8>) {
    let mark = format!("--{boundary}").into_bytes();
    let (mut fields, mut file) = (Vec::new(), Vec::new());
    let starts: Vec<usize> = body.windows(mark.len()).enumerate().filter(|(_, part)| *part == mark).map(|(at, _)| at).collect();
    for pair in starts.windows(2) {
        let part = &body[pair[0] + mark.len() + 2..pair[1] - 2];
        let Some(gap) = part.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&part[..gap]).into_owned();
        let named = |word: &str| head.split_once(&format!("{word}=\"")).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
        let content = &part[gap + 4..];
        match named("; filename") {
            Some(name) => {
                fields.push(format!("filename={name}"));
                content.clone_into(&mut file);
            }
            None => fields.push(format!("{}={}", named("; name").unwrap_or_default(), String::from_utf8_lossy(content))),
        }
    }
    (fields.join("&"), file)
}

impl Incoming {
    pub async fn read(request: Request) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let socket = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
        let body = to_bytes(body, 64 << 20).await.unwrap_or_default();
        let kind = parts.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (form, file) = match kind.split_once("boundary=") {
            Some((_, boundary)) => parted(&body, boundary),
            None => (String::from_utf8_lossy(&body).into_owned(), Vec::new()),
        };
        let pairs = [parts.uri.query().unwrap_or_default(), &form].join("&");
        let pairs = pairs.split('&').filter(|pair| !pair.is_empty());
        let params = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decode(name), decode(value))).collect();
        let path = parts.uri.path().strip_prefix("/api2/json").map(|path| path.split('/').map(segment).collect::<Vec<_>>().join("/"));
        let Some(path) = path else { return Err(StatusCode::OK.into_response()) };
        Ok(Self { method: parts.method.to_string(), path, params, file, headers: parts.headers, socket })
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    pub fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("1")
    }
}

fn spoken(status: u16, reason: &str, body: Body) -> Response {
    let mut response = Response::builder().status(status).body(body).unwrap();
    if let Ok(phrase) = ReasonPhrase::try_from(reason.as_bytes().to_vec()) {
        response.extensions_mut().insert(phrase);
    }
    response
}

fn refused(refusal: &Refusal) -> Response {
    let mut body = json!({ "data": null });
    if !refusal.errors.is_null() {
        body["errors"] = refusal.errors.clone();
    }
    spoken(refusal.status, &refusal.reason, Body::from(body.to_string()))
}

/// Numbers and booleans as texts, which some versions and some calls answer with.
fn as_texts(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.to_string()),
        Value::Bool(flag) => json!(u8::from(flag).to_string()),
        Value::Array(items) => Value::Array(items.into_iter().map(as_texts).collect()),
        Value::Object(fields) => Value::Object(fields.into_iter().map(|(name, value)| (name, as_texts(value))).collect()),
        other => other,
    }
}

/// Two texts where an empty body has its only words.
fn at_the_door(state: &State, headers: &HeaderMap) -> Option<Response> {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    match given {
        None => Some(spoken(401, "No ticket", Body::empty())),
        Some(given) if given != format!("PVEAPIToken={TOKEN}={SECRET}") || state.revoked => Some(spoken(401, "Authentication failed!", Body::empty())),
        Some(_) => None,
    }
}

/// The answer, as the last one of its line where the node hangs up.
fn ended(state: &State, mut response: Response) -> Response {
    if state.hangs_up {
        response.headers_mut().insert("connection", axum::http::HeaderValue::from_static("close"));
    }
    response
}

pub async fn respond(cluster: Arc<Mutex<State>>, mut call: Incoming) -> Response {
    let socket = call.socket.take();
    let (mut cut, mut hangs) = (false, false);
    let response = {
        let mut state = cluster.lock().unwrap_or_else(PoisonError::into_inner);
        let line = format!("{} {}", call.method, call.path);
        state.requests.push(line);
        if let Some(response) = at_the_door(&state, &call.headers) {
            return ended(&state, response);
        }
        if state.away {
            return ended(&state, spoken(595, "No route to host", Body::empty()));
        }
        state.settle();
        let fits = |(method, path, _): &(String, String, Fault)| *method == call.method && call.path.ends_with(path.as_str());
        let fault = state.faults.iter().position(fits).map(|at| state.faults.remove(at).2);
        match fault {
            Some(Fault::Instead { status, reason }) => return spoken(status, &reason, Body::empty()),
            Some(fault @ (Fault::TaskEnds(_) | Fault::TaskTakes(_))) => state.task_fault = Some(fault),
            Some(Fault::After { status, reason }) => {
                led(&mut state, &call).ok();
                return spoken(status, &reason, Body::empty());
            }
            Some(Fault::Cut) => {
                led(&mut state, &call).ok();
                cut = true;
            }
            Some(Fault::Hangs { after }) => {
                if after {
                    led(&mut state, &call).ok();
                }
                state.hanging += 1;
                hangs = true;
            }
            None => {}
        }
        if let (Some(socket), true) = (socket, call.path.ends_with("/vncwebsocket")) {
            match consoles::accept(&cluster, &mut state, &call) {
                Ok(end) => return consoles::open(socket, end),
                Err(refusal) => return refused(&refusal),
            }
        }
        if cut || hangs {
            None
        } else {
            let texts = state.texts;
            let response = match led(&mut state, &call) {
                Ok(value) => spoken(200, "OK", Body::from(json!({ "data": if texts { as_texts(value) } else { value } }).to_string())),
                Err(refusal) => refused(&refusal),
            };
            Some(ended(&state, response))
        }
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    response.unwrap_or_else(|| {
        // The head says that there is a body, and then there is none.
        let broken = futures::stream::iter([Ok(Bytes::from_static(b"{\"data\":")), Err(std::io::Error::other("cut"))]);
        Response::new(Body::from_stream(broken))
    })
}

/// Which privilege a call asks for, as far as tests take one away.
fn needs(method: &str, tail: &[&str]) -> &'static str {
    match (method, tail) {
        ("POST", ["clone"]) => "VM.Clone",
        ("POST", ["status", _]) => "VM.PowerMgmt",
        ("POST", ["snapshot"]) => "VM.Snapshot",
        (_, ["migrate"]) => "VM.Migrate",
        _ => "VM.Audit",
    }
}

fn led(state: &mut State, call: &Incoming) -> Answer {
    let path: Vec<&str> = call.path.trim_start_matches('/').split('/').collect();
    let method = call.method.as_str();
    if let ["nodes", node, ..] = path.as_slice() {
        match state.nodes.get(*node) {
            None => return Err(say(format!("hostname lookup '{node}' failed - failed to get address info for: {node}: Name or service not known"))),
            Some(false) => return Err(Refusal { status: 595, reason: "No route to host".into(), errors: Value::Null }),
            Some(true) => {}
        }
    }
    match (method, path.as_slice()) {
        ("GET", ["version"]) => Ok(json!({ "version": state.version, "release": "8.4", "repoid": "x" })),
        ("GET", ["access", "permissions"]) => Ok(permissions(state)),
        ("GET", ["cluster", "resources"]) => Ok(guests::resources(state)),
        (_, ["cluster", "sdn", rest @ ..]) => sdn::answer(state, method, rest, call),
        ("GET", ["cluster", "firewall", "options"]) => Ok(json!({ "enable": 1 })),
        ("GET", ["nodes"]) => Ok(json!(state.nodes.keys().map(|name| json!({ "node": name, "ssl_fingerprint": "AB:CD" })).collect::<Vec<_>>())),
        ("GET", ["nodes", _, "network"]) => Ok(json!([{ "iface": "vmbr0", "type": "bridge", "active": 1 }])),
        ("GET", ["pools"]) => Ok(json!(state.pools.iter().map(|name| json!({ "poolid": name })).collect::<Vec<_>>())),
        ("POST", ["pools"]) => {
            state.pools.push(call.get("poolid").unwrap_or_default().to_owned());
            Ok(Value::Null)
        }
        (_, ["nodes", node, "tasks", rest @ ..]) => guests::tasks(state, node, rest, call),
        (_, ["nodes", node, "storage", storage, rest @ ..]) => keep::storage(state, method, node, storage, rest, call),
        ("POST", ["nodes", node, "vzdump"]) => keep::back_up(state, node, call),
        ("POST", ["nodes", node, kind @ ("qemu" | "lxc")]) => guests::create(state, node, kind_of(kind), call),
        (_, ["nodes", node, kind @ ("qemu" | "lxc"), vmid, tail @ ..]) => {
            let vmid = vmid.parse().map_err(|_| crate::state::wrong("vmid", "type check ('integer') failed"))?;
            let privilege = needs(method, tail);
            if state.lacking.iter().any(|lacking| lacking == privilege) {
                return Err(Refusal { status: 403, reason: format!("Permission check failed (/vms/{vmid}, {privilege})"), errors: Value::Null });
            }
            of_guest(state, node, kind_of(kind), vmid, tail, call)
        }
        _ => Err(Refusal { status: 501, reason: format!("Method '{method} {}' not implemented", call.path), errors: Value::Null }),
    }
}

fn kind_of(word: &str) -> Kind {
    if word == "qemu" { Kind::Qemu } else { Kind::Lxc }
}

fn of_guest(state: &mut State, node: &str, kind: Kind, vmid: u32, tail: &[&str], call: &Incoming) -> Answer {
    state.guest(node, kind, vmid)?;
    match (call.method.as_str(), tail) {
        ("DELETE", []) => guests::destroy(state, node, vmid),
        ("POST", ["clone"]) => guests::clone(state, node, vmid, call),
        ("GET", ["config"]) => Ok(config::show(state, vmid, call.flag("current"))),
        ("PUT" | "POST", ["config"]) => config::change(state, node, vmid, call),
        ("GET", ["pending"]) => Ok(config::pending(state, vmid)),
        ("PUT", ["resize"]) => config::resize(state, node, vmid, call),
        ("PUT", ["cloudinit"]) => Ok(Value::Null),
        ("GET", ["status", "current"]) => Ok(guests::current(state, vmid)),
        ("POST", ["status", verb]) => guests::power(state, node, vmid, verb, call),
        ("GET", ["rrddata"]) => Ok(json!([{ "time": 1, "cpu": 0.5, "maxcpu": 1 }, { "time": 60, "cpu": 0.25, "maxcpu": 1 }])),
        (_, ["snapshot", rest @ ..]) => keep::snapshot(state, node, vmid, rest, call),
        ("POST", ["vncproxy" | "termproxy"]) => consoles::ticket(state, vmid, tail[0]),
        (_, ["agent", rest @ ..]) => guests::agent(state, vmid, rest, call),
        ("GET", ["interfaces"]) => Ok(json!([{ "name": "eth0", "inet": "10.9.9.9/24" }])),
        ("GET", ["migrate"]) => migrate::look(state, node, vmid),
        ("POST", ["migrate"]) => migrate::begin(state, node, vmid, call),
        (_, ["firewall", rest @ ..]) => wall::answer(state, vmid, rest, call),
        _ => Err(Refusal { status: 501, reason: format!("Method '{} {}' not implemented", call.method, call.path), errors: Value::Null }),
    }
}

fn permissions(state: &State) -> Value {
    let all = [
        "VM.Allocate",
        "VM.Clone",
        "VM.Audit",
        "VM.PowerMgmt",
        "VM.Console",
        "VM.Snapshot",
        "VM.Snapshot.Rollback",
        "VM.Backup",
        "VM.Migrate",
        "VM.Config.CDROM",
        "VM.Config.CPU",
        "VM.Config.Cloudinit",
        "VM.Config.Disk",
        "VM.Config.HWType",
        "VM.Config.Memory",
        "VM.Config.Network",
        "VM.Config.Options",
        "Datastore.AllocateSpace",
        "Datastore.AllocateTemplate",
        "Datastore.Audit",
        "Sys.Audit",
        "SDN.Allocate",
        "SDN.Audit",
        "SDN.Use",
        "Pool.Allocate",
        "Pool.Audit",
    ];
    let agent = if state.version.starts_with('8') { "VM.Monitor" } else { "VM.GuestAgent.Unrestricted" };
    let granted = all.iter().chain([&agent]).filter(|name| !state.lacking.iter().any(|lacking| lacking == *name));
    json!({ "/": granted.map(|name| ((*name).to_owned(), json!(1))).collect::<serde_json::Map<_, _>>() })
}
