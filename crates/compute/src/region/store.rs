//! The table `compute_region`.

use kernel::{Error, Result, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::model::{Region, RegionId};

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::region::RegionId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_region")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RegionId,
        #[sea_orm(unique)]
        pub name: String,
        pub title: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn view(row: entity::Model) -> Region {
    Region { id: row.id, name: row.name, title: row.title }
}

/// All regions, by name. They are public.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Region>> {
    Ok(entity::Entity::find().order_by_asc(entity::Column::Name).all(db).await?.into_iter().map(view).collect())
}

/// One region. It is public.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn by_id(db: &impl ConnectionTrait, id: RegionId) -> Result<Region> {
    entity::Entity::find_by_id(id).one(db).await?.map(view).ok_or_else(|| Error::not_found("region"))
}

/// Finds the region `name` or makes it.
pub(crate) async fn ensure(tx: &Tx, name: &str, title: &str) -> Result<RegionId> {
    let row = entity::ActiveModel { id: Set(tx.cx().new_id()), name: Set(name.to_owned()), title: Set(title.to_owned()) };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    let found = entity::Entity::find().filter(entity::Column::Name.eq(name)).one(tx.db()).await?;
    found.map(|row| row.id).ok_or_else(|| Error::internal("a region vanished"))
}
