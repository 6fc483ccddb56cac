//! What differs between the hypervisors and us, until it no longer does.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, string, string_null, text_null, uuid_null};

kernel::migration!("compute_m0005_findings");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("compute_finding")
                .col(pk_uuid("id"))
                .col(string("kind"))
                .col(string_null("node_name"))
                .col(string_null("reference"))
                .col(uuid_null("instance_id"))
                .col(text_null("believed"))
                .col(text_null("seen"))
                .col(string_null("open_key").unique_key())
                .col(big_integer("since"))
                .col(big_integer("opens_at"))
                .col(big_integer_null("closed_at"))
                .col(string_null("closed_by"))
                .col(uuid_null("operation_id"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("compute_finding_open").table("compute_finding").col("closed_at").col("id").to_owned()).await?;
    schema.create_index(Index::create().name("compute_finding_instance").table("compute_finding").col("instance_id").to_owned()).await
}
