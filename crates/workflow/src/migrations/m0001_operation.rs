//! Operations, their steps and logs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer, integer_null, pk_uuid, string, string_null, text, text_null, uuid, uuid_null};

kernel::migration!("workflow_m0001_operation");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("workflow_operation")
                .col(pk_uuid("id"))
                .col(string("kind"))
                .col(string("title"))
                .col(string("subject"))
                .col(text("place"))
                .col(uuid_null("organisation_id"))
                .col(uuid_null("project_id"))
                .col(uuid_null("started_by"))
                .col(string_null("start_key").unique_key())
                .col(text("input"))
                .col(string("state"))
                .col(text_null("error"))
                .col(uuid_null("parent_id"))
                .col(integer_null("parent_position"))
                .col(string("holder"))
                .col(big_integer("fence"))
                .col(big_integer("lease_until"))
                .col(big_integer("next_at"))
                .col(big_integer("created_at"))
                .col(big_integer_null("finished_at"))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("workflow_operation_due", ["state", "next_at"]),
        ("workflow_operation_project", ["project_id", "id"]),
        ("workflow_operation_starter", ["started_by", "id"]),
        ("workflow_operation_parent", ["parent_id", "id"]),
        ("workflow_operation_subject", ["subject", "kind"]),
    ] {
        schema.create_index(Index::create().name(name).table("workflow_operation").col(columns[0]).col(columns[1]).to_owned()).await?;
    }
    schema
        .create_table(
            Table::create()
                .table("workflow_step")
                .col(uuid("operation_id"))
                .col(integer("position"))
                .col(string("name"))
                .col(string("title"))
                .col(string("state"))
                .col(integer("attempt"))
                .col(big_integer_null("started_at"))
                .col(big_integer_null("finished_at"))
                .col(text_null("error"))
                .primary_key(Index::create().col("operation_id").col("position"))
                .to_owned(),
        )
        .await?;
    schema
        .create_table(
            Table::create()
                .table("workflow_log")
                .col(pk_uuid("id"))
                .col(uuid("operation_id"))
                .col(integer("position"))
                .col(big_integer("at"))
                .col(text("text"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("workflow_log_operation").table("workflow_log").col("operation_id").col("id").to_owned()).await
}
