//! Keys, events, choices, access and disclosure logs, idempotency, leases, settings.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, big_pk_auto, binary, binary_null, boolean, integer, integer_null, pk_uuid, string, string_null, text, text_null, uuid,
    uuid_null,
};

/// Named explicitly: the file's name would repeat in every domain.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "kernel_m0001_foundation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, schema: &SchemaManager) -> Result<(), DbErr> {
        schema
            .create_table(
                Table::create()
                    .table("kernel_key")
                    .col(pk_uuid("id"))
                    .col(string("owner_kind"))
                    .col(uuid("owner_id"))
                    .col(string("class"))
                    .col(big_integer("epoch"))
                    .col(binary("wrapped"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        schema.create_index(Index::create().unique().name("kernel_key_owner").table("kernel_key").col("owner_id").col("class").to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_event")
                    .col(big_pk_auto("seq"))
                    .col(uuid("id").unique_key())
                    .col(string("kind"))
                    .col(string("subject"))
                    .col(text("place"))
                    .col(text("payload"))
                    .col(big_integer("at"))
                    .col(integer("attempts").default(0))
                    .col(big_integer("next_at").default(0))
                    .col(big_integer_null("delivered_at"))
                    .col(text_null("last_error"))
                    .to_owned(),
            )
            .await?;
        schema.create_index(Index::create().name("kernel_event_due").table("kernel_event").col("delivered_at").col("seq").to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_delivery")
                    .col(uuid("event_id"))
                    .col(string("reaction"))
                    .col(big_integer("at"))
                    .primary_key(Index::create().col("event_id").col("reaction"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_choice")
                    .col(pk_uuid("id"))
                    .col(uuid("owner_id"))
                    .col(string("kind"))
                    .col(string("purpose"))
                    .col(boolean("given"))
                    .col(string("policy_version"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_index(Index::create().unique().name("kernel_choice_owner").table("kernel_choice").col("owner_id").col("kind").col("purpose").to_owned())
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_access")
                    .col(pk_uuid("id"))
                    .col(string("owner_kind"))
                    .col(uuid("owner_id"))
                    .col(uuid("staff_id"))
                    .col(string("purpose"))
                    .col(string("permission"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        schema.create_index(Index::create().name("kernel_access_owner").table("kernel_access").col("owner_id").col("id").to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_disclosure")
                    .col(pk_uuid("id"))
                    .col(string("recipient"))
                    .col(string("purpose"))
                    .col(string("host"))
                    .col(text("entries"))
                    .col(string_null("owner_kind"))
                    .col(uuid_null("owner_id"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        schema.create_index(Index::create().name("kernel_disclosure_owner").table("kernel_disclosure").col("owner_id").col("id").to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_idempotency")
                    .col(binary("key").primary_key())
                    .col(binary("request"))
                    .col(integer_null("status"))
                    .col(binary_null("answer"))
                    .col(big_integer("at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("kernel_lease")
                    .col(string("name").primary_key())
                    .col(string("holder"))
                    .col(big_integer("fence"))
                    .col(big_integer("until"))
                    .col(big_integer("due_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(Table::create().table("kernel_setting").col(string("name").primary_key()).col(text("value")).col(big_integer("at")).to_owned())
            .await
    }
}
