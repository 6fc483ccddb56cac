//! Mails that wait, went or failed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, integer, pk_uuid, string, string_null, uuid};

kernel::migration!("notifications_m0001_mail");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("notifications_mail")
                .col(pk_uuid("id"))
                .col(uuid("person_id"))
                .col(string("kind"))
                .col(string("purpose"))
                .col(binary("recipient"))
                .col(binary("content"))
                .col(string("state"))
                .col(integer("attempts"))
                .col(big_integer("next_at"))
                .col(string_null("last_error"))
                .col(big_integer("queued_at"))
                .col(big_integer_null("sent_at"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("notifications_mail_due").table("notifications_mail").col("state").col("next_at").to_owned()).await?;
    schema.create_index(Index::create().name("notifications_mail_person").table("notifications_mail").col("person_id").to_owned()).await?;
    schema.create_index(Index::create().name("notifications_mail_queued").table("notifications_mail").col("queued_at").to_owned()).await
}
