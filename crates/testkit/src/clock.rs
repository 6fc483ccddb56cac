//! A clock that stands still until the test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kernel::{Clock, Timestamp};

/// Starts at 2026-03-01T12:00:00Z.
#[derive(Debug, Clone)]
pub struct FrozenClock(Arc<AtomicI64>);

impl Default for FrozenClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_772_366_400_000_000)))
    }
}

impl FrozenClock {
    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).expect("a sensible duration"), Ordering::SeqCst);
    }

    /// Sets it.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.0, Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// The machine's clock with an offset that the test moves: for whole servers, whose waits are real.
#[derive(Debug, Clone, Default)]
pub struct OffsetClock(Arc<AtomicI64>);

impl OffsetClock {
    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).expect("a sensible duration"), Ordering::SeqCst);
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Timestamp {
        Timestamp(kernel::time::SystemClock.now().0 + self.0.load(Ordering::SeqCst))
    }
}
