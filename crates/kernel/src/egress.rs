//! The way out. Whatever leaves the program leaves for a registered recipient and purpose, with a
//! list of map entries that the recipient may have, and is written to the disclosure log first.
//! No domain or driver builds a client of its own.

mod fetch;
mod line;
mod reach;
mod trust;

pub use fetch::{Fetched, Wanted, check_address};
pub use line::{Endpoint, Line, Standing, reason_phrase};
pub use reach::Reach;
pub use trust::{CertificateChanged, Fingerprint, Trust, changed_certificate};

use std::time::Duration;

use sea_orm::{EntityTrait, Set};
use tokio::net::TcpStream;
use uuid::Uuid;

use crate::cx::Cx;
use crate::error::{Error, Result};
use crate::map::Purpose;
use crate::seal::KeyOwner;

/// The table `kernel_disclosure`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_disclosure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub recipient: String,
        pub purpose: String,
        pub host: String,
        pub entries: String,
        pub owner_kind: Option<String>,
        pub owner_id: Option<Uuid>,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What is about to leave.
#[derive(Debug, Clone)]
pub struct Disclosure<'a> {
    /// Key of a registered recipient.
    pub recipient: &'a str,
    /// Why.
    pub purpose: &'static Purpose,
    /// Where to, as configured by the operator.
    pub host: &'a str,
    /// Map entries whose values are in the message.
    pub entries: &'a [&'static str],
    /// Whom they are about.
    pub about: Option<KeyOwner>,
}

/// The shared client and the checks before it.
#[derive(Default)]
pub struct Egress {
    http: std::sync::OnceLock<reqwest::Client>,
}

/// Leave to send one message to one host.
pub struct Passage {
    host: String,
    http: reqwest::Client,
    disclosure: Uuid,
    purpose: &'static Purpose,
}

/// The header that tells a recipient why it receives something.
pub const PURPOSE_HEADER: &str = "x-purpose";
/// The header that names the line of our disclosure log, so that both sides can find it.
pub const DISCLOSURE_HEADER: &str = "x-disclosure-id";

const CONNECT: Duration = Duration::from_secs(10);
const ANSWER: Duration = Duration::from_secs(30);

impl Egress {
    /// Checks `what` against the map and notes it in the disclosure log.
    ///
    /// # Errors
    /// `Denied` when the recipient is not registered, or not for this purpose or these entries.
    pub async fn open(&self, cx: &Cx, what: Disclosure<'_>) -> Result<Passage> {
        check(cx, &what)?;
        let disclosure = cx.new_uuid();
        let row = entity::ActiveModel {
            id: Set(disclosure),
            recipient: Set(what.recipient.to_owned()),
            purpose: Set(what.purpose.key.to_owned()),
            host: Set(what.host.to_owned()),
            entries: Set(what.entries.join(" ")),
            owner_kind: Set(what.about.map(|owner| owner.kind().to_owned())),
            owner_id: Set(what.about.map(KeyOwner::uuid)),
            at: Set(cx.now().0),
        };
        cx.write(async |tx| {
            entity::Entity::insert(row.clone()).exec_without_returning(tx.db()).await?;
            Ok(())
        })
        .await?;
        let http = match self.http.get() {
            Some(client) => client.clone(),
            None => {
                let client = reqwest::Client::builder()
                    .connect_timeout(CONNECT)
                    .timeout(ANSWER)
                    .redirect(reqwest::redirect::Policy::none())
                    .user_agent("Fairhold")
                    .build()
                    .map_err(|error| Error::internal("the HTTP client cannot be made").caused_by(error))?;
                self.http.get_or_init(|| client).clone()
            }
        };
        Ok(Passage { host: what.host.to_owned(), http, disclosure, purpose: what.purpose })
    }

    /// Opens a standing line to a system of the operator's own.
    ///
    /// # Errors
    /// `Denied` when the recipient is not registered, or not for this purpose.
    pub async fn line(&self, cx: &Cx, what: Standing<'_>) -> Result<Line> {
        Line::open(cx, what).await
    }

    /// The fingerprint of the certificate that `host` presents, for a person to compare before it is trusted.
    ///
    /// # Errors
    /// `Unavailable` when nothing answers there with TLS.
    pub async fn presented_certificate(&self, host: &str, port: u16) -> Result<Fingerprint> {
        line::presented(host, port).await
    }
}

fn check(cx: &Cx, what: &Disclosure<'_>) -> Result<()> {
    let refuse = |why: String| {
        tracing::warn!(recipient = what.recipient, purpose = what.purpose.key, why, "egress refused");
        Err(Error::denied("This may not leave the installation: it is not registered in the data map.").caused_by(why))
    };
    let Some(recipient) = cx.map().recipients.get(what.recipient) else {
        return refuse(format!("{} is not a registered recipient", what.recipient));
    };
    if !recipient.purposes.iter().any(|purpose| purpose.key == what.purpose.key) {
        return refuse(format!("{} is not registered for {}", what.recipient, what.purpose.key));
    }
    if let Some(hosts) = cx.map().hosts.get(what.recipient)
        && !hosts.iter().any(|host| host == what.host)
    {
        return refuse(format!("{} is not where {} is configured", what.host, what.recipient));
    }
    match what.entries.iter().find(|entry| !recipient.entries.contains(entry)) {
        Some(entry) => refuse(format!("{} may not receive {entry}", what.recipient)),
        None => Ok(()),
    }
}

impl Passage {
    /// A request to the host of this passage, which says why it is made and under which line of the disclosure log.
    ///
    /// # Errors
    /// `Denied` when the address leads to another host.
    pub fn request(&self, method: reqwest::Method, url: &str) -> Result<reqwest::RequestBuilder> {
        let url: reqwest::Url = url.parse().map_err(|_| Error::internal("an outgoing address is malformed"))?;
        if url.host_str() != Some(self.host.as_str()) {
            return Err(Error::denied("This may not leave the installation: the address leads to another host."));
        }
        let request = self.http.request(method, url);
        Ok(request.header(PURPOSE_HEADER, self.purpose.key).header(DISCLOSURE_HEADER, self.disclosure.to_string()))
    }

    /// A plain connection to `port` of the host, for SMTP and the like.
    ///
    /// # Errors
    /// `Unavailable` when it does not answer in ten seconds.
    pub async fn connect(&self, port: u16) -> Result<TcpStream> {
        let away = || Error::unavailable(format!("{} does not answer.", self.host));
        tokio::time::timeout(CONNECT, TcpStream::connect((self.host.as_str(), port)))
            .await
            .map_err(|error| away().caused_by(error))?
            .map_err(|error| away().caused_by(error))
    }
}
