//! Rate limits per caller: by credential where there is one, else by address; stricter where
//! passwords and mails are at stake.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::Error;
use kernel::http::Credentials;

/// Paths that cost a password hash or send a mail.
const GUARDED: &[&str] = &["/v1/sessions", "/v1/sign-up", "/v1/email-verifications", "/v1/password-resets", "/v1/setup"];

/// Buckets that are kept before quiet callers are forgotten.
const CROWD: usize = 10_000;

/// Buckets of one process; several processes share nothing, which only makes limits looser.
#[derive(Clone)]
pub(crate) struct Limits {
    general: Arc<DefaultKeyedRateLimiter<String>>,
    guarded: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// 50 requests a second with bursts of 300; 30 guarded ones a minute with bursts of 20.
    pub(crate) fn new() -> Self {
        let per = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            general: Arc::new(RateLimiter::keyed(Quota::per_second(per(50)).allow_burst(per(300)))),
            guarded: Arc::new(RateLimiter::keyed(Quota::per_minute(per(30)).allow_burst(per(20)))),
        }
    }
}

/// Answers 429 with the time to wait when a bucket is empty.
pub(crate) async fn rate_limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let path = request.uri().path();
    let is_guarded = request.method() == axum::http::Method::POST && GUARDED.iter().any(|one| path.starts_with(one));
    // Now and then callers that have been quiet are forgotten, so that the buckets do not pile up.
    if limits.general.len() > CROWD {
        limits.general.retain_recent();
        limits.guarded.retain_recent();
    }
    let (parts, body) = request.into_parts();
    let credentials = Credentials::of(&parts);
    let caller = credentials.bearer.or(credentials.session).or(address.map(|ip| ip.to_string())).unwrap_or_default();
    let mut refused = limits.general.check_key(&caller).err();
    if let (None, true, Some(ip)) = (&refused, is_guarded, address) {
        refused = limits.guarded.check_key(&ip).err();
    }
    match refused {
        Some(until) => {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Error::exhausted("Too many requests. Please wait a moment.").retry_after(wait).into_response()
        }
        None => next.run(Request::from_parts(parts, body)).await,
    }
}
