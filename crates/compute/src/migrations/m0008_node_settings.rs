//! What the operator says about a node, and what its hypervisor consists of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text, text_null};

kernel::migration!("compute_m0008_node_settings");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Nodes that are there already keep the factors that were built in so far. SQLite adds one column a statement.
    let columns = [
        text_null("closed_because"),
        integer("cpu_overcommit_percent").default(800).to_owned(),
        integer("memory_overcommit_percent").default(100).to_owned(),
        text("hosts").default("[]").to_owned(),
        text("storages").default("[]").to_owned(),
    ];
    for column in columns {
        schema.alter_table(Table::alter().table("compute_node").add_column(column).to_owned()).await?;
    }
    Ok(())
}
