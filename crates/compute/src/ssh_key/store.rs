//! The table `compute_ssh_key`.

use kernel::permission::AtProject;
use kernel::{Error, Result, Scope, Tx};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use super::model::SshKeyId;

pub(crate) use entity::Model as Row;
use entity::{Column, Entity};

mod entity {
    use kernel::{Blind, OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::ssh_key::model::{Name, PublicKey, SshKeyId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_ssh_key")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SshKeyId,
        pub organisation_id: OrganisationId,
        pub project_id: ProjectId,
        pub name: Sealed<Name>,
        pub public_key: Sealed<PublicKey>,
        pub fingerprint_index: Blind,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Writes a new key; one that is kept already is refused by the index.
pub(super) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One key of the project.
pub(crate) async fn by_id<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, id: SshKeyId) -> Result<Row> {
    Entity::find_by_id(id).filter(Column::ProjectId.eq(at.project_id()?)).one(db).await?.ok_or_else(|| Error::not_found("key"))
}

/// The project's keys, newest first, one more than `limit`.
pub(super) async fn page<P: AtProject>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<SshKeyId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(Column::ProjectId.eq(at.project_id()?));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// Removes a key.
pub(super) async fn remove<P: AtProject>(tx: &Tx, at: &Scope<P>, id: SshKeyId) -> Result<()> {
    let gone = Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::ProjectId.eq(at.project_id()?)).exec(tx.db()).await?;
    if gone.rows_affected == 1 { Ok(()) } else { Err(Error::not_found("key")) }
}
