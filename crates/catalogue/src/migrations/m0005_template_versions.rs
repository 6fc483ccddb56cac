//! From what an ordered machine's disk is made, and in which version. Of orders placed before nobody knows.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer_null, string_null};

kernel::migration!("catalogue_m0005_template_versions");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("catalogue_order").add_column(string_null("template_source")).to_owned()).await?;
    schema.alter_table(Table::alter().table("catalogue_order").add_column(integer_null("template_version")).to_owned()).await
}
