//! Counting the bytes that pass a guest's network card.
//!
//! QEMU sends a copy of every frame, each after its length in four bytes (`net/filter-mirror.c` in QEMU's source).

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, BufReader},
    net::UnixListener,
    time::{MissedTickBehavior, interval},
};

use crate::guest::record::{self, Traffic};

/// How much may be lost when the supervisor itself is killed.
const WRITE_EVERY: Duration = Duration::from_secs(2);

/// Which way the frames go, seen from the guest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Received,
    Sent,
}

/// The count so far, kept in a file.
#[derive(Clone)]
pub(super) struct Counter {
    path: PathBuf,
    now: Arc<Mutex<Traffic>>,
}

impl Counter {
    /// Goes on from what the file says.
    pub(super) fn resume(path: PathBuf) -> Self {
        let before = record::read(&path).unwrap_or_default();
        Self { path, now: Arc::new(Mutex::new(before)) }
    }

    /// Writes the count to the file.
    pub(super) fn write(&self) {
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        // The next write catches up, and the last one is the supervisor's last act.
        let _written = record::write(&self.path, &now);
    }

    /// Writes whenever something has changed, for ever.
    pub(super) async fn keep_written(self) {
        let mut ticks = interval(WRITE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut written = Traffic::default();
        loop {
            ticks.tick().await;
            let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
            if now != written {
                self.write();
                written = now;
            }
        }
    }

    fn add(&self, direction: Direction, bytes: u64) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match direction {
            Direction::Received => now.received_bytes += bytes,
            Direction::Sent => now.sent_bytes += bytes,
        }
    }
}

/// Counts the frames of one direction, over as many connections as QEMU makes.
pub(super) async fn count(listener: UnixListener, counter: Counter, direction: Direction) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let stream = BufReader::with_capacity(64 * 1024, stream);
        // The end of one connection is the beginning of the next, or of QEMU's end.
        let _ended = frames(stream, |bytes| counter.add(direction, bytes)).await;
    }
}

async fn frames(mut stream: impl AsyncRead + Unpin, mut add: impl FnMut(u64)) -> io::Result<()> {
    loop {
        let length = u64::from(stream.read_u32().await?);
        let copied = tokio::io::copy(&mut (&mut stream).take(length), &mut tokio::io::sink()).await?;
        if copied < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        add(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whole_frames_are_counted_without_their_lengths() {
        let mut counted = Vec::new();
        let stream: &[u8] = b"\0\0\0\x03abc\0\0\0\0\0\0\0\x02de\0\0\0\x09cut";
        let end = frames(stream, |bytes| counted.push(bytes)).await;
        assert_eq!(counted, [3, 0, 2]);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn a_count_goes_on_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("traffic.json");
        for wanted in [10, 20] {
            let counter = Counter::resume(path.clone());
            counter.add(Direction::Sent, 10);
            counter.write();
            assert_eq!(record::read::<Traffic>(&path).unwrap(), Traffic { received_bytes: 0, sent_bytes: wanted });
        }
    }
}
