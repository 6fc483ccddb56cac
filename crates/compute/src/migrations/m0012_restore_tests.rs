//! What came of trying backups, and which plans have theirs tried.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, boolean, string, string_null, text_null};

kernel::migration!("compute_m0012_restore_tests");

async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr> {
    // SQLite adds one column at a time.
    for column in [string_null("test_outcome"), big_integer_null("test_at"), text_null("test_problem"), boolean("test_guest").default(false).to_owned()] {
        schema.alter_table(Table::alter().table("compute_backup").add_column(column).to_owned()).await?;
    }
    for column in [string("restore_tests").default("never").to_owned(), big_integer_null("next_test_at")] {
        schema.alter_table(Table::alter().table("compute_backup_plan").add_column(column).to_owned()).await?;
    }
    Ok(())
}
