//! Snapshots with their place in the quota, and kept SSH keys.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary, boolean, integer, pk_uuid, string, text_null, uuid, uuid_null};

kernel::migration!("compute_m0002_snapshots_and_keys");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.create_table(snapshot()).await?;
    let of_machine = Index::create().name("compute_snapshot_instance").table("compute_snapshot").col("instance_id").col("id").to_owned();
    schema.create_index(of_machine).await?;
    schema.create_table(ssh_key()).await?;
    let once = Index::create().unique().name("compute_ssh_key_once").table("compute_ssh_key").col("project_id").col("fingerprint_index").to_owned();
    schema.create_index(once).await?;
    // Existing owners get the limit that new ones have. SQLite adds one column a statement.
    for (column, value) in [("snapshots", 0), ("snapshots_limit", 20)] {
        let added = Table::alter().table("compute_quota").add_column(big_integer(column).default(value)).to_owned();
        schema.alter_table(added).await?;
    }
    Ok(())
}

fn snapshot() -> TableCreateStatement {
    Table::create()
        .table("compute_snapshot")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(uuid("instance_id"))
        .col(binary("name"))
        .col(string("state"))
        .col(text_null("problem"))
        .col(boolean("memory"))
        .col(integer("disk_gib"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}

fn ssh_key() -> TableCreateStatement {
    Table::create()
        .table("compute_ssh_key")
        .col(pk_uuid("id"))
        .col(uuid("organisation_id"))
        .col(uuid("project_id"))
        .col(binary("name"))
        .col(binary("public_key"))
        .col(binary("fingerprint_index"))
        .col(big_integer("created_at"))
        .to_owned()
}
