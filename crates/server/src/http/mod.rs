//! The layers around every route, from outside in: request id and log, security headers, rate
//! limit, body, context with idempotency.

mod agent;
mod body;
mod client;
mod figures;
mod headers;
mod health;
mod idempotency;
mod listen;
mod rate;
mod request;

pub(crate) use body::received;
pub(crate) use client::Clients;
pub(crate) use figures::{Figures, metrics};
pub(crate) use headers::security_headers;
pub(crate) use health::{healthz, readyz};
pub(crate) use idempotency::idempotent;
pub(crate) use listen::{Peer, TlsListener};
pub(crate) use rate::{Limits, rate_limit};
pub(crate) use request::identified;

use std::path::PathBuf;
use std::sync::Arc;

use kernel::Cx;
use tokio::sync::watch;

/// What the outermost layer and the pages for supervisors know.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) cx: Cx,
    pub(crate) clients: Clients,
    pub(crate) figures: Arc<Figures>,
    /// The data folder.
    pub(crate) folder: PathBuf,
    /// True once the process was told to stop.
    pub(crate) stopping: watch::Receiver<bool>,
}
