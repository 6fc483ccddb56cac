//! The table `privacy_erasure`.

use kernel::id::Id;
use kernel::{Error, Place, Result, Scope, Timestamp, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::{Erasure, ErasureId};
use crate::permissions::ErasureCreate;

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_erasure")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub certificate_id: String,
        pub operation_id: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

fn person(at: &Scope<ErasureCreate>) -> Result<uuid::Uuid> {
    match at.place() {
        Place::Person { person } => Ok(person.uuid()),
        _ => Err(Error::internal("a person scope without a person")),
    }
}

pub(crate) async fn insert(tx: &Tx, at: &Scope<ErasureCreate>, erasure: &Erasure) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(erasure.id.uuid()),
        person_id: Set(person(at)?),
        certificate_id: Set(erasure.certificate_id.to_string()),
        operation_id: Set(Some(erasure.operation_id.to_string())),
        created_at: Set(tx.cx().now().0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The erasure that is under way for the person of `at`.
pub(crate) async fn of_person(db: &impl ConnectionTrait, at: &Scope<ErasureCreate>) -> Result<Option<Erasure>> {
    let damaged = || Error::internal("an erasure's row is damaged");
    let row = entity::Entity::find().filter(entity::Column::PersonId.eq(person(at)?)).one(db).await?;
    row.map(|row| {
        Ok(Erasure {
            id: ErasureId::from_uuid(row.id),
            operation_id: row.operation_id.as_deref().unwrap_or_default().parse().map_err(|_| damaged())?,
            certificate_id: row.certificate_id.parse().map_err(|_| damaged())?,
        })
    })
    .transpose()
}

/// Erasures that were asked for before `then` and are still under way.
pub(crate) async fn older_than(db: &impl ConnectionTrait, then: Timestamp) -> Result<u64> {
    Ok(entity::Entity::find().filter(entity::Column::CreatedAt.lt(then.0)).count(db).await?)
}
