//! The texts of each version as they were served, what it asks anew, and whom it was told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, pk_uuid, string, text, uuid, uuid_null};

kernel::migration!("privacy_m0003_policy_history");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("privacy_policy_text")
                .col(big_integer("version"))
                .col(string("form"))
                .col(text("text"))
                .col(string("sha256"))
                .primary_key(Index::create().col("version").col("form"))
                .to_owned(),
        )
        .await?;
    for column in [string("asks").default("").to_owned(), uuid_null("told_up_to"), big_integer_null("told_at")] {
        schema.alter_table(Table::alter().table("privacy_policy_version").add_column(column).to_owned()).await?;
    }
    schema
        .create_table(
            Table::create()
                .table("privacy_notice")
                .col(pk_uuid("id"))
                .col(uuid("person_id"))
                .col(big_integer("version"))
                .col(string("channel"))
                .col(big_integer("at"))
                .col(big_integer_null("seen_at"))
                .to_owned(),
        )
        .await?;
    schema
        .create_index(Index::create().name("privacy_notice_person").table("privacy_notice").col("person_id").col("version").col("channel").unique().to_owned())
        .await
}
