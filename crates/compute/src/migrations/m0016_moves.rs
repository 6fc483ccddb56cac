//! Where machines are within their nodes, maintenance of hosts, and what became of the machines of a host that was drained.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, string, string_null, text_null, uuid, uuid_null};

kernel::migration!("compute_m0016_moves");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite adds one column a statement.
    for column in ["host_name", "target_host"] {
        schema.alter_table(Table::alter().table("compute_instance").add_column(string_null(column)).to_owned()).await?;
    }
    let host = Table::create()
        .table("compute_host")
        .col(uuid("node_id"))
        .col(string("name"))
        .col(text_null("reason"))
        .col(big_integer_null("since"))
        .col(uuid_null("drain_id"))
        .primary_key(Index::create().col("node_id").col("name"))
        .to_owned();
    schema.create_table(host).await?;
    let drain = Table::create()
        .table("compute_drain")
        .col(uuid("operation_id"))
        .col(uuid("instance_id"))
        .col(string("state"))
        .col(text_null("reason"))
        .col(string_null("host"))
        .col(uuid_null("move_id"))
        .col(boolean("reported"))
        .col(big_integer("at"))
        .primary_key(Index::create().col("operation_id").col("instance_id"))
        .to_owned();
    schema.create_table(drain).await?;
    schema.create_index(Index::create().name("compute_drain_instance").table("compute_drain").col("instance_id").to_owned()).await
}
