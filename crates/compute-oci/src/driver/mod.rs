//! The trait's answers for containers.
//!
//! `answers` leads each question to the function that answers it; `make`, `power`, `reshape`, `network`, `snapshot`, `backup`, `console` and
//! `look` answer.

mod answers;
mod backup;
mod console;
mod look;
mod make;
mod network;
mod power;
mod reshape;
mod snapshot;
mod still;

pub use answers::Oci;
