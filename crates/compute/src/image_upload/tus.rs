//! The words of tus 1.0 (<https://tus.io/protocols/resumable-upload>) with the extensions creation, termination and checksum: what its
//! headers say. Nothing here reads or writes.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use kernel::{Error, Result};
use sha2::{Digest, Sha256};

use crate::image::NewUpload;

/// The version of the protocol.
pub(super) const VERSION: &str = "1.0.0";
/// What of it is there.
pub(super) const EXTENSIONS: &str = "creation,termination,checksum";
/// Checksums that a piece may carry. The protocol asks for SHA-1, which is good enough against a bad line and nothing else.
pub(super) const CHECKSUMS: &str = "sha1,sha256";
/// The media type of a piece.
pub(super) const PIECE: &str = "application/offset+octet-stream";

/// What a piece shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    kind: Kind,
    expected: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sha1,
    Sha256,
}

/// A checksum that is being computed.
pub(super) enum Hashing {
    Sha1(Box<sha1::Sha1>),
    Sha256(Box<Sha256>),
}

impl Hashing {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(one) => one.update(bytes),
            Self::Sha256(one) => one.update(bytes),
        }
    }

    fn finish(self) -> Vec<u8> {
        match self {
            Self::Sha1(one) => one.finalize().to_vec(),
            Self::Sha256(one) => one.finalize().to_vec(),
        }
    }
}

impl Checksum {
    /// Reads `sha1 <base64>`.
    ///
    /// # Errors
    /// `Invalid` for another form or kind.
    pub(super) fn read(header: &str) -> Result<Self> {
        let wrong = || Error::invalid("Upload-Checksum", format!("write it as one of {CHECKSUMS}, a space, and the digest in base64"));
        let (kind, digest) = header.trim().split_once(' ').ok_or_else(wrong)?;
        let kind = match kind {
            "sha1" => Kind::Sha1,
            "sha256" => Kind::Sha256,
            _ => return Err(wrong()),
        };
        Ok(Self { kind, expected: BASE64.decode(digest.trim().as_bytes()).map_err(|_| wrong())? })
    }

    pub(super) fn hashing(&self) -> Hashing {
        match self.kind {
            Kind::Sha1 => Hashing::Sha1(Box::default()),
            Kind::Sha256 => Hashing::Sha256(Box::default()),
        }
    }

    pub(super) fn is(&self, found: Hashing) -> bool {
        found.finish() == self.expected
    }
}

/// What a sender says of its file: `Upload-Length`, and `name`, `description`, `template_id` and `sha256` in `Upload-Metadata`. Programs that
/// know nothing of images send `filename`, which serves as the name.
///
/// # Errors
/// `Invalid` at the header or the word in it.
pub(super) fn new_upload(length: Option<&str>, metadata: Option<&str>) -> Result<NewUpload> {
    let bytes = length.and_then(|text| text.trim().parse().ok());
    let bytes = bytes.ok_or_else(|| Error::invalid("Upload-Length", "say how many bytes the file has; a length that is told later is not taken"))?;
    let mut words = metadata.map(read_metadata).transpose()?.unwrap_or_default();
    let template = words.remove("template_id").map(|text| text.parse().map_err(|_| Error::invalid("template_id", "use an id of the form tpl_…")));
    let file = words.remove("filename");
    Ok(NewUpload {
        name: words.remove("name").or(file),
        description: words.remove("description"),
        template_id: template.transpose()?,
        bytes,
        sha256: words.remove("sha256"),
    })
}

fn read_metadata(header: &str) -> Result<BTreeMap<String, String>> {
    let wrong = || Error::invalid("Upload-Metadata", "write words and their values in base64, with commas between them");
    let mut words = BTreeMap::new();
    for pair in header.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
        let (word, value) = pair.split_once(' ').unwrap_or((pair, ""));
        let value = BASE64.decode(value.trim().as_bytes()).map_err(|_| wrong())?;
        words.insert(word.to_owned(), String::from_utf8(value).map_err(|_| wrong())?);
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_says_is_read() {
        let new = new_upload(Some("7"), Some("filename ZGlzay5xY293Mg==, sha256 YWJj,is_confidential")).unwrap();
        assert_eq!((new.name.as_deref(), new.bytes, new.sha256.as_deref()), (Some("disk.qcow2"), 7, Some("abc")));
        assert_eq!(new_upload(Some("7"), Some("name TXkgZGlzaw==,filename eA==")).unwrap().name.as_deref(), Some("My disk"));
        for (length, metadata, field) in [(None, None, "Upload-Length"), (Some("-1"), None, "Upload-Length"), (Some("1"), Some("name !"), "Upload-Metadata")] {
            assert_eq!(new_upload(length, metadata).unwrap_err().fields()[0].field, field);
        }
        assert_eq!(new_upload(Some("1"), Some("template_id eA==")).unwrap_err().fields()[0].field, "template_id");
    }

    #[test]
    fn a_piece_is_held_against_its_checksum() {
        // The example of the protocol: "hello world".
        let checksum = Checksum::read("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=").unwrap();
        let (mut right, mut wrong) = (checksum.hashing(), checksum.hashing());
        right.update(b"hello world");
        wrong.update(b"hello World");
        assert!(checksum.is(right) && !checksum.is(wrong));
        assert!(Checksum::read("md5 eA==").is_err() && Checksum::read("sha1").is_err());
    }
}
