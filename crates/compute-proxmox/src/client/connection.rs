//! One call: which node is asked, how often, and what its answer means.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use kernel::egress::{CertificateChanged, Line, changed_certificate, reason_phrase};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderValue};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::answer::text;
use super::params::{Params, encode};
use super::trouble::Trouble;
use crate::settings::Settings;

/// Calls that are under way at once; a node has three workers for its API.
const AT_ONCE: usize = 6;
/// A refused token is not shown again before this: the server holds each refusal back for three seconds.
const REFUSED_FOR: Duration = Duration::from_secs(60);
/// Longer than the 30 seconds after which a node that passes a call on makes up its own answer.
const PATIENCE: Duration = Duration::from_secs(40);
/// How long a way that is not needed now may take.
const GLANCE: Duration = Duration::from_secs(5);
/// What stands in the refusal of a console's ticket.
const TICKET: &str = "PVEVNC ticket";
/// A list of a whole large cluster fits many times.
const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// One call of the API.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below `/api2/json`, beginning with a slash, encoded.
    pub(crate) path: String,
    pub(crate) params: Params,
    /// The type of the task that it makes; empty where it makes none.
    pub(crate) task: &'static str,
}

impl Call {
    /// A call of `segments`, which may hold anything.
    pub(crate) fn new(method: Method, segments: &[&str]) -> Self {
        let path: String = segments.iter().map(|segment| format!("/{}", encode(segment))).collect();
        Self { method, path, params: Params::new(), task: "" }
    }

    pub(crate) fn with(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    /// It makes a task of this type.
    pub(crate) fn makes(mut self, task: &'static str) -> Self {
        self.task = task;
        self
    }

    fn writes(&self) -> bool {
        self.method != Method::GET
    }
}

/// The cluster, by whichever of its nodes answers.
pub(crate) struct Client {
    line: OnceLock<Line>,
    authorization: HeaderValue,
    /// Who we are: tasks carry it.
    pub(super) user: String,
    preferred: AtomicUsize,
    rate: DefaultDirectRateLimiter,
    slots: Semaphore,
    refused: Mutex<Option<(Instant, Trouble)>>,
    /// Ways on which another certificate came than the pinned one.
    distrusted: Mutex<BTreeMap<usize, Trouble>>,
    /// Calls of ours that may have changed something, so that nobody takes an older list for the present.
    writes: AtomicU64,
    /// How far the cluster's clock is ahead of ours, in seconds, by the answers' own dates.
    ahead: AtomicI64,
    /// The longest wait for a task or a lock, where that is shorter than what the call deserves.
    longest: OnceLock<Duration>,
}

impl Client {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Trouble> {
        let header = settings.token.header();
        let mut authorization = HeaderValue::from_str(&header).map_err(|_| Trouble::Invalid("the token has characters that do not fit".to_owned()))?;
        authorization.set_sensitive(true);
        let rate = NonZeroU32::new(settings.mapping.calls_per_second).unwrap_or(NonZeroU32::MIN);
        Ok(Self {
            line: OnceLock::new(),
            authorization,
            user: settings.token.id().to_owned(),
            preferred: AtomicUsize::new(0),
            rate: RateLimiter::direct(Quota::per_second(rate)),
            slots: Semaphore::new(AT_ONCE),
            refused: Mutex::new(None),
            distrusted: Mutex::default(),
            writes: AtomicU64::new(0),
            ahead: AtomicI64::new(0),
            longest: OnceLock::new(),
        })
    }

    /// Waits no longer than this for any task or lock. The first word counts.
    pub(crate) fn hurry(&self, longest: Duration) {
        self.longest.set(longest).ok();
    }

    /// How long to wait for what deserves `patience`.
    pub(crate) fn patience(&self, patience: Duration) -> Duration {
        self.longest.get().map_or(patience, |longest| patience.min(*longest))
    }

    /// Takes the line by which the cluster is reached. The first one stays.
    pub(crate) fn connect(&self, line: Line) {
        self.line.set(line).ok();
    }

    fn line(&self) -> Result<&Line, Trouble> {
        self.line.get().ok_or_else(|| Trouble::Unreachable("the cluster is not connected yet".to_owned()))
    }

    /// Notes that values of the map are about to leave.
    pub(crate) async fn disclose(&self, entries: &[&'static str]) -> Result<(), Trouble> {
        Ok(self.line()?.note(entries, None).await?)
    }

    /// Seconds since 1970 by the cluster's clock, as far as its answers told.
    pub(super) fn cluster_now(&self) -> i64 {
        let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        i64::try_from(ours).unwrap_or(0).saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// How many calls of ours may have changed something.
    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::Acquire)
    }

    /// Makes the call. A call that may have had an effect is never sent twice.
    pub(crate) async fn ask(&self, call: &Call) -> Result<Value, Trouble> {
        let mut request = call.path.clone();
        let query = if call.writes() && call.method != Method::DELETE { None } else { Some(call.params.encoded()) };
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            request = format!("{request}?{query}");
        }
        let dress = |builder: reqwest::RequestBuilder| {
            let body = call.writes() && call.method != Method::DELETE;
            let builder = builder.timeout(PATIENCE);
            if body { builder.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(call.params.encoded()) } else { builder }
        };
        self.sent(call, &request, dress).await
    }

    /// The same with a body of another kind.
    pub(super) async fn send(&self, call: &Call, dress: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Result<Value, Trouble> {
        self.sent(call, &call.path, dress).await
    }

    async fn sent(&self, call: &Call, request: &str, dress: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Result<Value, Trouble> {
        let answered = match self.reach(call, request, dress).await {
            Ok(response) => read(response, call.writes()).await,
            Err(trouble) => Err(trouble),
        };
        if call.writes() {
            self.writes.fetch_add(1, Ordering::AcqRel);
        }
        let body = answered?;
        let mut answer: Value = serde_json::from_slice(&body).map_err(|_| unreadable(call.writes(), "the answer is no JSON"))?;
        Ok(answer.get_mut("data").map(Value::take).unwrap_or_default())
    }

    /// Opens the websocket behind the address `path`; the answer is its raw line.
    pub(crate) async fn upgrade(&self, call: &Call) -> Result<reqwest::Upgraded, Trouble> {
        let request = format!("{}?{}", call.path, call.params.encoded());
        let mut key = [0_u8; 16];
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        // RFC 6455 §4.1 wants a nonce against caches that answer for the server; the pinned TLS leaves no room for one.
        key.copy_from_slice(&now.to_be_bytes());
        let response = self.reach(call, &request, |builder| {
            builder
                .header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Protocol", "binary")
                .header("Sec-WebSocket-Key", data_encoding::BASE64.encode(&key))
        });
        let response = response.await.map_err(|trouble| match trouble {
            Trouble::Unauthorised(text) if text.contains(TICKET) => Trouble::Unreachable(text),
            other => other,
        })?;
        if response.status().as_u16() != 101 {
            return Err(Trouble::Unreachable("the console did not open".to_owned()));
        }
        response.upgrade().await.map_err(|error| Trouble::Unreachable(said(&error)))
    }

    /// Sends to the node that answered last, and to the next one where nothing arrived.
    async fn reach(
        &self,
        call: &Call,
        request: &str,
        dress: impl Fn(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<reqwest::Response, Trouble> {
        self.not_refused()?;
        let _slot = self.slots.acquire().await.map_err(|_| Trouble::Unreachable("the driver was closed".to_owned()))?;
        let line = self.line()?;
        let first = self.preferred.load(Ordering::Relaxed);
        let mut last = Trouble::Unreachable("the cluster has no address".to_owned());
        for way in (0..line.ways()).map(|offset| (first + offset) % line.ways()) {
            self.rate.until_ready().await;
            let builder = line.request(way, call.method.clone(), &format!("/api2/json{request}"))?;
            let sent = dress(builder.header(AUTHORIZATION, self.authorization.clone())).send().await;
            self.note_trust(way, &sent);
            last = match sent {
                Ok(response) => match self.judge(response, call.writes()).await {
                    Err(Trouble::Unreachable(text)) => Trouble::Unreachable(text),
                    judged => {
                        self.preferred.store(way, Ordering::Relaxed);
                        return judged;
                    }
                },
                Err(error) => match changed_certificate(&error) {
                    Some(changed) => self.untrusted(way, changed),
                    None if error.is_connect() || !call.writes() => Trouble::Unreachable(format!("{}: {}", self.host(way), said(&error))),
                    None => return Err(Trouble::Lost(format!("{}: {}", self.host(way), said(&error)))),
                },
            };
            tracing::debug!(way, trouble = %last, "a node of the cluster does not answer");
        }
        // Silence may pass by itself; another certificate does not, so it is what a person must hear of.
        Err(self.doubts().into_iter().next().unwrap_or(last))
    }

    async fn judge(&self, response: reqwest::Response, writes: bool) -> Result<reqwest::Response, Trouble> {
        self.note_clock(&response);
        let status = response.status().as_u16();
        if status < 300 {
            return Ok(response);
        }
        let reason = reason_phrase(&response);
        // What the words are in matters only where there are words; a body that is cut short has none.
        let body = read(response, false).await.unwrap_or_default();
        let trouble = Trouble::of_answer(status, &reason, &String::from_utf8_lossy(&body), writes);
        // A console's ticket has a life of its own; the token is as good as before.
        if matches!(&trouble, Trouble::Unauthorised(text) if !text.contains(TICKET)) {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), trouble.clone()));
        }
        Err(trouble)
    }

    fn note_clock(&self, response: &reqwest::Response) {
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        let theirs = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp().as_second());
        let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        if let (Some(theirs), Ok(ours)) = (theirs, i64::try_from(ours)) {
            self.ahead.store(theirs - ours, Ordering::Relaxed);
        }
    }

    /// Refuses by ourselves what the cluster refused a moment ago.
    fn not_refused(&self) -> Result<(), Trouble> {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refused.take_if(|(at, _)| at.elapsed() > REFUSED_FOR) {
            Some(_) => Ok(()),
            None => refused.as_ref().map_or(Ok(()), |(_, trouble)| Err(trouble.clone())),
        }
    }

    /// The ways on which another certificate came than the pinned one.
    pub(crate) fn doubts(&self) -> Vec<Trouble> {
        self.distrusted.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn note_trust(&self, way: usize, sent: &reqwest::Result<reqwest::Response>) {
        let mut distrusted = self.distrusted.lock().unwrap_or_else(PoisonError::into_inner);
        match sent {
            Ok(_) => drop(distrusted.remove(&way)),
            Err(error) => drop(changed_certificate(error).map(|changed| distrusted.insert(way, self.untrusted(way, changed)))),
        }
    }

    fn untrusted(&self, way: usize, changed: &CertificateChanged) -> Trouble {
        let address = self.line.get().and_then(|line| line.endpoint(way)).map(|end| format!("{}:{}", end.host, end.port));
        Trouble::Untrusted { address: address.unwrap_or_default(), known: changed.expected.to_string(), presented: changed.presented.to_string() }
    }

    /// Asks for the version by each way, so that what is wrong with one that is not needed now is noticed.
    pub(crate) async fn try_every_way(&self) {
        let (Ok(line), Ok(())) = (self.line(), self.not_refused()) else { return };
        for way in 0..line.ways() {
            self.rate.until_ready().await;
            let Ok(request) = line.request(way, Method::GET, "/api2/json/version") else { continue };
            let sent = request.header(AUTHORIZATION, self.authorization.clone()).timeout(GLANCE).send().await;
            self.note_trust(way, &sent);
        }
    }

    fn host(&self, way: usize) -> &str {
        self.line.get().and_then(|line| line.endpoint(way)).map_or("", |endpoint| endpoint.host.as_str())
    }
}

fn unreadable(writes: bool, why: &str) -> Trouble {
    if writes { Trouble::Lost(why.to_owned()) } else { Trouble::Unreachable(why.to_owned()) }
}

async fn read(mut response: reqwest::Response, writes: bool) -> Result<Vec<u8>, Trouble> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_ANSWER => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Ok(Some(_)) => return Err(unreadable(writes, "the answer is too large")),
            Err(error) => return Err(unreadable(writes, &said(&error))),
        }
    }
}

/// The innermost reason of an HTTP error, without the address, which may hold a ticket.
fn said(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut text = "the line was cut".to_owned();
    let mut cause = error.source();
    while let Some(one) = cause {
        text = one.to_string();
        cause = one.source();
    }
    text
}

/// The id of the task that an answer names, where it names one.
pub(super) fn upid_in(answer: &Value) -> Option<super::task::Upid> {
    super::task::Upid::parse(&text(answer)?)
}
