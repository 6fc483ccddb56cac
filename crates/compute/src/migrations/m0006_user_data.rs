//! What machines carry out at their first boot.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::binary_null;

kernel::migration!("compute_m0006_user_data");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_instance").add_column(binary_null("user_data")).to_owned()).await
}
