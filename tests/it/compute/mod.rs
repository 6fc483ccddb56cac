//! Machines over HTTP.

mod backup_download;
mod cluster;
mod cluster_create;
mod cluster_delete;
mod cluster_update;
mod drain_create;
mod faults;
mod host_update;
mod instance_list;
mod instance_move;
mod instance_update;
mod inventory_export;
