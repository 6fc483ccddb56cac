//! Where a node's private networks are, which several nodes can share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;

kernel::migration!("compute_m0023_network_sites");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_node").add_column(string_null("network_site")).to_owned()).await
}
