//! What kinds of mail there are, and what one consists of.

use kernel::map::{Purpose, purpose};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::preference::Topic;

kernel::id!(
    /// A mail.
    MailId, "mal");

/// What kind of message a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Part of something that the person does or has to know; it always goes, and nobody can leave it.
    Transactional,
    /// About the service; goes unless its topic is switched off, and says how to do that.
    Notification,
    /// News and offers; goes only to those who asked for it, and says how to leave.
    Marketing,
}

impl Tag {
    /// Whether the mail must say how to get no more of its kind (RFC 2369, RFC 8058).
    pub fn can_be_left(self) -> bool {
        !matches!(self, Self::Transactional)
    }
}

/// The kinds of mail. Each has a text in `templates/<key>.txt`, whose first line is the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// Prove your address. `link`.
    VerifyEmail,
    /// Somebody tried to sign up with your address. `link`: sign-in.
    SignUpRepeated,
    /// Choose a new password. `link`.
    PasswordReset,
    /// Somebody invites you. `inviter`, `organisation`, `link`.
    Invitation,
    /// Your password was changed. `link`: password reset.
    PasswordChanged,
    /// Prove your new address. `link`.
    EmailChange,
    /// To the present address: another one was asked for. `link`: sessions and password.
    EmailChangeAsked,
    /// Your address was changed. `link`: profile.
    EmailChanged,
    /// A new invoice or credit note. `document`, `number`, `total`, `link`.
    InvoiceIssued,
    /// A payment arrived. `total`, `link`.
    PaymentReceived,
    /// A payment did not work. `total` (empty when only the method was tried), `link`.
    PaymentFailed,
    /// A machine is ready. `machine`, `link`.
    MachineReady,
    /// A machine could not be set up, or is gone from its node. `machine`, `link`.
    MachineFailed,
    /// A machine and its disk are gone. `machine`, `link`.
    MachineDeleted,
    /// A backup did not come up when it was tested. `machine`, `link`.
    BackupTestFailed,
    /// An extra disk is gone from its node. `disk`, `link`.
    DiskLost,
    /// Your export can be fetched. `link`.
    ExportReady,
    /// Your account is being erased; send it with `flush` before its key goes. `bills` (may be empty),
    /// `link`: the certificate.
    ErasureBegun,
    /// Your request has arrived. `request`, `due`, `link`.
    RequestReceived,
    /// The answer needs more time than planned. `request`, `due`, `link`.
    RequestExtended,
    /// Your request was decided. `request`, `link`.
    RequestAnswered,
    /// To staff: a request of somebody waits and its deadline is near. `request`, `due`, `link`.
    RequestDueSoon,
    /// To staff: the sweeper has stopped. `since`, `link`.
    RetentionStalled,
    /// The privacy policy changes in a way that matters. `date`, `link`: the differences.
    PolicyChanged,
}

impl Template {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::VerifyEmail,
        Self::SignUpRepeated,
        Self::PasswordReset,
        Self::Invitation,
        Self::PasswordChanged,
        Self::EmailChange,
        Self::EmailChangeAsked,
        Self::EmailChanged,
        Self::InvoiceIssued,
        Self::PaymentReceived,
        Self::PaymentFailed,
        Self::MachineReady,
        Self::MachineFailed,
        Self::MachineDeleted,
        Self::BackupTestFailed,
        Self::DiskLost,
        Self::ExportReady,
        Self::ErasureBegun,
        Self::RequestReceived,
        Self::RequestExtended,
        Self::RequestAnswered,
        Self::RequestDueSoon,
        Self::RetentionStalled,
        Self::PolicyChanged,
    ];

    /// Its name, as stored.
    pub fn key(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::SignUpRepeated => "sign_up_repeated",
            Self::PasswordReset => "password_reset",
            Self::Invitation => "invitation",
            Self::PasswordChanged => "password_changed",
            Self::EmailChange => "email_change",
            Self::EmailChangeAsked => "email_change_asked",
            Self::EmailChanged => "email_changed",
            Self::InvoiceIssued => "invoice_issued",
            Self::PaymentReceived => "payment_received",
            Self::PaymentFailed => "payment_failed",
            Self::MachineReady => "machine_ready",
            Self::MachineFailed => "machine_failed",
            Self::MachineDeleted => "machine_deleted",
            Self::BackupTestFailed => "backup_test_failed",
            Self::DiskLost => "disk_lost",
            Self::ExportReady => "export_ready",
            Self::ErasureBegun => "erasure_begun",
            Self::RequestReceived => "request_received",
            Self::RequestExtended => "request_extended",
            Self::RequestAnswered => "request_answered",
            Self::RequestDueSoon => "request_due_soon",
            Self::RetentionStalled => "retention_stalled",
            Self::PolicyChanged => "policy_changed",
        }
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|template| template.key() == key)
    }

    /// What kind of message the law and mail programs take it for. Every kind of mail has exactly
    /// one: without an arm here nothing compiles.
    pub fn tag(self) -> Tag {
        match self {
            Self::VerifyEmail | Self::SignUpRepeated | Self::PasswordReset | Self::Invitation | Self::PasswordChanged | Self::ErasureBegun => {
                Tag::Transactional
            }
            Self::EmailChange | Self::EmailChangeAsked | Self::EmailChanged => Tag::Transactional,
            // A law wants these to be said, to the person or to those who must act in time.
            Self::RequestReceived | Self::RequestExtended | Self::RequestAnswered | Self::RequestDueSoon | Self::RetentionStalled | Self::PolicyChanged => {
                Tag::Transactional
            }
            Self::InvoiceIssued | Self::PaymentReceived | Self::PaymentFailed => Tag::Notification,
            Self::MachineReady | Self::MachineFailed | Self::MachineDeleted | Self::BackupTestFailed | Self::DiskLost | Self::ExportReady => Tag::Notification,
        }
    }

    /// What it is about.
    pub fn topic(self) -> Topic {
        match self {
            Self::VerifyEmail | Self::SignUpRepeated | Self::PasswordReset | Self::PasswordChanged | Self::Invitation => Topic::Security,
            Self::EmailChange | Self::EmailChangeAsked | Self::EmailChanged => Topic::Security,
            Self::InvoiceIssued | Self::PaymentReceived | Self::PaymentFailed => Topic::Billing,
            Self::MachineReady | Self::MachineFailed | Self::MachineDeleted | Self::BackupTestFailed | Self::DiskLost => Topic::Machines,
            Self::ExportReady | Self::ErasureBegun | Self::RequestReceived | Self::RequestExtended | Self::RequestAnswered => Topic::Privacy,
            Self::RequestDueSoon | Self::RetentionStalled | Self::PolicyChanged => Topic::Privacy,
        }
    }

    /// Whether the console shows it too. A link that is a secret belongs into the mail alone, and
    /// who is being erased has no console any more.
    pub fn is_shown(self) -> bool {
        !matches!(self, Self::VerifyEmail | Self::SignUpRepeated | Self::PasswordReset | Self::Invitation | Self::EmailChange | Self::ErasureBegun)
    }

    /// Why it is sent.
    pub fn purpose(self) -> &'static Purpose {
        match self {
            Self::VerifyEmail | Self::SignUpRepeated | Self::Invitation => &purpose::ACCOUNT,
            Self::PasswordChanged => &purpose::SECURITY,
            Self::InvoiceIssued | Self::PaymentReceived | Self::PaymentFailed => &purpose::BILLING,
            Self::MachineReady | Self::MachineFailed | Self::MachineDeleted | Self::BackupTestFailed | Self::DiskLost => &purpose::NOTICE,
            Self::RequestDueSoon | Self::RetentionStalled => &purpose::NOTICE,
            // The way back in is the person's own access, also while all other use is restricted.
            Self::PasswordReset => &purpose::RIGHTS,
            // So is putting right what we hold (GDPR Art. 16).
            Self::EmailChange | Self::EmailChangeAsked | Self::EmailChanged => &purpose::RIGHTS,
            Self::ExportReady | Self::ErasureBegun | Self::PolicyChanged | Self::RequestReceived | Self::RequestExtended | Self::RequestAnswered => {
                &purpose::RIGHTS
            }
        }
    }

    pub(crate) fn source(self) -> &'static str {
        match self {
            Self::VerifyEmail => include_str!("../../templates/verify_email.txt"),
            Self::SignUpRepeated => include_str!("../../templates/sign_up_repeated.txt"),
            Self::PasswordReset => include_str!("../../templates/password_reset.txt"),
            Self::Invitation => include_str!("../../templates/invitation.txt"),
            Self::PasswordChanged => include_str!("../../templates/password_changed.txt"),
            Self::EmailChange => include_str!("../../templates/email_change.txt"),
            Self::EmailChangeAsked => include_str!("../../templates/email_change_asked.txt"),
            Self::EmailChanged => include_str!("../../templates/email_changed.txt"),
            Self::InvoiceIssued => include_str!("../../templates/invoice_issued.txt"),
            Self::PaymentReceived => include_str!("../../templates/payment_received.txt"),
            Self::PaymentFailed => include_str!("../../templates/payment_failed.txt"),
            Self::MachineReady => include_str!("../../templates/machine_ready.txt"),
            Self::MachineFailed => include_str!("../../templates/machine_failed.txt"),
            Self::BackupTestFailed => include_str!("../../templates/backup_test_failed.txt"),
            Self::DiskLost => include_str!("../../templates/disk_lost.txt"),
            Self::MachineDeleted => include_str!("../../templates/machine_deleted.txt"),
            Self::ExportReady => include_str!("../../templates/export_ready.txt"),
            Self::ErasureBegun => include_str!("../../templates/erasure_begun.txt"),
            Self::RequestReceived => include_str!("../../templates/request_received.txt"),
            Self::RequestExtended => include_str!("../../templates/request_extended.txt"),
            Self::RequestAnswered => include_str!("../../templates/request_answered.txt"),
            Self::RequestDueSoon => include_str!("../../templates/request_due_soon.txt"),
            Self::RetentionStalled => include_str!("../../templates/retention_stalled.txt"),
            Self::PolicyChanged => include_str!("../../templates/policy_changed.txt"),
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
