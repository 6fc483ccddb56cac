//! The table `compute_template`.

use kernel::{Error, Result, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use super::model::{Template, TemplateId};

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::template::TemplateId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_template")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TemplateId,
        #[sea_orm(unique)]
        pub name: String,
        pub title: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn view(row: entity::Model) -> Template {
    Template { id: row.id, name: row.name, title: row.title }
}

/// All templates, by name. They are public.
pub(crate) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Template>> {
    Ok(entity::Entity::find().order_by_asc(entity::Column::Name).all(db).await?.into_iter().map(view).collect())
}

/// One template. It is public.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn by_id(db: &impl ConnectionTrait, id: TemplateId) -> Result<Template> {
    entity::Entity::find_by_id(id).one(db).await?.map(view).ok_or_else(|| Error::not_found("template"))
}

/// Finds the template `name` or makes it.
pub(crate) async fn ensure(tx: &Tx, name: &str, title: &str) -> Result<TemplateId> {
    let row = entity::ActiveModel { id: Set(tx.cx().new_id()), name: Set(name.to_owned()), title: Set(title.to_owned()) };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    let found = entity::Entity::find().filter(entity::Column::Name.eq(name)).one(tx.db()).await?;
    found.map(|row| row.id).ok_or_else(|| Error::internal("a template vanished"))
}
