//! A migration of a domain: a name that no other domain has, and one function, in one transaction.

#[doc(hidden)]
pub use async_trait::async_trait;
#[doc(hidden)]
pub use sea_orm_migration;

/// Declares the migration of a file: `kernel::migration!("compute_m0002_disk");` beside
/// `async fn up(schema: &SchemaManager<'_>) -> Result<(), DbErr>`. The name is written out,
/// because the names of files repeat in every domain.
#[macro_export]
macro_rules! migration {
    ($name:literal) => {
        /// What this file changes.
        pub(crate) struct Migration;

        impl $crate::migration::sea_orm_migration::MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }

        #[$crate::migration::async_trait]
        impl $crate::migration::sea_orm_migration::MigrationTrait for Migration {
            fn use_transaction(&self) -> Option<bool> {
                Some(true)
            }

            async fn up(
                &self,
                schema: &$crate::migration::sea_orm_migration::SchemaManager,
            ) -> ::std::result::Result<(), $crate::migration::sea_orm_migration::DbErr> {
                up(schema).await
            }
        }
    };
}
