//! Rows of projects.

use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Error, OrganisationId, PageQuery, ProjectId, Result, Scope, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::fields::Name;

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::project::fields::Name;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_project")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ProjectId,
        pub organisation_id: OrganisationId,
        pub name: Sealed<Name>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Stores a new project.
pub(crate) async fn insert(db: &impl ConnectionTrait, id: ProjectId, organisation: OrganisationId, name: Sealed<Name>, now: Timestamp) -> Result<()> {
    let row = entity::ActiveModel { id: Set(id), organisation_id: Set(organisation), name: Set(name), created_at: Set(now.0) };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The projects of the organisation of `at`, oldest first.
///
/// # Errors
/// Database errors.
pub async fn of_organisation<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<ProjectId>> {
    let ids = entity::Entity::find()
        .select_only()
        .column(entity::Column::Id)
        .filter(entity::Column::OrganisationId.eq(at.organisation_id()?))
        .order_by_asc(entity::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids)
}

/// Keeps the project of `at` from being deleted until the transaction ends. Whoever puts something into a project calls this first.
///
/// # Errors
/// `NotFound` when the project has been deleted since the caller was let in.
pub async fn keep<P: AtProject>(tx: &Tx, at: &Scope<P>) -> Result<()> {
    let row = entity::Entity::find_by_id(at.project_id()?).lock_shared().one(tx.db()).await?;
    row.map(drop).ok_or_else(|| Error::not_found("project"))
}

/// A project as stored.
pub(super) struct Stored {
    pub(super) id: ProjectId,
    pub(super) name: Sealed<Name>,
    pub(super) created_at: Timestamp,
}

/// A page of the projects of the organisation of `at`, newest first.
pub(super) async fn page<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find =
        entity::Entity::find().filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).order_by_desc(entity::Column::Id).limit(query.limit() + 1);
    if let Some(after) = query.after::<ProjectId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    let stored = |row: entity::Model| Stored { id: row.id, name: row.name, created_at: Timestamp(row.created_at) };
    Ok(find.all(db).await?.into_iter().map(stored).collect())
}

/// How many projects the organisation of `at` has, its rows locked until the transaction ends.
pub(super) async fn locked_count<P: AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<usize> {
    let rows = entity::Entity::find().filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).lock_exclusive().all(tx.db()).await?;
    Ok(rows.len())
}

/// Renames the project of `at`.
pub(super) async fn set_name<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, name: Sealed<Name>) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Name, Expr::value(name)).filter(entity::Column::Id.eq(at.project_id()?)).exec(db).await?;
    Ok(())
}

/// Removes the project of `at`.
pub(super) async fn remove<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<()> {
    entity::Entity::delete_many().filter(entity::Column::Id.eq(at.project_id()?)).exec(db).await?;
    Ok(())
}
