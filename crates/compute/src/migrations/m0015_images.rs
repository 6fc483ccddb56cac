//! Images: disks that were fetched or uploaded, as versions of a template or as a project's own; and what the operator says of templates.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, binary_null, boolean, integer, pk_uuid, string, string_null, text, text_null, uuid_null};

kernel::migration!("compute_m0015_images");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite adds one column a statement.
    let added = [
        string("source").default("built").to_owned(),
        text("description").default("").to_owned(),
        boolean("hidden").default(false).to_owned(),
        big_integer_null("retired_at"),
    ];
    for column in added {
        schema.alter_table(Table::alter().table("compute_template").add_column(column).to_owned()).await?;
    }
    schema.create_table(image()).await?;
    for (name, column) in [("compute_image_project", "project_id"), ("compute_image_template", "template_id")] {
        schema.create_index(Index::create().name(name).table("compute_image").col(column).col("id").to_owned()).await?;
    }
    let versions = Index::create().unique().name("compute_image_version").table("compute_image").col("template_id").col("version").to_owned();
    schema.create_index(versions).await?;
    // Existing owners get the limit that new ones have.
    for (column, value) in [("images", 0), ("images_limit", 5)] {
        schema.alter_table(Table::alter().table("compute_quota").add_column(big_integer(column).default(value)).to_owned()).await?;
    }
    Ok(())
}

fn image() -> TableCreateStatement {
    Table::create()
        .table("compute_image")
        .col(pk_uuid("id"))
        .col(uuid_null("organisation_id"))
        .col(uuid_null("project_id"))
        .col(uuid_null("template_id"))
        .col(integer("version"))
        .col(binary_null("name"))
        .col(string("source"))
        .col(text_null("url"))
        .col(string_null("sha256"))
        .col(string_null("disk_sha256"))
        .col(string("state"))
        .col(text_null("problem"))
        .col(big_integer("received_bytes"))
        .col(big_integer_null("total_bytes"))
        .col(big_integer_null("disk_bytes"))
        .col(big_integer_null("virtual_bytes"))
        .col(uuid_null("operation_id"))
        .col(big_integer("created_at"))
        .col(big_integer("touched_at"))
        .col(big_integer_null("ready_at"))
        .col(big_integer_null("deleted_at"))
        .to_owned()
}
