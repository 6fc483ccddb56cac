//! What kinds of mail there are, and what one consists of.

use kernel::map::{Purpose, purpose};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

kernel::id!(
    /// A mail.
    MailId, "mal");

/// The kinds of mail. Each has a text in `templates/<key>.txt`, whose first line is the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Prove your address. `link`.
    VerifyEmail,
    /// Somebody tried to sign up with your address. `link`: sign-in.
    SignUpRepeated,
    /// Choose a new password. `link`.
    PasswordReset,
    /// Your password was changed. `link`: password reset.
    PasswordChanged,
    /// A new invoice. `number`, `total`, `link`.
    InvoiceIssued,
    /// A payment arrived. `total`, `link`.
    PaymentReceived,
    /// A payment did not work. `total`, `link`.
    PaymentFailed,
    /// A machine is ready. `machine`, `link`.
    MachineReady,
    /// Your export can be fetched. `link`.
    ExportReady,
    /// Your account is being erased; send it with `flush` before its key goes. `link`: the certificate.
    ErasureBegun,
}

impl Template {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::VerifyEmail,
        Self::SignUpRepeated,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::InvoiceIssued,
        Self::PaymentReceived,
        Self::PaymentFailed,
        Self::MachineReady,
        Self::ExportReady,
        Self::ErasureBegun,
    ];

    /// Its name, as stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::SignUpRepeated => "sign_up_repeated",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::InvoiceIssued => "invoice_issued",
            Self::PaymentReceived => "payment_received",
            Self::PaymentFailed => "payment_failed",
            Self::MachineReady => "machine_ready",
            Self::ExportReady => "export_ready",
            Self::ErasureBegun => "erasure_begun",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.key() == key)
    }

    /// Why it is sent.
    pub fn purpose(self) -> &'static Purpose {
        match self {
            Self::VerifyEmail | Self::SignUpRepeated | Self::PasswordReset => &purpose::ACCOUNT,
            Self::PasswordChanged => &purpose::SECURITY,
            Self::InvoiceIssued | Self::PaymentReceived | Self::PaymentFailed => &purpose::BILLING,
            Self::MachineReady => &purpose::NOTICE,
            Self::ExportReady | Self::ErasureBegun => &purpose::RIGHTS,
        }
    }

    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::VerifyEmail => include_str!("../../templates/verify_email.txt"),
            Self::SignUpRepeated => include_str!("../../templates/sign_up_repeated.txt"),
            Self::PasswordReset => include_str!("../../templates/password_reset.txt"),
            Self::PasswordChanged => include_str!("../../templates/password_changed.txt"),
            Self::InvoiceIssued => include_str!("../../templates/invoice_issued.txt"),
            Self::PaymentReceived => include_str!("../../templates/payment_received.txt"),
            Self::PaymentFailed => include_str!("../../templates/payment_failed.txt"),
            Self::MachineReady => include_str!("../../templates/machine_ready.txt"),
            Self::ExportReady => include_str!("../../templates/export_ready.txt"),
            Self::ErasureBegun => include_str!("../../templates/erasure_begun.txt"),
        }
    }
}

/// To whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The address.
    pub email: String,
    /// The person's name.
    pub name: String,
}

/// What it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

kernel::field!(
    /// To whom a mail goes.
    pub Recipient: Address = "notifications.mail.recipient");
kernel::field!(
    /// What a mail says.
    pub Body: Content = "notifications.mail.content");

/// A mail, opened.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// Whose it is.
    pub person: PersonId,
    /// Its kind.
    pub template: Template,
    /// To whom.
    pub to: Address,
    /// What it says.
    pub content: Content,
    /// When it was queued; its `Date` header, so that every try is the same message.
    pub queued_at: Timestamp,
}

/// Why a try did not work; a fixed list, because servers repeat addresses in their words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The server did not answer, broke off or asked to come back later.
    Later,
    /// The server will never take it.
    Never,
}

impl Refusal {
    /// As stored.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Later => "the mail server did not take it yet",
            Self::Never => "the mail server refused it for good",
        }
    }
}
