//! The layers around every route, from outside in: request id and log, security headers, rate
//! limit, context with idempotency.

mod headers;
mod idempotency;
mod rate;
mod request;

pub(crate) use headers::security_headers;
pub(crate) use idempotency::idempotent;
pub(crate) use rate::{Limits, rate_limit};
pub(crate) use request::identified;
