//! What the guest of a restore test takes, instead of whether there is one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer_null;

kernel::migration!("compute_m0018_room_of_restore_tests");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    schema.alter_table(Table::alter().table("compute_backup").add_column(integer_null("test_memory_mib")).to_owned()).await?;
    let mut running = Query::update();
    running.table("compute_backup").value("test_memory_mib", 1_024).and_where(Expr::col("test_guest").eq(true));
    schema.execute(running).await?;
    schema.alter_table(Table::alter().table("compute_backup").drop_column("test_guest").to_owned()).await
}
