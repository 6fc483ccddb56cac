//! Sizes and orders.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, boolean, integer, pk_uuid, string, text, text_null, uuid, uuid_null};

kernel::migration!("catalogue_m0001_foundation");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("catalogue_size")
                .col(pk_uuid("id"))
                .col(string("name").unique_key())
                .col(integer("cpus"))
                .col(integer("memory_mib"))
                .col(integer("disk_gib"))
                .col(big_integer("monthly_minor"))
                .col(big_integer("hourly_minor"))
                .col(string("currency"))
                .col(boolean("visible"))
                .to_owned(),
        )
        .await?;
    schema
        .create_table(
            Table::create()
                .table("catalogue_order")
                .col(pk_uuid("id"))
                .col(uuid("organisation_id"))
                .col(uuid("project_id"))
                .col(uuid("person_id"))
                .col(string("state"))
                .col(integer("attempt"))
                .col(binary("hostname"))
                .col(uuid("size_id"))
                .col(string("size_name"))
                .col(uuid("template_id"))
                .col(string("template_name"))
                .col(uuid("region_id"))
                .col(string("region_name"))
                .col(text("rates"))
                .col(big_integer("charged_minor"))
                .col(string("currency"))
                .col(uuid("instance_id"))
                .col(uuid_null("payment_id"))
                .col(uuid_null("operation_id"))
                .col(text_null("problem"))
                .col(big_integer("created_at"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("catalogue_order_project").table("catalogue_order").col("project_id").col("id").to_owned()).await
}
