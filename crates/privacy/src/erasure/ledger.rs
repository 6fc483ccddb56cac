//! The erasure ledger: a file of lines outside the database, written and synced before anything is
//! destroyed. A backup knows nothing of later erasures; the ledger does. It holds random ids only.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};

use super::ErasureId;
use crate::accounts::Owners;
use crate::certificate::CertificateId;

/// One erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Which erasure.
    pub erasure: ErasureId,
    /// Its certificate.
    pub certificate: CertificateId,
    /// When it was noted.
    pub at: Timestamp,
    /// Who is gone.
    #[serde(flatten)]
    pub owners: Owners,
}

/// Where it is.
pub fn path(folder: &Path) -> PathBuf {
    folder.join("erasure-ledger.ndjson")
}

fn failed(error: std::io::Error) -> Error {
    Error::internal("the erasure ledger cannot be read or written").caused_by(error)
}

/// All lines, oldest first. A line that was cut off by a crash is left out: what it was to note
/// had not begun, because destruction waits for the line.
///
/// # Errors
/// `Internal` when the file cannot be read.
pub fn read(folder: &Path) -> Result<Vec<Line>> {
    match std::fs::read_to_string(path(folder)) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
    }
}

/// The lines of a ledger's `text`.
pub fn parse(text: &str) -> Vec<Line> {
    let line = |line: &str| {
        let read = serde_json::from_str(line);
        if read.is_err() && !line.is_empty() {
            tracing::warn!(why = "cut off", "a line of the erasure ledger is left out");
        }
        read.ok()
    };
    text.lines().filter_map(line).collect()
}

/// Adds `line` unless its erasure is noted already, and waits until the disk has it.
///
/// # Errors
/// `Internal` when the disk does not take it; then nothing may be destroyed.
pub fn append(folder: &Path, line: &Line) -> Result<()> {
    if read(folder)?.iter().any(|one| one.erasure == line.erasure) {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = File::options().create(true).read(true).append(true).open(path(folder)).map_err(failed)?;
    let mut text = serde_json::to_string(line).map_err(|error| Error::internal("cannot encode a ledger line").caused_by(error))?;
    text.push('\n');
    if ends_torn(&mut file).map_err(failed)? {
        text.insert(0, '\n');
    }
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn ends_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0_u8];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::PersonId;
    use kernel::id::Id;
    use uuid::Uuid;

    fn line(number: u128) -> Line {
        let id = Uuid::from_u128(number);
        Line {
            erasure: ErasureId::from_uuid(id),
            certificate: CertificateId::from_uuid(id),
            at: Timestamp(5),
            owners: Owners { person: PersonId::from_uuid(id), organisations: Vec::new() },
        }
    }

    #[test]
    fn a_line_is_noted_once_and_a_torn_one_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        append(folder.path(), &line(1)).unwrap();
        append(folder.path(), &line(1)).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [line(1)]);
        let mut file = File::options().append(true).open(path(folder.path())).unwrap();
        file.write_all(b"{\"erasure\":\"er").unwrap();
        append(folder.path(), &line(2)).unwrap();
        assert_eq!(read(folder.path()).unwrap(), [line(1), line(2)]);
    }
}
