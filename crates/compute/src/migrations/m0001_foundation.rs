//! Regions, templates, nodes, instances, their events, readings, console tickets and quotas.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, binary_null, boolean, integer, integer_null, pk_uuid, string, string_null, text, text_null, uuid, uuid_null,
};

kernel::migration!("compute_m0001_foundation");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    for name in ["compute_region", "compute_template"] {
        let table = Table::create().table(name).col(pk_uuid("id")).col(string("name").unique_key()).col(string("title")).to_owned();
        schema.create_table(table).await?;
    }
    schema.create_table(node()).await?;
    schema.create_table(instance()).await?;
    let hostname = Index::create().unique().name("compute_instance_hostname").table("compute_instance").col("project_id").col("hostname_index").to_owned();
    schema.create_index(hostname).await?;
    schema.create_index(Index::create().name("compute_instance_project").table("compute_instance").col("project_id").col("id").to_owned()).await?;
    schema.create_index(Index::create().name("compute_instance_node").table("compute_instance").col("node_id").col("state").to_owned()).await?;
    schema
        .create_table(
            Table::create()
                .table("compute_event")
                .col(pk_uuid("id"))
                .col(uuid("instance_id"))
                .col(big_integer("at"))
                .col(string("state"))
                .col(text("text"))
                .to_owned(),
        )
        .await?;
    schema.create_index(Index::create().name("compute_event_instance").table("compute_event").col("instance_id").col("id").to_owned()).await?;
    schema.create_table(reading()).await?;
    schema
        .create_table(
            Table::create()
                .table("compute_console_ticket")
                .col(binary("ticket").primary_key())
                .col(uuid("instance_id"))
                .col(uuid("person_id"))
                .col(string("kind"))
                .col(big_integer("expires_at"))
                .to_owned(),
        )
        .await?;
    schema.create_table(quota()).await
}

fn node() -> TableCreateStatement {
    Table::create()
        .table("compute_node")
        .col(pk_uuid("id"))
        .col(uuid("region_id"))
        .col(string("name").unique_key())
        .col(string("driver"))
        .col(string("accelerator"))
        .col(text("accelerator_reason"))
        .col(integer_null("cpus"))
        .col(big_integer_null("memory_mib"))
        .col(big_integer_null("disk_mib"))
        .col(big_integer_null("disk_free_mib"))
        .col(text("templates"))
        .col(text("orphans"))
        .col(boolean("enabled"))
        .col(text_null("problem"))
        .col(big_integer("seen_at"))
        .to_owned()
}

fn instance() -> TableCreateStatement {
    Table::create()
        .table("compute_instance")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(binary("name"))
        .col(binary("hostname"))
        .col(binary_null("hostname_index"))
        .col(binary("ssh_key"))
        .col(uuid("size_id"))
        .col(string("size_name"))
        .col(integer("cpus"))
        .col(integer("memory_mib"))
        .col(integer("disk_gib"))
        .col(uuid("template_id"))
        .col(string("template_name"))
        .col(string("template_title"))
        .col(uuid("region_id"))
        .col(string("region_title"))
        .col(uuid_null("node_id"))
        .col(string_null("node_name"))
        .col(string("state"))
        .col(text_null("state_reason"))
        .col(string_null("accelerator"))
        .col(string_null("ipv4"))
        .col(string_null("ssh_host"))
        .col(integer_null("ssh_port"))
        .col(string("mac"))
        .col(boolean("quota_held"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("delete_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}

fn reading() -> TableCreateStatement {
    Table::create()
        .table("compute_reading")
        .col(uuid("instance_id"))
        .col(big_integer("seq"))
        .col(big_integer("from_at"))
        .col(big_integer("to_at"))
        .col(big_integer("running_us"))
        .col(big_integer("running_total_us"))
        .col(integer("disk_gib"))
        .col(big_integer("received_bytes"))
        .col(big_integer("sent_bytes"))
        .col(big_integer("received_total"))
        .col(big_integer("sent_total"))
        .primary_key(Index::create().col("instance_id").col("seq"))
        .to_owned()
}

fn quota() -> TableCreateStatement {
    Table::create()
        .table("compute_quota")
        .col(pk_uuid("owner_id"))
        .col(uuid("organisation_id"))
        .col(big_integer("machines"))
        .col(big_integer("cpus"))
        .col(big_integer("memory_mib"))
        .col(big_integer("disk_gib"))
        .col(big_integer("machines_limit"))
        .col(big_integer("cpus_limit"))
        .col(big_integer("memory_mib_limit"))
        .col(big_integer("disk_gib_limit"))
        .to_owned()
}
