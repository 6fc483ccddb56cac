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
        pub class: Option<String>,
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
        class: row.class,
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

/// All sizes, on sale or not, cheapest first; they belong to nobody.
pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Size>> {
    let query = entity::Entity::find().order_by_asc(entity::Column::MonthlyMinor).order_by_asc(entity::Column::Name);
    query.all(db).await?.into_iter().map(view).collect()
}

/// Writes a size unless one of its name exists; false when one does.
pub(super) async fn insert(tx: &Tx, size: &Size) -> Result<bool> {
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
        class: Set(size.class.clone()),
    };
    let inserted = entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    Ok(matches!(inserted, sea_orm::TryInsertResult::Inserted(1)))
}

/// Writes prices, class and visibility.
pub(super) async fn set(tx: &Tx, size: &Size) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::MonthlyMinor, Expr::value(size.monthly.minor))
        .col_expr(entity::Column::HourlyMinor, Expr::value(size.hourly.minor))
        .col_expr(entity::Column::Visible, Expr::value(size.visible))
        .col_expr(entity::Column::Class, Expr::value(size.class.clone()))
        .filter(entity::Column::Id.eq(size.id))
        .exec(tx.db())
        .await?;
    Ok(())
}
