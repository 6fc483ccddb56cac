//! Log lines that are for the operator alone.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::boolean;

kernel::migration!("workflow_m0003_log_audience");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("workflow_log").add_column(boolean("for_operator").default(false)).to_owned()).await
}
