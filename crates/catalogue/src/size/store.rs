//! The table `catalogue_size`. Sizes belong to nobody.

use compute::SizeId;
use kernel::{Currency, Error, Money, Result, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::model::Size;

mod entity {
    use compute::SizeId;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalogue_size")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SizeId,
        #[sea_orm(unique)]
        pub name: String,
        pub cpus: i32,
        pub memory_mib: i32,
        pub disk_gib: i32,
        pub monthly_minor: i64,
        pub hourly_minor: i64,
        pub currency: String,
        pub visible: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn view(row: entity::Model) -> Result<Size> {
    let currency = Currency::from_code(&row.currency)?;
    Ok(Size {
        id: row.id,
        name: row.name,
        cpus: row.cpus,
        memory_mib: row.memory_mib,
        disk_gib: row.disk_gib,
        monthly: Money::new(row.monthly_minor, currency),
        hourly: Money::new(row.hourly_minor, currency),
        visible: row.visible,
    })
}

/// What is on sale, cheapest first. Public.
///
/// # Errors
/// Database errors.
pub async fn visible(db: &impl ConnectionTrait) -> Result<Vec<Size>> {
    let query = entity::Entity::find().filter(entity::Column::Visible.eq(true)).order_by_asc(entity::Column::MonthlyMinor).order_by_asc(entity::Column::Name);
    query.all(db).await?.into_iter().map(view).collect()
}

/// One size, on sale or not.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn by_id(db: &impl ConnectionTrait, id: SizeId) -> Result<Size> {
    entity::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("size")).and_then(view)
}

/// Writes a size unless one of its name exists.
pub(super) async fn insert(tx: &Tx, size: &Size) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(size.id),
        name: Set(size.name.clone()),
        cpus: Set(size.cpus),
        memory_mib: Set(size.memory_mib),
        disk_gib: Set(size.disk_gib),
        monthly_minor: Set(size.monthly.minor),
        hourly_minor: Set(size.hourly.minor),
        currency: Set(size.monthly.currency.code().to_owned()),
        visible: Set(size.visible),
    };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes prices and visibility.
pub(super) async fn set(tx: &Tx, size: &Size) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::MonthlyMinor, Expr::value(size.monthly.minor))
        .col_expr(entity::Column::HourlyMinor, Expr::value(size.hourly.minor))
        .col_expr(entity::Column::Visible, Expr::value(size.visible))
        .filter(entity::Column::Id.eq(size.id))
        .exec(tx.db())
        .await?;
    Ok(())
}
