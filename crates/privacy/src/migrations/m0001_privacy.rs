//! Policy versions, exports, erasures, certificates, sweeps.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, pk_uuid, string, string_null, text, text_null, uuid};

/// Named explicitly: the file's name would repeat in every domain.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "privacy_m0001_privacy"
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
                    .table("privacy_policy_version")
                    .col(big_integer("number").primary_key())
                    .col(string("digest"))
                    .col(string("map_digest"))
                    .col(text("document"))
                    .col(string("materiality"))
                    .col(text("changes"))
                    .col(big_integer("log_index"))
                    .col(big_integer("at"))
                    .col(big_integer("effective_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("privacy_export")
                    .col(pk_uuid("id"))
                    .col(uuid("person_id"))
                    .col(string("operation_id"))
                    .col(string("state"))
                    .col(binary("file_key"))
                    .col(string_null("sha256"))
                    .col(big_integer_null("size"))
                    .col(big_integer("created_at"))
                    .col(big_integer_null("finished_at"))
                    .to_owned(),
            )
            .await?;
        schema.create_index(Index::create().name("privacy_export_person").table("privacy_export").col("person_id").col("id").to_owned()).await?;
        schema
            .create_table(
                Table::create()
                    .table("privacy_erasure")
                    .col(pk_uuid("id"))
                    .col(uuid("person_id").unique_key())
                    .col(string("certificate_id"))
                    .col(string_null("operation_id"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("privacy_certificate")
                    .col(pk_uuid("id"))
                    .col(string("state"))
                    .col(text("draft"))
                    .col(big_integer_null("log_index"))
                    .col(text_null("document"))
                    .col(big_integer("created_at"))
                    .to_owned(),
            )
            .await?;
        schema
            .create_table(
                Table::create()
                    .table("privacy_sweep")
                    .col(pk_uuid("id"))
                    .col(big_integer("at"))
                    .col(big_integer("finished_at"))
                    .col(text("counts"))
                    .col(big_integer("log_index"))
                    .to_owned(),
            )
            .await
    }
}
