//! The class of nodes that a size's machines are placed on.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;

kernel::migration!("catalogue_m0004_classes");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("catalogue_size").add_column(string_null("class")).to_owned()).await
}
