//! Talking to the cluster: one call, one task, over whichever node answers.
//!
//! Read in this order: `connection` (one call), `work` (tasks, locks and lost answers), [`trouble`] (what went wrong),
//! [`task`] (tasks' ids and ends), [`params`] and [`answer`] (what is sent, what is read).

pub(crate) mod answer;
mod connection;
mod file;
pub(crate) mod params;
pub(crate) mod task;
pub(crate) mod trouble;
mod work;

pub(crate) use answer::{Fields, Property};
pub(crate) use connection::{Call, Client};
pub(crate) use params::Params;
pub(crate) use trouble::Trouble;
