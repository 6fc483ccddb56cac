//! Words for how a guest gets to another host of the same hypervisor.

use serde::{Deserialize, Serialize};

/// How a guest would get to another host now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is there already.
    Here,
    /// It runs on while it moves, and misses a moment at most.
    Live,
    /// It runs and cannot move while it does: it is shut down, moved, and started there.
    Restart,
    /// It has no power, so only its disk moves.
    Stopped,
}
