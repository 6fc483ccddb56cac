//! The form of both parts: lines of JSON, and the bytes of each file behind its line, in one
//! encrypted file. It names tables and columns itself, so later versions can read it.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use kernel::rows::{Digest, Row, Shape};
use kernel::seal::RootKey;
use kernel::{Error, Result, Timestamp};
use privacy::export::vault;
use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    /// Of this form.
    pub(super) format: u32,
    /// When the backup was begun; both parts have the same.
    pub(super) at: Timestamp,
    /// The migrations that made the tables.
    pub(super) migrations: Vec<String>,
}

pub(super) const FORMAT: u32 = 1;

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub(super) enum Part {
    Head(Head),
    Table(Shape),
    Rows {
        rows: Vec<Row>,
    },
    TableEnd {
        digest: Digest,
    },
    File {
        path: String,
        size: u64,
    },
    /// Without it the file was cut off.
    End,
}

/// What the file is encrypted under: derived from the root key, which is in neither part.
fn key(root: &RootKey, end: &str) -> Result<vault::Key> {
    Ok(vault::Key::new(root.derive(&format!("backup/{end}"))?))
}

pub(super) struct Writer {
    to: vault::Writer,
    path: PathBuf,
}

impl Writer {
    pub(super) fn create(root: &RootKey, end: &str, path: &Path, head: &Head) -> Result<Self> {
        let mut writer = Self { to: vault::Writer::create(&key(root, end)?, path)?, path: path.to_owned() };
        writer.part(&Part::Head(head.clone()))?;
        Ok(writer)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::unavailable(format!("{} cannot be written; is there room on the disk?", self.path.display())).caused_by(error)
    }

    pub(super) fn part(&mut self, part: &Part) -> Result<()> {
        let mut line = serde_json::to_vec(part).map_err(|error| Error::internal("cannot encode a part of the backup").caused_by(error))?;
        line.push(b'\n');
        self.to.write_all(&line).map_err(|error| self.failed(error))
    }

    /// Adds the file `from` under the name `path`, as long as it is now.
    pub(super) fn file(&mut self, path: &str, from: &Path) -> Result<()> {
        let unread = |error: std::io::Error| Error::internal(format!("{} cannot be read", from.display())).caused_by(error);
        let file = File::open(from).map_err(unread)?;
        let size = file.metadata().map_err(unread)?.len();
        self.part(&Part::File { path: path.to_owned(), size })?;
        let copied = std::io::copy(&mut file.take(size), &mut self.to).map_err(|error| self.failed(error))?;
        if copied != size {
            return Err(Error::conflict(format!("{} changed while it was read; try again.", from.display())));
        }
        Ok(())
    }

    /// Ends the file, waits until the disk has it, and tells its size.
    pub(super) fn finish(mut self) -> Result<u64> {
        self.part(&Part::End)?;
        let path = self.path.clone();
        self.to.finish().map_err(|error| Error::unavailable(format!("{} cannot be written; is there room on the disk?", path.display())).caused_by(error))
    }
}

pub(super) struct Reader {
    from: BufReader<vault::Reader>,
    path: PathBuf,
    pub(super) head: Head,
}

impl Reader {
    pub(super) fn open(root: &RootKey, end: &str, path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(Error::invalid(end, format!("there is no file {}", path.display())));
        }
        let mut from = BufReader::new(vault::Reader::open(&key(root, end)?, path)?);
        let Part::Head(head) = read(&mut from, path)? else { return Err(damaged(path)) };
        if head.format != FORMAT {
            return Err(Error::invalid(end, format!("{} was made by a newer version of Fairhold; use that version", path.display())));
        }
        Ok(Self { from, path: path.to_owned(), head })
    }

    /// The next line. The bytes of a file are read with [`Reader::bytes`] before the next one.
    pub(super) fn part(&mut self) -> Result<Part> {
        read(&mut self.from, &self.path)
    }

    /// The `size` bytes behind the line of a file, copied to `to`.
    pub(super) fn bytes(&mut self, size: u64, to: &mut dyn Write) -> Result<()> {
        let copied = std::io::copy(&mut self.from.by_ref().take(size), to);
        match copied.map_err(|error| Error::internal(format!("{} cannot be unpacked", self.path.display())).caused_by(error))? {
            all if all == size => Ok(()),
            _ => Err(damaged(&self.path)),
        }
    }

    /// The same as text, for small files.
    pub(super) fn text(&mut self, size: u64) -> Result<String> {
        let mut bytes = Vec::new();
        self.bytes(size, &mut bytes)?;
        String::from_utf8(bytes).map_err(|_| damaged(&self.path))
    }
}

fn read(from: &mut impl BufRead, path: &Path) -> Result<Part> {
    let mut line = Vec::new();
    from.read_until(b'\n', &mut line).map_err(|error| damaged(path).caused_by(error))?;
    serde_json::from_slice(&line).map_err(|error| damaged(path).caused_by(error))
}

pub(super) fn damaged(path: &Path) -> Error {
    Error::conflict(format!(
        "{} cannot be read: it is damaged or not a backup of this kind, or it was made under another root key than the one in keys/root.key. Try another backup.",
        path.display()
    ))
}
