//! The tamper-evident log.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, binary_null, integer, string, string_null, text, text_null, uuid_null};

kernel::migration!("audit_m0002_log");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.create_table(Table::create().table("audit_head").col(integer("id").primary_key()).col(big_integer("size")).to_owned()).await?;
    // There is one log: its head exists from the start, so that writers always have a row to lock.
    let mut head = Query::insert();
    head.into_table("audit_head").columns(["id", "size"]).values_panic([1.into(), 0.into()]);
    schema.execute(head).await?;
    schema.create_table(Table::create().table("audit_hash").col(big_integer("id").primary_key()).col(binary("hash")).to_owned()).await?;
    schema.create_table(Table::create().table("audit_leaf").col(big_integer("id").primary_key()).col(string("data")).col(big_integer("at")).to_owned()).await?;
    schema
        .create_table(
            Table::create()
                .table("audit_body")
                .col(big_integer("id").primary_key())
                .col(string_null("owner_kind"))
                .col(uuid_null("owner_id"))
                .col(binary_null("sealed"))
                .col(text_null("plain"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("audit_body_owner").table("audit_body").col("owner_id").to_owned()).await?;
    schema
        .create_table(Table::create().table("audit_checkpoint").col(big_integer("size").primary_key()).col(text("note")).col(big_integer("at")).to_owned())
        .await
}
