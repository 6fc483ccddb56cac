//! Settings of the installation that people change while it runs: one JSON document per name.

use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ConnectionTrait, EntityTrait, QueryTrait, Set};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};
use crate::time::Timestamp;
use crate::tx::Tx;

/// The table `kernel_setting`.
pub(crate) mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "kernel_setting")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub name: String,
        pub value: String,
        pub at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The setting `name`, if it was ever written.
///
/// # Errors
/// Database errors; `Internal` when the document is of another shape.
pub async fn read<T: DeserializeOwned>(db: &impl ConnectionTrait, name: &str) -> Result<Option<T>> {
    entity::Entity::find_by_id(name.to_owned())
        .one(db)
        .await?
        .map(|row| serde_json::from_str(&row.value).map_err(|error| Error::internal(format!("the setting {name} is damaged")).caused_by(error)))
        .transpose()
}

/// Writes the setting `name`. Never personal values: settings are readable by the instance.
///
/// # Errors
/// Database errors.
pub async fn write<T: Serialize + Sync>(tx: &Tx, name: &str, value: &T) -> Result<()> {
    let value = serde_json::to_string(value).map_err(|error| Error::internal("cannot encode a setting").caused_by(error))?;
    let row = entity::ActiveModel { name: Set(name.to_owned()), value: Set(value), at: Set(tx.cx().now().0) };
    entity::Entity::insert(row)
        .on_conflict(OnConflict::column(entity::Column::Name).update_columns([entity::Column::Value, entity::Column::At]).to_owned())
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// The setting `name`, made with `first` if it was never written, and held as it is until the transaction ends.
///
/// # Errors
/// As [`read`].
pub(crate) async fn held<T: Serialize + DeserializeOwned + Sync>(db: &impl ConnectionTrait, name: &str, first: &T, now: Timestamp) -> Result<T> {
    let damaged = |error: serde_json::Error| Error::internal(format!("the setting {name} is damaged")).caused_by(error);
    let row = entity::ActiveModel { name: Set(name.to_owned()), value: Set(serde_json::to_string(first).map_err(damaged)?), at: Set(now.0) };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(db).await?;
    let mut query = entity::Entity::find_by_id(name.to_owned());
    QueryTrait::query(&mut query).lock(LockType::Share);
    let row = query.one(db).await?.ok_or_else(|| Error::internal(format!("the setting {name} is gone")))?;
    serde_json::from_str(&row.value).map_err(damaged)
}
