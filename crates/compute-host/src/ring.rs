//! What the serial line printed last, in memory and in a bounded file.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

/// Bytes that are kept.
pub const LIMIT: usize = 256 * 1024;

/// The last [`LIMIT`] bytes. The file holds up to twice as much, so that it is rewritten once per `LIMIT` bytes and not at each.
pub struct Ring {
    path: PathBuf,
    file: File,
    in_file: usize,
    bytes: Vec<u8>,
}

impl Ring {
    /// Goes on where the file at `path` ends.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn open(path: PathBuf) -> io::Result<Self> {
        let mut bytes = fs::read(&path).unwrap_or_default();
        keep_last(&mut bytes);
        let file = rewrite(&path, &bytes)?;
        Ok(Self { path, file, in_file: bytes.len(), bytes })
    }

    /// Takes what was printed. A full disk loses the file's part, not the line.
    pub fn push(&mut self, printed: &[u8]) {
        self.bytes.extend_from_slice(printed);
        keep_last(&mut self.bytes);
        self.in_file += printed.len();
        let written = if self.in_file > 2 * LIMIT {
            rewrite(&self.path, &self.bytes).map(|file| {
                self.file = file;
                self.in_file = self.bytes.len();
            })
        } else {
            self.file.write_all(printed)
        };
        // Nobody reads a supervisor's complaints while it runs; memory still has the bytes.
        let _kept_in_memory = written;
    }

    /// What a console is shown when it opens: the bytes without the questions that programs asked the terminal of the time.
    pub fn replay(&self) -> Vec<u8> {
        without_questions(&self.bytes)
    }
}

fn rewrite(path: &std::path::Path, bytes: &[u8]) -> io::Result<File> {
    let draft = path.with_extension("tmp");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    fs::rename(&draft, path)?;
    Ok(file)
}

fn keep_last(bytes: &mut Vec<u8>) {
    let excess = bytes.len().saturating_sub(LIMIT);
    bytes.drain(..excess);
}

/// A terminal that reads "where is the cursor?" answers, and its answer would be typed into the guest long after the question.
fn without_questions(bytes: &[u8]) -> Vec<u8> {
    const QUESTIONS: [&[u8]; 4] = [b"\x1b[6n", b"\x1b[5n", b"\x1b[c", b"\x1b[0c"];
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        match QUESTIONS.iter().find_map(|question| rest.strip_prefix(*question)) {
            Some(after_question) => rest = after_question,
            None => {
                kept.push(*first);
                rest = after;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_bytes_survive_a_restart_and_the_file_stays_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("serial.log");
        let mut ring = Ring::open(path.clone()).unwrap();
        for _ in 0..20 {
            ring.push(&[b'x'; LIMIT / 4]);
            assert!(fs::metadata(&path).unwrap().len() <= 2 * LIMIT as u64);
        }
        ring.push(b"the end");
        drop(ring);
        let again = Ring::open(path).unwrap().replay();
        assert_eq!(again.len(), LIMIT);
        assert!(again.ends_with(b"xthe end"));
    }

    #[test]
    fn questions_to_the_terminal_are_not_asked_again() {
        assert_eq!(without_questions(b"a\x1b[6nb\x1b[31mc\x1b[c"), b"ab\x1b[31mc");
    }
}
