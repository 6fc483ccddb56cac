//! Where mails go: an SMTP server, or the mailbox of a demonstration.

use std::time::{Duration, UNIX_EPOCH};

use kernel::egress::Disclosure;
use kernel::{Cx, Error, KeyOwner, Result};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls as Encryption, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use zeroize::Zeroizing;

use super::model::{Mail, Refusal};
use crate::data_map::{MAILED, SMTP};
use crate::preference;

/// Who writes, and where links lead. The server puts it in as an extension.
#[derive(Debug, Clone)]
pub struct Sender {
    /// Name of the operator, which also signs the mails.
    pub name: String,
    /// The address that mails come from.
    pub address: String,
    /// The installation's address without a slash at the end, for example `https://cloud.example`.
    pub base_url: String,
}

/// How to send. The server puts it in as an extension.
#[derive(Debug, Clone)]
pub enum Transport {
    /// Through a mail server.
    Smtp(Smtp),
    /// Not at all: mails stay here and `/demo/mailbox` shows them to everybody.
    Mailbox,
}

/// A mail server.
#[derive(Clone)]
pub struct Smtp {
    /// Its name.
    pub host: String,
    /// Its port: 587 for `StartTls`, 465 for `Wrapped`.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Who we are to it, if it asks.
    pub user: Option<String>,
    /// Our password there.
    pub password: Option<Zeroizing<String>>,
}

/// Passwords stay out of logs.
impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Smtp({}:{}, {:?})", self.host, self.port, self.tls)
    }
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: for a server on the same machine.
    Off,
    /// From the command STARTTLS on, and never without.
    StartTls,
    /// From the first byte.
    Wrapped,
}

/// The longest wait for one answer of a mail server.
const ANSWER: Duration = Duration::from_secs(30);

impl Sender {
    /// `values` with the installation's address before the `link`.
    pub(super) fn with_links(&self, values: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        let full = |key, value: &str| if key == "link" { format!("{}{value}", self.base_url) } else { value.to_owned() };
        values.iter().map(|(key, value)| (*key, full(*key, value))).collect()
    }

    /// The message, the same at every try: `Message-ID` and `Date` belong to the mail, not the try.
    /// A mail that can be left says how, in the headers that mail programs show as a button (RFC 8058).
    fn message(&self, mail: &Mail, leave: Option<&str>) -> Result<Message> {
        let failed = |error: Box<dyn std::error::Error + Send + Sync>| Error::internal("a mail cannot be written").caused_by(error);
        let mailbox = |name: &str, email: &str| -> Result<Mailbox> {
            let address = email.parse().map_err(|error: lettre::address::AddressError| failed(error.into()))?;
            Ok(Mailbox::new(Some(name.to_owned()).filter(|name| !name.is_empty()), address))
        };
        let from = mailbox(&self.name, &self.address)?;
        let domain = from.email.domain().to_owned();
        let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(mail.queued_at.0).unwrap_or(0));
        let raw = |name: &str, value: String| -> Result<HeaderValue> {
            Ok(HeaderValue::new(HeaderName::new_from_ascii(name.to_owned()).map_err(|error| failed(error.into()))?, value))
        };
        let mut builder = Message::builder()
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .date(at)
            .from(from)
            .to(mailbox(&mail.to.name, &mail.to.email)?)
            .subject(mail.content.subject.clone())
            // RFC 3834 §5: vacation notices must not answer it.
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned())?);
        if let Some(path) = leave {
            builder = builder
                .raw_header(raw("List-Unsubscribe", format!("<{}{path}>", self.base_url))?)
                .raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned())?);
        }
        builder.multipart(MultiPart::alternative_plain_html(mail.content.text.clone(), mail.content.html.clone())).map_err(|error| failed(error.into()))
    }
}

impl Smtp {
    /// Sends `mail` once; the disclosure is on record before the first byte leaves.
    ///
    /// # Errors
    /// Only what is wrong on our side; what the server says is the inner result.
    pub(super) async fn send(&self, cx: &Cx, sender: &Sender, mail: &Mail) -> Result<std::result::Result<(), Refusal>> {
        let leave = mail.template.tag().can_be_left().then(|| preference::link(cx, mail.person, mail.template.topic())).transpose()?;
        let message = sender.message(mail, leave.as_deref())?;
        let what =
            Disclosure { recipient: SMTP, purpose: mail.template.purpose(), host: &self.host, entries: MAILED, about: Some(KeyOwner::Person(mail.person)) };
        cx.egress().open(cx, what).await?;
        let transport = self.transport()?;
        Ok(match transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(Refusal::Never),
            Err(_) => Err(Refusal::Later),
        })
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
        let parameters = || TlsParameters::new(self.host.clone()).map_err(|error| Error::internal("TLS for mail cannot be set up").caused_by(error));
        let tls = match self.tls {
            Tls::Off => Encryption::None,
            Tls::StartTls => Encryption::Required(parameters()?),
            Tls::Wrapped => Encryption::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host).port(self.port).tls(tls).timeout(Some(ANSWER));
        if let (Some(user), Some(password)) = (&self.user, &self.password) {
            builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
        }
        Ok(builder.build())
    }
}
