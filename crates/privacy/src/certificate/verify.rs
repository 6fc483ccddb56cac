//! Checks a certificate with nothing but its own text: for the person who keeps it.

use audit::proof::Verified;
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Document, KIND};

/// What a good certificate shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The document.
    pub document: Document,
    /// The log's name.
    pub origin: String,
    /// Leaves in the signed tree.
    pub size: u64,
    /// The key that signed it; compare it with one learned another way.
    pub vkey: String,
}

/// For people at a terminal.
impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let one = &self.document.certificate;
        writeln!(f, "Certificate {} of {} is valid.", one.id, one.at)?;
        writeln!(f, "It is leaf {} of {} in the log {}, signed by {}.", self.document.proof.index, self.size, self.origin, self.vkey)?;
        let title = |section: &String| one.titles.get(section).unwrap_or(section).clone();
        for (verb, counts) in [("deleted", &one.deleted), ("emptied", &one.emptied), ("destroyed", &one.destroyed)] {
            for (section, count) in counts {
                writeln!(f, "  {verb} {count} of {}", title(section))?;
            }
        }
        writeln!(f, "  destroyed {} keys: {}", one.keys_destroyed, one.shredded.join(", "))?;
        for (section, kept) in &one.kept {
            let until = kept.until.map_or_else(|| "its term begins".to_owned(), |until| until.to_string());
            writeln!(f, "  kept {} of {} because of {} until {until}", kept.count, title(section), kept.law)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Statement {
    kind: String,
    body: Value,
}

/// Checks signature, inclusion in the log, and that the certificate is what the log committed to.
///
/// # Errors
/// `Invalid` with what is wrong.
pub fn verify_offline(json: &str) -> Result<Report> {
    verify(json, |bundle| bundle.verify())
}

/// The same, and the log's key must be `vkey`.
///
/// # Errors
/// `Invalid` with what is wrong.
pub fn verify_with(json: &str, vkey: &str) -> Result<Report> {
    verify(json, |bundle| bundle.verify_with(vkey))
}

fn verify(json: &str, check: impl Fn(&audit::proof::ProofBundle) -> std::result::Result<Verified, audit::proof::Broken>) -> Result<Report> {
    let wrong = |what: &str| Error::invalid("certificate", what);
    let whole: Value = serde_json::from_str(json).map_err(|error| wrong("this is not JSON").caused_by(error))?;
    let said = whole.get("certificate").ok_or_else(|| wrong("this is not a certificate"))?;
    let document: Document = serde_json::from_value(whole.clone()).map_err(|error| wrong("this is not a certificate").caused_by(error))?;
    let verified = check(&document.proof).map_err(|error| wrong(&error.to_string()))?;
    let statement = verified.statement.ok_or_else(|| wrong("the proof does not show the statement"))?;
    let statement: Statement = serde_json::from_str(&statement).map_err(|error| wrong("the statement is malformed").caused_by(error))?;
    if statement.kind != KIND || &statement.body != said {
        return Err(wrong("the certificate is not the one that the log committed to"));
    }
    let vkey = document.proof.vkey.clone();
    Ok(Report { document, origin: verified.origin, size: verified.size, vkey })
}
