//! A certificate on A4 pages: facts, then lists. What it certifies is left to privacy.

use serde::{Deserialize, Serialize};

use crate::render::{self, DocumentError, Template};

/// Everything that stands on a certificate, as finished text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateDocument {
    /// Heading: "Certificate of erasure".
    pub title: String,
    /// Identifier of the certificate.
    pub number: String,
    /// Day of issue, `2026-11-30`.
    pub issued_on: String,
    /// Who issues it.
    pub issuer: String,
    /// A paragraph below the heading.
    pub introduction: String,
    /// Facts in two columns: what and value.
    pub facts: Vec<Fact>,
    /// Lists: what was deleted, what stays and why.
    pub sections: Vec<Section>,
    /// How anyone can check this certificate, one paragraph an entry.
    pub verification: Vec<String>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
    /// Whether the value is a hash, key or id, which is set in type of equal width.
    pub is_code: bool,
}

/// One list with its heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// A sentence below the heading.
    pub remark: Option<String>,
    /// Entries; an empty list is printed as "Nothing."
    pub items: Vec<String>,
}

/// Writes the certificate as PDF; the same certificate gives the same bytes.
pub fn certificate_pdf(certificate: &CertificateDocument) -> Result<Vec<u8>, DocumentError> {
    let pages = render::lay_out(Template::Certificate, certificate)?;
    render::write(&pages, format!("certificate {}", certificate.number), &certificate.issued_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> CertificateDocument {
        CertificateDocument {
            title: "Certificate of erasure".to_owned(),
            number: "crt_01j9z3k4m5n6p7q8r9s0t1v2w3".to_owned(),
            issued_on: "2026-11-30".to_owned(),
            issuer: "Nordlicht Hosting GmbH".to_owned(),
            introduction: "This certifies what was erased on request of the person concerned, what stays, and why.".to_owned(),
            facts: vec![
                Fact { label: "Completed".to_owned(), value: "2026-11-30 14:02:11 UTC".to_owned(), is_code: false },
                Fact { label: "Rows deleted".to_owned(), value: "118".to_owned(), is_code: false },
                Fact { label: "Log root".to_owned(), value: "9f86d081884c7d659a2feaa0c55ad015".repeat(2), is_code: true },
            ],
            sections: vec![
                Section { heading: "Erased".to_owned(), remark: None, items: vec!["Account: 1 row".to_owned(), "#read(\"/etc/passwd\") *bold*".to_owned()] },
                Section {
                    heading: "Kept".to_owned(),
                    remark: Some("Kept under a law that is named with each entry.".to_owned()),
                    items: vec!["2 invoices until 2036-12-31 (HGB § 257)".to_owned()],
                },
                Section { heading: "Told to others".to_owned(), remark: None, items: Vec::new() },
            ],
            verification: vec!["Run `fairhold verify-certificate certificate.json`.".to_owned()],
        }
    }

    #[test]
    fn everything_certified_is_on_the_page_and_literal() {
        let text = render::text_of(&render::lay_out(Template::Certificate, &certificate()).unwrap());
        for part in [
            "Certificate of erasure",
            "Nordlicht Hosting GmbH",
            "2026-11-30 14:02:11 UTC",
            "#read(\"/etc/passwd\") *bold*",
            "HGB § 257",
            "Nothing.",
            "Run `fairhold verify-certificate certificate.json`.",
            "Page 1 of 1",
        ] {
            assert!(text.contains(part), "`{part}` is missing in\n{text}");
        }
    }

    #[test]
    fn rendering_twice_gives_equal_bytes() {
        let bytes = certificate_pdf(&certificate()).unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        assert_eq!(bytes, certificate_pdf(&certificate()).unwrap());
    }
}
