//! What nodes offer beside what every node can, and root passwords on their way to a hypervisor.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary_null, text};

kernel::migration!("compute_m0007_access");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Nodes say what they offer with the next reconciliation.
    schema.alter_table(Table::alter().table("compute_node").add_column(text("features").default("[]")).to_owned()).await?;
    schema.alter_table(Table::alter().table("compute_instance").add_column(binary_null("root_password")).to_owned()).await
}
