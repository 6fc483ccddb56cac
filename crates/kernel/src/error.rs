//! The one error type: what went wrong in the caller's words, and the cause for the log.
//! HTTP statuses appear only in `http::problem`, where an error becomes a response.

use std::fmt;
use std::time::Duration;

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it is; decides how a caller should react.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The thing does not exist, or its existence is none of the caller's business.
    NotFound,
    /// The input is wrong; the fields say where.
    Invalid,
    /// The input is fine but the present state forbids it.
    Conflict,
    /// Nobody is signed in, or the credential is not valid any more.
    Unauthenticated,
    /// The caller is known but may not do this.
    Denied,
    /// The person whose data it is has had its use restricted (GDPR Art. 18).
    Restricted,
    /// A limit, quota or rate is used up.
    Exhausted,
    /// Something we depend on does not answer; trying again later can help.
    Unavailable,
    /// A fault of ours.
    Internal,
}

/// What is wrong with one field of the input.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name in the request, dotted when nested.
    pub field: String,
    /// What to do about it, in words for the person who typed it.
    pub message: String,
}

/// A failure with a public message; the cause is for logs only.
pub struct Error {
    kind: Kind,
    message: String,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    fn of(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fields: Vec::new(), retry_after: None, cause: None }
    }

    /// `what` is a noun such as "machine".
    pub fn not_found(what: &str) -> Self {
        Self::of(Kind::NotFound, format!("This {what} does not exist, or you may not see it."))
    }

    /// One wrong field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::of(Kind::Invalid, message.clone());
        error.fields.push(FieldError { field: field.to_owned(), message });
        error
    }

    /// Several wrong fields at once; see [`Checks`].
    pub fn invalid_fields(fields: Vec<FieldError>) -> Self {
        let mut error = Self::of(Kind::Invalid, "Some fields need your attention.");
        error.fields = fields;
        error
    }

    /// The state forbids it; say which state and what helps.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::of(Kind::Conflict, message)
    }

    /// A conflict that belongs to one field, for example a name that is taken.
    pub fn conflict_at(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut error = Self::of(Kind::Conflict, message.clone());
        error.fields.push(FieldError { field: field.to_owned(), message });
        error
    }

    /// Nobody is signed in.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::of(Kind::Unauthenticated, message)
    }

    /// Known, but not allowed.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::of(Kind::Denied, message)
    }

    /// The use of somebody's data is restricted at their request.
    pub fn restricted() -> Self {
        Self::of(Kind::Restricted, "The use of this data is restricted at the person's request. It is kept, and used for nothing else.")
    }

    /// A limit is reached.
    pub fn exhausted(message: impl Into<String>) -> Self {
        Self::of(Kind::Exhausted, message)
    }

    /// A dependency does not answer.
    pub fn unavailable(message: impl Into<String>) -> Self {
        let mut error = Self::of(Kind::Unavailable, message);
        error.retry_after = Some(Duration::from_secs(5));
        error
    }

    /// A fault of ours; `detail` goes to the log, never to the caller.
    pub fn internal(detail: impl Into<String>) -> Self {
        let mut error = Self::of(Kind::Internal, "Something went wrong on our side. Nothing was lost; please try again.");
        error.cause = Some(detail.into().into());
        error
    }

    /// Attaches the cause for the log.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let cause = cause.into();
        self.cause = Some(match self.cause.take() {
            None => cause,
            // The detail of an internal error stays in front of what caused it.
            Some(detail) => Box::new(Because { detail: detail.to_string(), cause }),
        });
        self
    }

    /// Tells the caller when to come back.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The wrong fields, if any.
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// How long to wait before trying again, if that helps.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after
    }

    /// True when trying again unchanged can succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self.kind, Kind::Unavailable | Kind::Internal)
    }

    /// The whole chain of causes, for logs.
    pub fn chain(&self) -> String {
        let mut text = format!("{:?}: {}", self.kind, self.message);
        let mut next: Option<&(dyn std::error::Error + 'static)> = self.cause.as_deref().map(|cause| cause as _);
        while let Some(cause) = next {
            text.push_str(": ");
            text.push_str(&cause.to_string());
            next = cause.source();
        }
        text
    }
}

/// A detail for the log with what caused it.
#[derive(Debug)]
struct Because {
    detail: String,
    cause: Box<dyn std::error::Error + Send + Sync>,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Because {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.cause.as_ref())
    }
}

/// `Display` is the public message; the causes stay out of it.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chain())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        use sea_orm::{DbErr, RuntimeErr, SqlErr};
        if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) {
            return Self::conflict("This exists already.").caused_by(error);
        }
        let inner = match &error {
            DbErr::ConnectionAcquire(_) => return Self::unavailable(AWAY).caused_by(error),
            DbErr::Conn(RuntimeErr::SqlxError(inner)) | DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
            _ => return Self::internal("database").caused_by(error),
        };
        match outage(inner) {
            Some(Outage::Full) => Self::unavailable(FULL).caused_by(error),
            Some(Outage::Away) => Self::unavailable(AWAY).caused_by(error),
            None => Self::internal("database").caused_by(error),
        }
    }
}

const AWAY: &str = "The database does not answer. Please try again in a few seconds.";
const FULL: &str = "There is no room left to store anything new. Nothing was lost; please try again later.";

/// Why a statement failed that is not wrong itself.
enum Outage {
    /// The database does not answer, or not now.
    Away,
    /// Its disk is full.
    Full,
}

fn outage(error: &sqlx::Error) -> Option<Outage> {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => Some(Outage::Away),
        sqlx::Error::Database(inner) => {
            let code = inner.code()?;
            // PostgreSQL: 53100 is a full disk; classes 08 (connection), 53 (resources), 57P (shutdown), 40 (rollback).
            if code == "53100" {
                return Some(Outage::Full);
            }
            if ["08", "53", "57P", "40001", "40P01"].iter().any(|class| code.starts_with(class)) && code.len() == 5 {
                return Some(Outage::Away);
            }
            // SQLite's extended codes hold the primary one in their low byte: 13 (full), 5 (busy), 6 (locked), 10 (I/O).
            match code.parse::<u32>().ok().filter(|_| code.len() < 5).map(|code| code & 0xff) {
                Some(13) => Some(Outage::Full),
                Some(5 | 6 | 10) => Some(Outage::Away),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Collects what is wrong with an input, so that the person sees all of it at once.
#[derive(Debug, Default)]
pub struct Checks(Vec<FieldError>);

impl Checks {
    /// Nothing is wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes `message` at `field` unless `holds`.
    pub fn that(&mut self, holds: bool, field: &str, message: &str) -> &mut Self {
        if !holds {
            self.0.push(FieldError { field: field.to_owned(), message: message.to_owned() });
        }
        self
    }

    /// Notes the error of a check that gives one.
    pub fn also(&mut self, outcome: Result<()>) -> &mut Self {
        if let Err(error) = outcome {
            self.0.extend(error.fields);
        }
        self
    }

    /// All checks at once.
    ///
    /// # Errors
    /// `Invalid` with every field that was noted.
    pub fn done(&mut self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::invalid_fields(std::mem::take(&mut self.0))) }
    }
}

/// Swallows an error on purpose, with the reason written down.
pub trait Ignore {
    /// Logs the error at debug level and goes on.
    fn ignore_because(self, reason: &'static str);
}

impl<T, E: fmt::Debug> Ignore for std::result::Result<T, E> {
    fn ignore_because(self, reason: &'static str) {
        if let Err(error) = self {
            tracing::debug!(?error, reason, "ignored");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_message_hides_the_cause() {
        let error = Error::internal("password=hunter2");
        assert!(!error.to_string().contains("hunter2"));
        assert!(error.chain().contains("hunter2"));
    }

    #[test]
    fn the_log_has_the_detail_and_its_cause() {
        let error = Error::internal("the key does not open").caused_by(std::io::Error::other("no such file"));
        assert!(error.chain().contains("the key does not open: no such file"), "{}", error.chain());
    }

    #[test]
    fn every_wrong_field_is_named() {
        let error = Checks::new().that(false, "a", "x").that(true, "b", "y").that(false, "c", "z").done().unwrap_err();
        let names: Vec<_> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
