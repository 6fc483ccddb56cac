//! Templates of a node whose machines get less than its others.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text;

kernel::migration!("compute_m0024_plain_templates");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_node").add_column(text("plain_templates").default("[]")).to_owned()).await
}
