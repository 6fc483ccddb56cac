//! Clusters that the operator enrols while the program runs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, binary, pk_uuid, string, text};

kernel::migration!("compute_m0010_clusters");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema
        .create_table(
            Table::create()
                .table("compute_cluster")
                .col(pk_uuid("id"))
                .col(string("name").unique_key())
                .col(string("kind"))
                .col(string("region"))
                .col(text("addresses"))
                .col(string("token_id"))
                .col(binary("token_secret"))
                .col(text("mapping"))
                .col(big_integer("version"))
                .col(big_integer("created_at"))
                .col(big_integer("updated_at"))
                .to_owned(),
        )
        .await
}
