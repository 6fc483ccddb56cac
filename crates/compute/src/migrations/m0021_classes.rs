//! Classes: which machines a node is for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;

kernel::migration!("compute_m0021_classes");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in ["compute_node", "compute_instance"] {
        schema.alter_table(Table::alter().table(table).add_column(string_null("class")).to_owned()).await?;
    }
    Ok(())
}
