//! Public IPv6 addresses: a network's block with the pool that it is from, a card's and a machine's address. What rests may be a block.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{string_null, uuid_null};

kernel::migration!("compute_m0019_ipv6");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite adds one column a statement.
    for (table, column) in [
        ("compute_network", string_null("ipv6")),
        ("compute_network", uuid_null("ipv6_pool_id")),
        ("compute_card", string_null("ipv6")),
        ("compute_instance", string_null("ipv6")),
    ] {
        schema.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
    }
    // Whoever else is at work, a block leads to one network.
    schema.create_index(Index::create().unique().name("compute_network_ipv6_once").table("compute_network").col("ipv6").to_owned()).await?;
    schema.alter_table(Table::alter().table("compute_address_rest").rename_column("ipv4", "block").to_owned()).await
}
