//! Changes of address that wait for their link to be used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, binary_null, pk_uuid};

kernel::migration!("identity_m0004_email_change");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let changes = Table::create()
        .table("identity_email_change")
        .col(pk_uuid("person_id"))
        .col(binary("email"))
        .col(binary_null("token").unique_key())
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .to_owned();
    schema.create_table(changes).await?;
    schema.create_index(Index::create().name("identity_email_change_expires_at").table("identity_email_change").col("expires_at").to_owned()).await
}
