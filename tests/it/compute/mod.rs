//! Machines over HTTP.

mod backup_download;
mod instance_list;
mod instance_update;
