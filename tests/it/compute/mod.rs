//! Machines over HTTP.

mod backup_download;
mod cluster;
mod cluster_create;
mod cluster_delete;
mod cluster_update;
mod drain_create;
mod faults;
mod host_update;
mod image;
mod image_delete;
mod image_download;
mod image_import;
mod image_upload_append;
mod image_upload_create;
mod image_upload_delete;
mod image_withdraw;
mod instance_list;
mod instance_move;
mod instance_rebuild;
mod instance_update;
mod inventory_export;
mod publisher;
mod template_update;
