//! Memberships that end and can be suspended, and invitations.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, binary_null, pk_uuid, string, uuid};

kernel::migration!("identity_m0003_members");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    for column in ["suspended_at", "ended_at"] {
        schema.alter_table(Table::alter().table("identity_membership").add_column(big_integer_null(column)).to_owned()).await?;
    }
    schema.create_index(Index::create().name("identity_membership_ended_at").table("identity_membership").col("ended_at").to_owned()).await?;
    let invitations = Table::create()
        .table("identity_invitation")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("invited_by"))
        .col(binary("email"))
        .col(binary("email_index"))
        .col(string("role"))
        .col(binary_null("token").unique_key())
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .to_owned();
    schema.create_table(invitations).await?;
    for column in ["organisation_id", "expires_at"] {
        let name = format!("identity_invitation_{column}");
        schema.create_index(Index::create().name(name).table("identity_invitation").col(column).to_owned()).await?;
    }
    Ok(())
}
