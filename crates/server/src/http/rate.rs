//! Rate limits per caller: by credential where there is one, else by address; stricter where
//! passwords and mails are at stake.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use kernel::Error;
use kernel::cx::RequestInfo;
use kernel::http::Credentials;

use crate::config;

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
    /// As configured.
    pub(crate) fn new(limits: config::Limits) -> Self {
        Self {
            general: Arc::new(RateLimiter::keyed(Quota::per_second(limits.per_second).allow_burst(limits.burst))),
            guarded: Arc::new(RateLimiter::keyed(Quota::per_minute(limits.guarded_per_minute).allow_burst(limits.guarded_burst))),
        }
    }
}

/// Answers 429 with the time to wait when a bucket is empty.
pub(crate) async fn rate_limit(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let address = request.extensions().get::<RequestInfo>().and_then(|info| info.ip);
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
