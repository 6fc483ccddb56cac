//! What owners find their machines by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, binary_null, uuid};

kernel::migration!("compute_m0011_tags");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_instance").add_column(binary_null("tags")).to_owned()).await?;
    let table = Table::create()
        .table("compute_instance_tag")
        .col(uuid("instance_id"))
        .col(binary("tag_index"))
        .primary_key(Index::create().col("instance_id").col("tag_index"))
        .to_owned();
    schema.create_table(table).await?;
    schema.create_index(Index::create().name("compute_instance_tag_index").table("compute_instance_tag").col("tag_index").to_owned()).await
}
