//! Living workers, so that each takes its share.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string};

kernel::migration!("workflow_m0002_worker");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    let table = Table::create().table("workflow_worker").col(string("holder").primary_key()).col(big_integer("seen_at")).to_owned();
    schema.create_table(table).await
}
