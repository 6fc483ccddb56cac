//! The log that cannot be edited quietly (C2SP tlog-tiles): statements are committed to as leaves
//! of a Merkle tree whose heads are signed. Erasing a statement's text leaves the tree verifiable.

pub mod api;
pub mod append;
pub mod export;
pub mod jobs;
pub mod model;
pub mod prove;
pub mod sign;
mod store;
pub mod tile;
pub mod verify;

pub use append::{append, append_all};
pub use export::export;
pub use model::{LogIndex, Origin, Statement};
pub use prove::{bundle, consistency};
pub use sign::{checkpoint_now, verifier_key};
pub use verify::{Report, verify};
