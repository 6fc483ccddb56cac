//! Audit lines: one row per act, written in the act's own transaction.

pub mod api;
pub mod begin;
pub mod list;
pub mod model;
pub mod record;
mod store;
