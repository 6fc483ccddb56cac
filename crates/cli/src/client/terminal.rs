//! The terminal itself: asking for secrets without echo, and raw mode for consoles.
//! Both go through `stty`, which every Unix has, instead of a dependency with unsafe code of ours.

use std::io::{IsTerminal, Write};
use std::process::{Command, Stdio};

use crate::outcome::{Outcome, fail};

fn stty(arguments: &[&str]) -> Outcome<String> {
    let output = Command::new("stty").args(arguments).stdin(Stdio::inherit()).output()?;
    if output.status.success() { Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()) } else { fail("stty failed; is this a terminal?") }
}

/// A terminal setting that is put back when this is dropped.
pub struct Restore(String);

impl Drop for Restore {
    fn drop(&mut self) {
        stty(&[&self.0]).ok();
    }
}

/// Bytes pass unchanged until the guard is dropped. `None` if standard input is no terminal.
pub fn raw() -> Outcome<Option<Restore>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let saved = stty(&["-g"])?;
    stty(&["raw", "-echo"])?;
    Ok(Some(Restore(saved)))
}

/// A secret from the environment variable `variable`, or typed without echo.
pub fn secret(prompt: &str, variable: &str) -> Outcome<String> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(value);
    }
    if !std::io::stdin().is_terminal() {
        return fail(format!("There is no terminal to ask at; set {variable}."));
    }
    let mut error = std::io::stderr();
    write!(error, "{prompt}")?;
    error.flush()?;
    let saved = Restore(stty(&["-g"])?);
    stty(&["-echo"])?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    drop(saved);
    writeln!(error)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A line from the environment variable `variable`, or typed.
pub fn line(prompt: &str, variable: &str) -> Outcome<String> {
    if let Ok(value) = std::env::var(variable) {
        return Ok(value);
    }
    if !std::io::stdin().is_terminal() {
        return fail(format!("There is no terminal to ask at; set {variable}."));
    }
    let mut error = std::io::stderr();
    write!(error, "{prompt}")?;
    error.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// A line typed to confirm something.
pub fn confirm(prompt: &str, expected: &str) -> Outcome {
    let mut error = std::io::stderr();
    write!(error, "{prompt}")?;
    error.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if line.trim() == expected { Ok(()) } else { fail("Not confirmed; nothing was done.") }
}
