//! Mails and notifications on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod channels;
mod mail;
mod smtp;
