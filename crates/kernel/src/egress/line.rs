//! A standing line to a system of the operator's own that is asked all day, such as a hypervisor
//! cluster: opened once and noted once. Calls that carry values of the map are noted one by one.

use std::time::Duration;

use sea_orm::{EntityTrait, Set};

use super::trust::{self, Fingerprint, Trust};
use super::{ANSWER, CONNECT, Disclosure, check, entity};
use crate::cx::{Cx, WeakCx};
use crate::error::{Error, Result};
use crate::map::Purpose;
use crate::seal::KeyOwner;

/// One way to reach the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Host name or address, an IPv6 address in brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whose certificate is accepted there.
    pub trust: Trust,
}

/// What the line is for.
#[derive(Debug, Clone)]
pub struct Standing<'a> {
    /// Key of a registered recipient.
    pub recipient: &'a str,
    /// Why.
    pub purpose: &'static Purpose,
    /// The ways to it, the first one preferred.
    pub endpoints: Vec<Endpoint>,
}

/// An open line. It speaks HTTP/1.1 over TLS only, so that reason phrases and upgrades stay possible.
pub struct Line {
    cx: WeakCx,
    recipient: String,
    purpose: &'static Purpose,
    ends: Vec<End>,
}

struct End {
    endpoint: Endpoint,
    http: reqwest::Client,
}

impl Line {
    /// Checks `what` against the map and notes each host in the disclosure log, with no entries yet.
    pub(super) async fn open(cx: &Cx, what: Standing<'_>) -> Result<Self> {
        let mut ends = Vec::new();
        for endpoint in what.endpoints {
            ends.push(End { http: client(endpoint.trust)?, endpoint });
        }
        let line = Self { cx: cx.downgrade(), recipient: what.recipient.to_owned(), purpose: what.purpose, ends };
        line.note(&[], None).await?;
        Ok(line)
    }

    /// How many ways there are.
    pub fn ways(&self) -> usize {
        self.ends.len()
    }

    /// The way with the number `way`, counted from zero.
    pub fn endpoint(&self, way: usize) -> Option<&Endpoint> {
        self.ends.get(way).map(|end| &end.endpoint)
    }

    /// A request by the way `way`; `path` begins with a slash and may have a query.
    ///
    /// # Errors
    /// `Internal` when there is no such way, or the path is malformed.
    pub fn request(&self, way: usize, method: reqwest::Method, path: &str) -> Result<reqwest::RequestBuilder> {
        let end = self.ends.get(way).ok_or_else(|| Error::internal("there is no such way"))?;
        let base = format!("https://{}:{}", end.endpoint.host, end.endpoint.port);
        let url: reqwest::Url = format!("{base}{path}").parse().map_err(|_| Error::internal("an outgoing address is malformed"))?;
        // A path such as "@elsewhere/" would make a user name of what stands before it.
        let stays = path.starts_with('/') && format!("{}/", url.origin().ascii_serialization()).eq_ignore_ascii_case(&origin(&base));
        if stays { Ok(end.http.request(method, url)) } else { Err(Error::denied("This may not leave the installation: the address leads to another host.")) }
    }

    /// Notes in the disclosure log that values of `entries` are about to leave by this line.
    ///
    /// # Errors
    /// `Denied` when the recipient may not have them, `Unavailable` when the installation is shutting down.
    pub async fn note(&self, entries: &[&'static str], about: Option<KeyOwner>) -> Result<()> {
        let cx = self.cx.upgrade().ok_or_else(|| Error::unavailable("The installation is shutting down."))?;
        let mut rows = Vec::new();
        for end in &self.ends {
            let what = Disclosure { recipient: &self.recipient, purpose: self.purpose, host: &end.endpoint.host, entries, about };
            check(&cx, &what)?;
            rows.push(entity::ActiveModel {
                id: Set(cx.new_uuid()),
                recipient: Set(self.recipient.clone()),
                purpose: Set(self.purpose.key.to_owned()),
                host: Set(end.endpoint.host.clone()),
                entries: Set(entries.join(" ")),
                owner_kind: Set(about.map(|owner| owner.kind().to_owned())),
                owner_id: Set(about.map(KeyOwner::uuid)),
                at: Set(cx.now().0),
            });
        }
        cx.write(async |tx| {
            entity::Entity::insert_many(rows.clone()).exec_without_returning(tx.db()).await?;
            Ok(())
        })
        .await
    }
}

/// The origin in the form in which URLs show theirs: without the port that is the scheme's own.
fn origin(base: &str) -> String {
    let shown = base.parse::<reqwest::Url>().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    format!("{shown}/")
}

fn client(trust: Trust) -> Result<reqwest::Client> {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .https_only(true)
        .pool_idle_timeout(Duration::from_secs(20))
        .user_agent("Fairhold");
    let builder = match trust {
        Trust::Public => builder,
        Trust::Pinned(known) => builder.tls_backend_preconfigured(trust::pinned(known)?),
    };
    builder.build().map_err(|error| Error::internal("the HTTP client cannot be made").caused_by(error))
}

/// The words after the status code of an HTTP/1.1 answer, which some systems use for their only explanation.
pub fn reason_phrase(response: &reqwest::Response) -> String {
    let custom = response.extensions().get::<hyper::ext::ReasonPhrase>();
    let custom = custom.map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned());
    custom.unwrap_or_else(|| response.status().canonical_reason().unwrap_or_default().to_owned())
}

/// The certificate that `host` presents, for a person to compare. Nothing is sent but a request for `/` without credentials.
pub(super) async fn presented(host: &str, port: u16) -> Result<Fingerprint> {
    let away = |error: reqwest::Error| Error::unavailable(format!("{host} does not answer on port {port}.")).caused_by(error);
    let looking = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .http1_only()
        .tls_info(true)
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(|error| Error::internal("the HTTP client cannot be made").caused_by(error))?;
    let answer = looking.head(format!("https://{host}:{port}/")).send().await.map_err(away)?;
    let certificate = answer.extensions().get::<reqwest::tls::TlsInfo>().and_then(|tls| tls.peer_certificate());
    certificate.map(Fingerprint::of).ok_or_else(|| Error::unavailable(format!("{host} presents no certificate.")))
}
