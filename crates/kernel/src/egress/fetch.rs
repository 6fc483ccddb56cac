//! Fetching a file from an address that a person named: https only, public hosts only, redirections followed by hand so that each
//! host is checked and noted, and a broken transfer goes on where it stopped.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, CONTENT_RANGE, ETAG, IF_RANGE, LAST_MODIFIED, LOCATION, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::reach::{Guarded, NotPublic, Reach};
use super::{CONNECT, DISCLOSURE_HEADER, Disclosure, Egress, PURPOSE_HEADER};
use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::map::Purpose;

/// How many times a publisher may point elsewhere.
const REDIRECTIONS: usize = 5;
/// How long a publisher may be silent in the middle of a file.
const SILENCE: Duration = Duration::from_secs(60);

/// What shall be fetched.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// Key of a registered recipient: publishers learn that we ask, and nothing else.
    pub recipient: &'a str,
    /// Why.
    pub purpose: &'static Purpose,
    /// Where it is.
    pub url: &'a str,
    /// How many bytes of it are here already.
    pub have: u64,
    /// What [`Fetched::validator`] said when those came; without it they are fetched again.
    pub validator: Option<&'a str>,
}

/// A file on its way in.
pub struct Fetched {
    response: Response,
    /// The place of the first byte that comes: what was here already, or zero when the publisher begins anew.
    pub from: u64,
    /// How long the whole file is, where the publisher tells.
    pub total: Option<u64>,
    /// What tells this version of the file from another, where the publisher tells.
    pub validator: Option<String>,
}

impl Fetched {
    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// `Unavailable` when the line breaks or the publisher falls silent.
    pub async fn next(&mut self) -> Result<Option<impl AsRef<[u8]> + Send + use<>>> {
        self.response.chunk().await.map_err(|error| Error::unavailable("The publisher broke off in the middle of the file.").caused_by(error))
    }
}

impl Egress {
    /// Asks for the file, or for the rest of it.
    ///
    /// # Errors
    /// `Invalid` at `url` for an address that is no https or not public, redirections included; `Conflict` when the publisher does not have the
    /// file; `Unavailable` when it does not answer; `Denied` when the recipient is not registered.
    pub async fn fetch(&self, cx: &Cx, reach: &Arc<Reach>, wanted: &Wanted<'_>) -> Result<Fetched> {
        let client = client(reach)?;
        let mut url = address(wanted.url)?;
        let resumed = wanted.validator.filter(|_| wanted.have > 0);
        for _ in 0..=REDIRECTIONS {
            reach.check_host(&url).map_err(inside)?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let what = Disclosure { recipient: wanted.recipient, purpose: wanted.purpose, host: &host, entries: &[], about: None };
            let passage = self.open(cx, what).await?;
            let mut request = client.get(url.clone()).header(ACCEPT_ENCODING, "identity");
            request = request.header(PURPOSE_HEADER, wanted.purpose.key).header(DISCLOSURE_HEADER, passage.disclosure.to_string());
            if let Some(validator) = resumed {
                request = request.header(RANGE, format!("bytes={}-", wanted.have)).header(IF_RANGE, validator);
            }
            let response = request.send().await.map_err(|error| away(&host, error))?;
            match response.status() {
                status if status.is_redirection() => {
                    let next = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                    let next = next.and_then(|next| url.join(next).ok());
                    url = address(next.ok_or_else(|| refused(&host, status))?.as_str())?;
                }
                StatusCode::OK | StatusCode::PARTIAL_CONTENT => return opened(response, wanted.have),
                status if status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT) => {
                    return Err(Error::unavailable(format!("{host} answers with {status} now.")));
                }
                status => return Err(refused(&host, status)),
            }
        }
        Err(Error::conflict(format!("The publisher points elsewhere more than {REDIRECTIONS} times.")))
    }
}

fn opened(response: Response, have: u64) -> Result<Fetched> {
    let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    // A weak tag does not promise the same bytes (RFC 9110 §8.8.1).
    let validator = header(ETAG).filter(|tag| !tag.starts_with("W/")).or_else(|| header(LAST_MODIFIED));
    if response.status() == StatusCode::OK {
        return Ok(Fetched { from: 0, total: response.content_length(), validator, response });
    }
    // `bytes 100-199/200` (RFC 9110 §14.4)
    let range = header(CONTENT_RANGE).unwrap_or_default();
    let parts = range.strip_prefix("bytes ").and_then(|range| range.split_once('/'));
    let from = parts.and_then(|(span, _)| span.split_once('-')).and_then(|(from, _)| from.parse::<u64>().ok());
    if from != Some(have) {
        return Err(Error::conflict("The publisher answers with another part of the file than was asked for."));
    }
    Ok(Fetched { from: have, total: parts.and_then(|(_, total)| total.parse().ok()), validator, response })
}

/// An address that a person typed, or that a publisher points to.
fn address(text: &str) -> Result<Url> {
    let url: Url = text.parse().map_err(|_| Error::invalid("url", "this is no address; it begins with https://"))?;
    if url.scheme() != "https" || url.host_str().is_none() {
        return Err(Error::invalid("url", "files are fetched over https only"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("url", "leave name and password out of the address"));
    }
    Ok(url)
}

fn client(reach: &Arc<Reach>) -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(reqwest::redirect::Policy::none())
        .https_only(true)
        // A proxy would look names up by itself, past the guard.
        .no_proxy()
        .dns_resolver(Guarded(reach.clone()))
        .tls_certs_merge(reach.authorities())
        .user_agent("Fairhold")
        .build()
        .map_err(|error| Error::internal("the HTTP client cannot be made").caused_by(error))
}

fn inside(error: NotPublic) -> Error {
    Error::invalid("url", format!("{error}, so nothing is fetched from there")).caused_by(error)
}

fn refused(host: &str, status: StatusCode) -> Error {
    Error::conflict(format!("{host} answers with {status}, so there is nothing to fetch. Check the address."))
}

/// A refusal of our own is final; everything else may pass.
fn away(host: &str, error: reqwest::Error) -> Error {
    let mut cause = error.source();
    while let Some(one) = cause {
        if let Some(special) = one.downcast_ref::<NotPublic>() {
            return Error::invalid("url", format!("{special}, so nothing is fetched from there"));
        }
        cause = one.source();
    }
    Error::unavailable(format!("{host} does not answer.")).caused_by(error)
}

/// Whether anything could ever be fetched from this address; for telling people early. Names are not looked up.
///
/// # Errors
/// As [`Egress::fetch`] at `url`.
pub fn check_address(reach: &Reach, text: &str) -> Result<()> {
    let url = address(text)?;
    reach.check_host(&url).map_err(inside)
}
