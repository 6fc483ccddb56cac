//! The whole of this domain on a toy domain that it knows nothing of, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod canary;
mod hold;
mod mutation;
mod policy;
mod retention;
mod rights;
mod steps;
mod toy;
mod toy_desk;
mod versions;
