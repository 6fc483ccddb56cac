//! Machines over HTTP.

mod backup_download;
mod cluster;
mod cluster_create;
mod cluster_delete;
mod cluster_update;
mod faults;
mod instance_list;
mod instance_update;
mod inventory_export;
