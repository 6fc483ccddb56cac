//! Files encrypted in pieces of 64 KiB under a key of their own: AES-256-GCM-SIV, the piece's
//! number and whether it is the last one authenticated, so that pieces cannot be swapped or cut off.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand;
use kernel::{Error, Result};
use zeroize::Zeroizing;

const PIECE: usize = 64 * 1024;
const TAG: usize = 16;
const SALT: usize = 32;

/// The key of one export or backup; each file has one of its own, derived with a random salt.
pub struct Key(Zeroizing<[u8; 32]>);

struct Len32;

impl KeyType for Len32 {
    fn len(&self) -> usize {
        32
    }
}

impl Key {
    /// From 32 bytes.
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// From 64 hexadecimal letters.
    ///
    /// # Errors
    /// `Internal` for anything else.
    pub fn from_hex(text: &str) -> Result<Self> {
        let bytes = Zeroizing::new(data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(|_| Error::internal("an export's key is damaged"))?);
        Ok(Self(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| Error::internal("an export's key is damaged"))?)))
    }

    fn of_file(&self, salt: &[u8; SALT]) -> Result<LessSafeKey> {
        let failed = |_| Error::internal("key derivation failed");
        let mut bytes = Zeroizing::new([0_u8; 32]);
        let material = Salt::new(HKDF_SHA256, salt).extract(self.0.as_slice());
        material.expand(&[b"fairhold/export/1"], Len32).and_then(|okm| okm.fill(bytes.as_mut_slice())).map_err(failed)?;
        UnboundKey::new(&AES_256_GCM_SIV, bytes.as_slice()).map(LessSafeKey::new).map_err(failed)
    }
}

fn nonce(number: u64) -> Nonce {
    let mut bytes = [0_u8; NONCE_LEN];
    for (place, byte) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *place = byte;
    }
    Nonce::assume_unique_for_key(bytes)
}

fn associated(number: u64, last: bool) -> Aad<[u8; 9]> {
    let mut bytes = [u8::from(last); 9];
    for (place, byte) in bytes.iter_mut().zip(number.to_be_bytes()) {
        *place = byte;
    }
    Aad::from(bytes)
}

/// Encrypts what is written to it. [`Writer::finish`] must be called.
pub struct Writer {
    key: LessSafeKey,
    to: BufWriter<File>,
    piece: Zeroizing<Vec<u8>>,
    number: u64,
}

impl Writer {
    /// Makes the file, readable by nobody else.
    ///
    /// # Errors
    /// `Internal` when it cannot be made.
    pub fn create(key: &Key, path: &Path) -> Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let failed = |error: std::io::Error| Error::internal(format!("{} cannot be written", path.display())).caused_by(error);
        let mut salt = [0_u8; SALT];
        rand::fill(&mut salt).map_err(|_| Error::internal("the system gave no randomness"))?;
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
        let mut to = BufWriter::new(file);
        to.write_all(&salt).map_err(failed)?;
        Ok(Self { key: key.of_file(&salt)?, to, piece: Zeroizing::new(Vec::with_capacity(PIECE + TAG)), number: 0 })
    }

    fn seal(&mut self, last: bool) -> std::io::Result<()> {
        self.key
            .seal_in_place_append_tag(nonce(self.number), associated(self.number, last), &mut *self.piece)
            .map_err(|_| std::io::Error::other("sealing failed"))?;
        self.to.write_all(&self.piece)?;
        self.piece.clear();
        self.number += 1;
        Ok(())
    }

    /// Seals the last piece and waits until the disk has it; tells the file's size.
    ///
    /// # Errors
    /// I/O errors.
    pub fn finish(mut self) -> std::io::Result<u64> {
        self.seal(true)?;
        self.to.flush()?;
        self.to.get_ref().sync_all()?;
        Ok(self.to.get_ref().metadata()?.len())
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        // A full piece waits until more comes, because the last one is marked.
        if self.piece.len() == PIECE {
            self.seal(false)?;
        }
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend(bytes.iter().take(taken));
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

/// Decrypts a file piece by piece.
pub struct Reader {
    key: LessSafeKey,
    from: BufReader<File>,
    number: u64,
    ended: bool,
    open: Zeroizing<Vec<u8>>,
    read: usize,
}

impl Reader {
    /// Opens the file.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub fn open(key: &Key, path: &Path) -> Result<Self> {
        let mut from = BufReader::new(File::open(path).map_err(|error| Error::not_found("export").caused_by(error))?);
        let mut salt = [0_u8; SALT];
        from.read_exact(&mut salt).map_err(|error| Error::internal(format!("{} is damaged", path.display())).caused_by(error))?;
        Ok(Self { key: key.of_file(&salt)?, from, number: 0, ended: false, open: Zeroizing::new(Vec::new()), read: 0 })
    }

    /// The next piece; `None` after the last one.
    ///
    /// # Errors
    /// When the file was cut off or changed.
    pub fn piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = Vec::with_capacity(PIECE + TAG);
        self.from.by_ref().take((PIECE + TAG) as u64).read_to_end(&mut bytes)?;
        let last = std::io::BufRead::fill_buf(&mut self.from)?.is_empty();
        let length = self
            .key
            .open_in_place(nonce(self.number), associated(self.number, last), &mut bytes)
            .map_err(|_| std::io::Error::other("the file is damaged, or encrypted under another key"))?
            .len();
        bytes.truncate(length);
        self.number += 1;
        self.ended = last;
        Ok(Some(bytes))
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.open.len() {
            match self.piece()? {
                Some(piece) => (self.open, self.read) = (Zeroizing::new(piece), 0),
                None => return Ok(0),
            }
        }
        let mut rest = self.open.get(self.read..).unwrap_or_default();
        let count = rest.read(into)?;
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_no_changed_byte_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let key = Key::from_hex(&"ab".repeat(32)).unwrap();
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let text: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut writer = Writer::create(&key, &path).unwrap();
            writer.write_all(&text).unwrap();
            let size = writer.finish().unwrap();
            assert_eq!(size, std::fs::metadata(&path).unwrap().len());
            let mut read = Vec::new();
            Reader::open(&key, &path).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, text, "{length}");
        }
        let whole = std::fs::read(&path).unwrap();
        for at in [0, SALT, SALT + PIECE + TAG + 5, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            assert!(Reader::open(&key, &path).unwrap().read_to_end(&mut Vec::new()).is_err(), "byte {at}");
        }
        std::fs::write(&path, &whole[..SALT + PIECE + TAG]).unwrap();
        assert!(Reader::open(&key, &path).unwrap().read_to_end(&mut Vec::new()).is_err(), "cut off at a piece's end");
    }
}
