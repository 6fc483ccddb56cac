//! Guests on a node that others made.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

kernel::migration!("compute_m0009_strangers");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_node").add_column(text("strangers").default("[]")).to_owned()).await
}
