//! The table `compute_security_group`.

use kernel::permission::AtProject;
use kernel::{Error, Place, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::model::SecurityGroupId;

pub(crate) use entity::{Column, Model as Row};

use entity::Entity;

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::security_group::model::{Name, SecurityGroupId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_security_group")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SecurityGroupId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub name: Sealed<Name>,
        pub rules: String,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the group is.
    pub(crate) fn place(&self) -> Place {
        Place::Project { organisation: self.organisation_id, project: self.project_id }
    }
}

/// Writes a new group.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One group of the project.
pub(crate) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: SecurityGroupId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("security group"))
}

/// The same, locked to the end of the transaction.
pub(super) async fn locked<P: AtProject>(tx: &Tx, at: &Scope<P>, id: SecurityGroupId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("security group"))
}

/// The project's groups, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<SecurityGroupId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Changes columns of a group that is known to be the scope's.
pub(super) async fn set(tx: &Tx, id: SecurityGroupId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Removes a group that is known to be the scope's.
pub(super) async fn remove(tx: &Tx, id: SecurityGroupId) -> Result<()> {
    Entity::delete_by_id(id).exec(tx.db()).await?;
    Ok(())
}
