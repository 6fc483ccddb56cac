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
        self.cause = Some(cause.into());
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
        let runtime = match &error {
            DbErr::ConnectionAcquire(_) => return Self::unavailable("The database does not answer. Please try again in a few seconds.").caused_by(error),
            DbErr::Conn(inner) | DbErr::Exec(inner) | DbErr::Query(inner) => inner,
            _ => return Self::internal("database").caused_by(error),
        };
        match runtime {
            RuntimeErr::SqlxError(inner) if is_outage(inner) => {
                Self::unavailable("The database does not answer. Please try again in a few seconds.").caused_by(error)
            }
            _ => Self::internal("database").caused_by(error),
        }
    }
}

/// True when the statement failed because the database is away, full or busy, not because it is wrong.
fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Tls(_) => true,
        // PostgreSQL class 08 (connection), 53 (resources), 57P (shutdown), 40 (rollback);
        // SQLite 5 (busy), 6 (locked), 10 (I/O), 13 (full).
        sqlx::Error::Database(inner) => inner.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57P")
                || code == "40001"
                || code == "40P01"
                || matches!(code.as_ref(), "5" | "6" | "10" | "13" | "266" | "517" | "778")
        }),
        _ => false,
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
    fn every_wrong_field_is_named() {
        let error = Checks::new().that(false, "a", "x").that(true, "b", "y").that(false, "c", "z").done().unwrap_err();
        let names: Vec<_> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(names, ["a", "c"]);
    }
}
