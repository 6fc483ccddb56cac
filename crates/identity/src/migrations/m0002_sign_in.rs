//! The history of sign-ins; sessions keep families and networks instead of whole headers and addresses.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary_null, pk_uuid, string, uuid};

kernel::migration!("identity_m0002_sign_in");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create()
        .table("identity_sign_in")
        .col(pk_uuid("id"))
        .col(uuid("person_id"))
        .col(string("outcome"))
        .col(binary_null("agent"))
        .col(binary_null("network"))
        .col(big_integer("at"))
        .to_owned();
    schema.create_table(table).await?;
    for column in ["person_id", "at"] {
        let name = format!("identity_sign_in_{column}");
        schema.create_index(Index::create().name(name).table("identity_sign_in").col(column).to_owned()).await?;
    }
    // What was kept so far was finer than it needs to be; it goes rather than being carried over.
    for column in ["user_agent", "ip"] {
        schema.alter_table(Table::alter().table("identity_session").drop_column(column).to_owned()).await?;
    }
    for column in ["agent", "network"] {
        schema.alter_table(Table::alter().table("identity_session").add_column(binary_null(column)).to_owned()).await?;
    }
    Ok(())
}
