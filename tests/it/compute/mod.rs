//! Machines over HTTP.

mod instance_list;
mod instance_update;
