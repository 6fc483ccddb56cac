//! The table `compute_template`.

use kernel::permission::Permission;
use kernel::{Error, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QueryTrait, Set};

use super::model::{Template, TemplateId, TemplatePatch, TemplateSource};
use crate::image::{disk_gib, store as images};

pub(super) use entity::Model as Row;

mod entity {
    use sea_orm::entity::prelude::*;

    use crate::template::{TemplateId, TemplateSource};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_template")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TemplateId,
        #[sea_orm(unique)]
        pub name: String,
        pub title: String,
        pub source: TemplateSource,
        pub description: String,
        pub hidden: bool,
        pub retired_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The template with its newest image, if machines can be made of it.
fn view(row: Row, image: Option<&images::Row>) -> Option<Template> {
    if row.source == TemplateSource::Image && image.is_none() {
        return None;
    }
    Some(Template {
        image: image.map(|image| image.id.on_nodes()),
        disk_gib: image.and_then(|image| image.virtual_bytes).map_or(1, disk_gib),
        description: row.description,
        source: row.source,
        version: image.map(|image| image.version),
        retired: row.retired_at.is_some(),
        ..Template::standing(row.id, row.name, row.title)
    })
}

/// The templates on offer, by name. They are public.
///
/// # Errors
/// Database errors.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Template>> {
    let shown = entity::Entity::find().filter(entity::Column::Hidden.eq(false)).filter(entity::Column::RetiredAt.is_null());
    let rows = shown.order_by_asc(entity::Column::Name).all(db).await?;
    let newest = images::newest_ready(db, None).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let image = newest.get(&row.id);
            view(row, image)
        })
        .collect())
}

/// One template that machines can be made of, hidden and retired ones included. It is public.
///
/// # Errors
/// `NotFound`; database errors.
pub async fn by_id(db: &impl ConnectionTrait, id: TemplateId) -> Result<Template> {
    let row = entity::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("template"))?;
    let newest = images::newest_ready(db, Some(id)).await?;
    view(row, newest.get(&id)).ok_or_else(|| Error::not_found("template"))
}

/// All of them, by name; for the operator.
pub(super) async fn every<P: Permission>(db: &impl ConnectionTrait, _at: &Scope<P>) -> Result<Vec<Row>> {
    Ok(entity::Entity::find().order_by_asc(entity::Column::Name).all(db).await?)
}

/// One of them, locked to the end of the transaction.
pub(super) async fn locked(tx: &Tx, id: TemplateId) -> Result<Row> {
    let mut query = entity::Entity::find_by_id(id);
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("template"))
}

/// The short names that begin with `key`.
pub(super) async fn keys_like(tx: &Tx, key: &str) -> Result<Vec<String>> {
    let rows = entity::Entity::find().filter(entity::Column::Name.starts_with(key)).all(tx.db()).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

/// Writes a template that is a row of images.
pub(super) async fn insert(tx: &Tx, id: TemplateId, key: String, title: &str, description: &str) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(id),
        name: Set(key),
        title: Set(title.to_owned()),
        source: Set(TemplateSource::Image),
        description: Set(description.to_owned()),
        hidden: Set(false),
        retired_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Writes what the operator says about a template.
pub(super) async fn set<P: Permission>(tx: &Tx, _at: &Scope<P>, row: &Row, patch: &TemplatePatch) -> Result<()> {
    let retired = match patch.retired {
        Some(true) => row.retired_at.or(Some(tx.cx().now().0)),
        Some(false) => None,
        None => row.retired_at,
    };
    let text = |new: &Option<String>, old: &str| new.as_deref().map_or(old, str::trim).to_owned();
    entity::Entity::update_many()
        .col_expr(entity::Column::Title, Expr::value(text(&patch.name, &row.title)))
        .col_expr(entity::Column::Description, Expr::value(text(&patch.description, &row.description)))
        .col_expr(entity::Column::Hidden, Expr::value(patch.hidden.unwrap_or(row.hidden)))
        .col_expr(entity::Column::RetiredAt, Expr::value(retired))
        .filter(entity::Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Finds the template `name` that drivers have, or makes it.
pub(crate) async fn ensure(tx: &Tx, name: &str, title: &str) -> Result<TemplateId> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_id()),
        name: Set(name.to_owned()),
        title: Set(title.to_owned()),
        source: Set(TemplateSource::Built),
        description: Set(String::new()),
        hidden: Set(false),
        retired_at: Set(None),
    };
    entity::Entity::insert(row).on_conflict_do_nothing_on([entity::Column::Name]).exec_without_returning(tx.db()).await?;
    let found = entity::Entity::find().filter(entity::Column::Name.eq(name)).one(tx.db()).await?;
    found.map(|row| row.id).ok_or_else(|| Error::internal("a template vanished"))
}
