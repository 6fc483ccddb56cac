//! Private networks with the cards of machines in them, security groups, and public addresses with their pools; with places in the quota.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, boolean, pk_uuid, string, string_null, text, uuid, uuid_null};

kernel::migration!("compute_m0014_networks");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in [network(), card(), security_group(), address(), address_rest(), address_pool()] {
        schema.create_table(table).await?;
    }
    // Whoever else is at work, an address of a network has one machine.
    let once = Index::create().unique().name("compute_card_once").table("compute_card").col("network_id").col("ipv4").to_owned();
    schema.create_index(once).await?;
    let of_group = Index::create().name("compute_card_group").table("compute_card").col("security_group_id").to_owned();
    schema.create_index(of_group).await?;
    // And a public address has one holder.
    schema.create_index(Index::create().unique().name("compute_address_once").table("compute_address").col("ipv4").to_owned()).await?;
    schema.create_index(Index::create().name("compute_address_instance").table("compute_address").col("instance_id").to_owned()).await?;
    for (name, table) in [
        ("compute_network_project", "compute_network"),
        ("compute_security_group_project", "compute_security_group"),
        ("compute_address_project", "compute_address"),
    ] {
        schema.create_index(Index::create().name(name).table(table).col("project_id").col("id").to_owned()).await?;
    }
    // Existing owners get the limits that new ones have. SQLite adds one column a statement.
    for (column, value) in [("networks", 0), ("networks_limit", 10), ("addresses", 0), ("addresses_limit", 10)] {
        let added = Table::alter().table("compute_quota").add_column(big_integer(column).default(value)).to_owned();
        schema.alter_table(added).await?;
    }
    Ok(())
}

fn network() -> TableCreateStatement {
    Table::create()
        .table("compute_network")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(binary("name"))
        .col(uuid("region_id"))
        .col(string("subnet"))
        .col(string("gateway"))
        .col(boolean("egress"))
        .col(string("state"))
        .col(string_null("node_name"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}

fn card() -> TableCreateStatement {
    Table::create()
        .table("compute_card")
        .col(pk_uuid("instance_id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("network_id"))
        .col(string("ipv4"))
        .col(uuid_null("security_group_id"))
        .to_owned()
}

fn security_group() -> TableCreateStatement {
    Table::create()
        .table("compute_security_group")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(binary("name"))
        .col(text("rules"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn address() -> TableCreateStatement {
    Table::create()
        .table("compute_address")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("pool_id"))
        .col(string("ipv4"))
        .col(uuid_null("instance_id"))
        .col(string_null("reverse_name"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn address_rest() -> TableCreateStatement {
    Table::create().table("compute_address_rest").col(string("ipv4").primary_key()).col(uuid("pool_id")).col(big_integer("until")).to_owned()
}

fn address_pool() -> TableCreateStatement {
    Table::create()
        .table("compute_address_pool")
        .col(pk_uuid("id"))
        .col(uuid("region_id"))
        .col(string("name"))
        .col(string("subnet"))
        .col(text("excluded"))
        .col(big_integer("created_at"))
        .to_owned()
}
