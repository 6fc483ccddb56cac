//! What a command ends with: nothing, or a message for the person at the shell.

use std::fmt;

/// The result of a command.
pub type Outcome<T = ()> = Result<T, Failure>;

/// Why it failed, in words.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            next = cause.source();
        }
        Self(text)
    }
}

/// A failure with this text.
pub fn fail<T>(text: impl Into<String>) -> Outcome<T> {
    Err(Failure(text.into()))
}

/// Says on standard error why something failed.
#[expect(clippy::print_stderr, reason = "the program's complaint")]
pub fn complain(text: impl fmt::Display) {
    eprintln!("fairhold: {text}");
}
