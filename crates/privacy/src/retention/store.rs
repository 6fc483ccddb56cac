//! The table `privacy_sweep`.

use std::collections::BTreeMap;

use kernel::{Error, Result, Timestamp, Tx};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder, Set};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_sweep")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub at: i64,
        pub finished_at: i64,
        pub counts: String,
        pub log_index: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(crate) async fn insert(tx: &Tx, began: Timestamp, counts: &BTreeMap<String, u64>, log_index: u64) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_uuid()),
        at: Set(began.0),
        finished_at: Set(tx.cx().now().0),
        counts: Set(serde_json::to_string(counts).map_err(|error| Error::internal("cannot encode counts").caused_by(error))?),
        log_index: Set(i64::try_from(log_index).unwrap_or(i64::MAX)),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// When the sweeper last finished.
pub(crate) async fn last_run(db: &impl ConnectionTrait) -> Result<Option<Timestamp>> {
    Ok(entity::Entity::find().order_by_desc(entity::Column::Id).one(db).await?.map(|row| Timestamp(row.finished_at)))
}
