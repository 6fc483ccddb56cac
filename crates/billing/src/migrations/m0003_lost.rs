//! When what a meter bills was lost.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

kernel::migration!("billing_m0003_lost");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("billing_meter").add_column(big_integer_null("lost_at")).to_owned()).await
}
