//! Notifications in the console, and which topics reach somebody on which channel.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, boolean, pk_uuid, string, uuid};

kernel::migration!("notifications_m0002_notification");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let notifications = Table::create()
        .table("notifications_notification")
        .col(pk_uuid("id"))
        .col(uuid("person_id"))
        .col(string("kind"))
        .col(string("topic"))
        .col(binary("content"))
        .col(big_integer("at"))
        .col(big_integer_null("read_at"))
        .to_owned();
    schema.create_table(notifications).await?;
    let index = Index::create().name("notifications_notification_person").table("notifications_notification").col("person_id").col("id").to_owned();
    schema.create_index(index).await?;
    schema.create_index(Index::create().name("notifications_notification_at").table("notifications_notification").col("at").to_owned()).await?;
    let preferences = Table::create()
        .table("notifications_preference")
        .col(uuid("person_id"))
        .col(string("topic"))
        .col(boolean("mail"))
        .col(boolean("in_app"))
        .col(big_integer("changed_at"))
        .primary_key(Index::create().col("person_id").col("topic"))
        .to_owned();
    schema.create_table(preferences).await
}
