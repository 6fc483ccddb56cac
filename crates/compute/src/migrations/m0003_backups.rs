//! Backups with their place in the quota, the plans by which they are made, and machines that are made from one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, binary, boolean, integer, integer_null, pk_uuid, string, string_null, text_null, uuid, uuid_null,
};

kernel::migration!("compute_m0003_backups");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.create_table(backup()).await?;
    for (name, column) in [("compute_backup_project", "project_id"), ("compute_backup_instance", "instance_id")] {
        schema.create_index(Index::create().name(name).table("compute_backup").col(column).col("id").to_owned()).await?;
    }
    // Whoever else is at work, an instant of a plan makes one backup.
    let once = Index::create().unique().name("compute_backup_once").table("compute_backup").col("instance_id").col("due_at").to_owned();
    schema.create_index(once).await?;
    schema.create_table(backup_plan()).await?;
    schema.create_index(Index::create().name("compute_backup_plan_next").table("compute_backup_plan").col("next_at").to_owned()).await?;
    // Existing owners get the limit that new ones have. SQLite adds one column a statement.
    for (column, value) in [("backups", 0), ("backups_limit", 50)] {
        let added = Table::alter().table("compute_quota").add_column(big_integer(column).default(value)).to_owned();
        schema.alter_table(added).await?;
    }
    schema.alter_table(Table::alter().table("compute_instance").add_column(uuid_null("backup_id")).to_owned()).await
}

fn backup() -> TableCreateStatement {
    Table::create()
        .table("compute_backup")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("instance_id"))
        .col(binary("hostname"))
        .col(binary("name"))
        .col(boolean("scheduled"))
        .col(big_integer_null("due_at"))
        .col(string("state"))
        .col(text_null("problem"))
        .col(integer_null("percent"))
        .col(big_integer_null("bytes"))
        .col(string_null("format"))
        .col(integer("disk_gib"))
        .col(uuid("template_id"))
        .col(string("template_name"))
        .col(string("template_title"))
        .col(uuid("region_id"))
        .col(string("region_title"))
        .col(string("node_name"))
        .col(uuid_null("operation_id"))
        .col(big_integer_null("taken_at"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}

fn backup_plan() -> TableCreateStatement {
    Table::create()
        .table("compute_backup_plan")
        .col(pk_uuid("instance_id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(string("frequency"))
        .col(string("weekday"))
        .col(integer("hour"))
        .col(integer("keep"))
        .col(big_integer("next_at"))
        .to_owned()
}
