//! Changes of machines' sizes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, pk_uuid, string, text_null, uuid, uuid_null};

kernel::migration!("catalogue_m0002_size_change");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("catalogue_size_change")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("instance_id"))
        .col(string("state"))
        .col(uuid("from_size_id"))
        .col(string("from_size_name"))
        .col(uuid("size_id"))
        .col(string("size_name"))
        .col(text_null("from_rates"))
        .col(text_null("rates"))
        .col(big_integer("charged_minor"))
        .col(big_integer("price_minor"))
        .col(string("currency"))
        .col(big_integer("price_from"))
        .col(uuid_null("payment_id"))
        .col(uuid_null("operation_id"))
        .col(uuid_null("resize_id"))
        .col(text_null("problem"))
        .col(big_integer("created_at"))
        .to_owned();
    schema.create_table(table).await?;
    let index = Index::create().name("catalogue_size_change_instance").table("catalogue_size_change").col("instance_id").col("id").to_owned();
    schema.create_index(index).await
}
