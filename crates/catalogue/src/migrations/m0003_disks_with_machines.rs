//! Extra disks that are ordered along with a machine.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::binary_null;

kernel::migration!("catalogue_m0003_disks_with_machines");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("catalogue_order").add_column(binary_null("disks")).to_owned()).await
}
