//! The table `compute_region`.

use kernel::{Error, Result, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set};

use super::model::{Region, RegionId};
use crate::{address_pool, node};

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

/// Regions with what the operator has there, as everybody may see them.
fn offered() -> Select<entity::Entity> {
    let id = || Expr::col((entity::Entity, entity::Column::Id));
    let query = entity::Entity::find().column_as(Expr::exists(address_pool::store::ipv6_of(id())), "ipv6");
    query.column_as(Expr::exists(node::store::with_own_cards_of(id())), "own_cards")
}

/// All regions, by name. They are public.
///
/// # Errors
/// Database errors.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Region>> {
    Ok(offered().order_by_asc(entity::Column::Name).into_model().all(db).await?)
}

/// One region. It is public.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn by_id(db: &impl ConnectionTrait, id: RegionId) -> Result<Region> {
    let query = offered().filter(entity::Column::Id.eq(id)).into_model();
    query.one(db).await?.ok_or_else(|| Error::not_found("region"))
}

/// Finds the region `name` or makes it.
pub(crate) async fn ensure(tx: &Tx, name: &str, title: &str) -> Result<RegionId> {
    let row = entity::ActiveModel { id: Set(tx.cx().new_id()), name: Set(name.to_owned()), title: Set(title.to_owned()) };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    let found = entity::Entity::find().filter(entity::Column::Name.eq(name)).one(tx.db()).await?;
    found.map(|row| row.id).ok_or_else(|| Error::internal("a region vanished"))
}
