//! Rows of projects.

use kernel::permission::AtOrganisation;
use kernel::{OrganisationId, ProjectId, Result, Scope, Sealed, Timestamp};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use fields::Name;

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// What its people call it.
        pub Name: String = "identity.project.name");
}

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;

    use super::fields::Name;

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

/// Whether `project` is in the organisation of `at`.
///
/// # Errors
/// Database errors.
pub async fn exists<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, project: ProjectId) -> Result<bool> {
    let row = entity::Entity::find_by_id(project).filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).one(db).await?;
    Ok(row.is_some())
}
