//! The audit lines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, string, string_null, text, uuid_null};

kernel::migration!("audit_m0001_line");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("audit_line")
                .col(pk_uuid("id"))
                .col(uuid_null("organisation_id"))
                .col(uuid_null("project_id"))
                .col(uuid_null("person_id"))
                .col(string("actor_kind"))
                .col(uuid_null("actor_id"))
                .col(string_null("actor_label"))
                .col(string("action"))
                .col(string("target"))
                .col(text("summary"))
                .col(string("outcome"))
                .col(string_null("staff_purpose"))
                .col(big_integer("at"))
                .col(big_integer_null("ended_at"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("audit_line_organisation").table("audit_line").col("organisation_id").col("id").to_owned()).await?;
    schema.create_index(Index::create().name("audit_line_person").table("audit_line").col("person_id").col("id").to_owned()).await?;
    schema.create_index(Index::create().name("audit_line_at").table("audit_line").col("at").to_owned()).await
}
