//! Extra disks.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, integer, integer_null, pk_uuid, string, text_null, uuid, uuid_null};

kernel::migration!("compute_m0017_disks");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("compute_disk")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(binary("name"))
        .col(integer("size_gib"))
        .col(integer_null("growing_to_gib"))
        .col(uuid("region_id"))
        .col(uuid("node_id"))
        .col(string("node_name"))
        .col(uuid_null("instance_id"))
        .col(string("state"))
        .col(text_null("problem"))
        .col(big_integer_null("measured_to"))
        .col(big_integer("measured_seq"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned();
    schema.create_table(table).await?;
    for (name, column) in [("compute_disk_instance", "instance_id"), ("compute_disk_node", "node_id"), ("compute_disk_measured", "measured_to")] {
        schema.create_index(Index::create().name(name).table("compute_disk").col(column).to_owned()).await?;
    }
    schema.create_index(Index::create().name("compute_disk_project").table("compute_disk").col("project_id").col("id").to_owned()).await
}
