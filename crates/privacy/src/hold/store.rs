//! The table `privacy_hold`.

use kernel::id::Id;
use kernel::{Error, KeyOwner, OrganisationId, PersonId, Result, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::model::{Hold, HoldId};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_hold")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub owner_kind: String,
        pub owner_id: Uuid,
        pub sections: String,
        pub matter: String,
        pub placed_by: Uuid,
        pub placed_at: i64,
        pub ends_at: i64,
        pub resumed_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A hold that stands.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) owner: Uuid,
    pub(super) sections: Vec<String>,
    pub(super) ends_at: Timestamp,
}

fn names(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn view(row: entity::Model) -> Hold {
    let organisation = row.owner_kind == "organisation";
    Hold {
        id: HoldId::from_uuid(row.id),
        person_id: (!organisation).then(|| PersonId::from_uuid(row.owner_id)),
        organisation_id: organisation.then(|| OrganisationId::from_uuid(row.owner_id)),
        sections: names(&row.sections),
        matter: row.matter,
        placed_by: PersonId::from_uuid(row.placed_by),
        placed_at: Timestamp(row.placed_at),
        ends_at: Timestamp(row.ends_at),
        resumed_at: row.resumed_at.map(Timestamp),
    }
}

pub(super) async fn insert(tx: &Tx, id: HoldId, owner: KeyOwner, sections: &[String], matter: &str, by: PersonId, ends_at: Timestamp) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(id.uuid()),
        owner_kind: Set(owner.kind().to_owned()),
        owner_id: Set(owner.uuid()),
        sections: Set(sections.join(" ")),
        matter: Set(matter.to_owned()),
        placed_by: Set(by.uuid()),
        placed_at: Set(tx.cx().now().0),
        ends_at: Set(ends_at.0),
        resumed_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

pub(super) async fn by_id(db: &impl ConnectionTrait, id: HoldId) -> Result<Option<Hold>> {
    Ok(entity::Entity::find_by_id(id.uuid()).one(db).await?.map(view))
}

pub(super) async fn page(db: &impl ConnectionTrait, after: Option<HoldId>, limit: u64) -> Result<Vec<Hold>> {
    let mut query = entity::Entity::find().order_by_desc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(entity::Column::Id.lt(after.uuid()));
    }
    Ok(query.all(db).await?.into_iter().map(view).collect())
}

/// Holds that stand at `now`.
pub(super) async fn standing(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Standing>> {
    let rows = entity::Entity::find().filter(entity::Column::EndsAt.gt(now.0)).all(db).await?;
    Ok(rows.into_iter().map(|row| Standing { owner: row.owner_id, sections: names(&row.sections), ends_at: Timestamp(row.ends_at) }).collect())
}

/// Holds that have ended and whose owners were not looked at since.
pub(super) async fn ended_unsettled(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Hold>> {
    let rows = entity::Entity::find().filter(entity::Column::EndsAt.lte(now.0)).filter(entity::Column::ResumedAt.is_null()).all(db).await?;
    Ok(rows.into_iter().map(view).collect())
}

async fn set(tx: &Tx, id: HoldId, column: entity::Column) -> Result<()> {
    let done = entity::Entity::update_many().col_expr(column, Expr::value(tx.cx().now().0)).filter(entity::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    if done.rows_affected == 0 { Err(Error::not_found("hold")) } else { Ok(()) }
}

pub(super) async fn set_ended(tx: &Tx, id: HoldId) -> Result<()> {
    set(tx, id, entity::Column::EndsAt).await
}

pub(super) async fn set_resumed(tx: &Tx, id: HoldId) -> Result<()> {
    set(tx, id, entity::Column::ResumedAt).await
}
