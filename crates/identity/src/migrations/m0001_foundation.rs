//! People, sessions, tokens, organisations, memberships, projects and sign-in counters.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, binary_null, boolean, integer, pk_uuid, string, string_null, uuid};

kernel::migration!("identity_m0001_foundation");

/// A table of single-use links: a hash of the secret, whose it is, and when it ends.
fn link_table(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(binary("token").primary_key())
        .col(uuid("person_id"))
        .col(big_integer("created_at"))
        .col(big_integer("expires_at"))
        .to_owned()
}

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let tables = [
        Table::create()
            .table("identity_person")
            .col(pk_uuid("id"))
            .col(binary("email"))
            .col(binary("email_index").unique_key())
            .col(binary("name"))
            .col(string("password"))
            .col(big_integer_null("email_verified_at"))
            .col(big_integer_null("over_16_confirmed_at"))
            .col(string_null("staff_role"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("identity_session")
            .col(pk_uuid("id"))
            .col(uuid("person_id"))
            .col(binary("token").unique_key())
            .col(binary_null("user_agent"))
            .col(binary_null("ip"))
            .col(big_integer("created_at"))
            .col(big_integer("last_seen_at"))
            .col(big_integer("expires_at"))
            .to_owned(),
        link_table("identity_email_verification"),
        link_table("identity_password_reset"),
        Table::create()
            .table("identity_api_token")
            .col(pk_uuid("id"))
            .col(uuid("person_id"))
            .col(uuid("organisation_id"))
            .col(binary("name"))
            .col(string("prefix"))
            .col(binary("token").unique_key())
            .col(boolean("read_only"))
            .col(big_integer("created_at"))
            .col(big_integer_null("last_used_at"))
            .col(big_integer_null("expires_at"))
            .to_owned(),
        Table::create()
            .table("identity_organisation")
            .col(pk_uuid("id"))
            .col(binary("name"))
            .col(binary_null("legal_name"))
            .col(binary_null("address"))
            .col(binary_null("country"))
            .col(binary_null("tax_id"))
            .col(big_integer("created_at"))
            .to_owned(),
        Table::create()
            .table("identity_membership")
            .col(uuid("person_id"))
            .col(uuid("organisation_id"))
            .col(string("role"))
            .col(big_integer("created_at"))
            .primary_key(Index::create().col("person_id").col("organisation_id"))
            .to_owned(),
        Table::create().table("identity_project").col(pk_uuid("id")).col(uuid("organisation_id")).col(binary("name")).col(big_integer("created_at")).to_owned(),
        Table::create()
            .table("identity_setup_token")
            .col(binary("token").primary_key())
            .col(big_integer("created_at"))
            .col(big_integer("expires_at"))
            .to_owned(),
        Table::create().table("identity_throttle").col(binary("key").primary_key()).col(integer("failures")).col(big_integer("started_at")).to_owned(),
    ];
    for table in tables {
        schema.create_table(table).await?;
    }
    for (table, column) in [
        ("identity_session", "person_id"),
        ("identity_session", "expires_at"),
        ("identity_email_verification", "person_id"),
        ("identity_password_reset", "person_id"),
        ("identity_api_token", "person_id"),
        ("identity_membership", "organisation_id"),
        ("identity_project", "organisation_id"),
        ("identity_throttle", "started_at"),
    ] {
        schema.create_index(Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned()).await?;
    }
    Ok(())
}
