//! The table `privacy_notice`.

use kernel::permission::Permission;
use kernel::{Error, PersonId, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use kernel::id::Id;

use super::model::{Channel, NoticeId};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_notice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub version: i64,
        pub channel: String,
        pub at: i64,
        pub seen_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A row.
pub(super) struct Row {
    pub(super) id: NoticeId,
    pub(super) version: i64,
    pub(super) channel: Channel,
    pub(super) at: Timestamp,
    pub(super) seen_at: Option<Timestamp>,
}

fn person<P: Permission>(at: &Scope<P>) -> Result<PersonId> {
    match at.place() {
        Place::Person { person } => Ok(person),
        _ => Err(Error::internal("a notice belongs to a person")),
    }
}

/// Notes that `person` is told; false when they were told already.
pub(super) async fn insert(tx: &Tx, person: PersonId, version: i64, channel: Channel) -> Result<bool> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_uuid()),
        person_id: Set(person.uuid()),
        version: Set(version),
        channel: Set(channel.key().to_owned()),
        at: Set(tx.cx().now().0),
        seen_at: Set(None),
    };
    let once = OnConflict::columns([entity::Column::PersonId, entity::Column::Version, entity::Column::Channel]).do_nothing().to_owned();
    Ok(entity::Entity::insert(row).on_conflict(once).exec_without_returning(tx.db()).await? > 0)
}

/// The notices of the person of `at`, newest first.
pub(super) async fn list<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<Row>> {
    let rows = entity::Entity::find().filter(entity::Column::PersonId.eq(person(at)?.uuid())).order_by_desc(entity::Column::Id).all(db).await?;
    let row = |row: entity::Model| Row {
        id: NoticeId::from_uuid(row.id),
        version: row.version,
        channel: if row.channel == Channel::Mail.key() { Channel::Mail } else { Channel::InApp },
        at: Timestamp(row.at),
        seen_at: row.seen_at.map(Timestamp),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Notes that the person of `at` saw the notice; the first time counts.
pub(super) async fn set_seen<P: Permission>(tx: &Tx, at: &Scope<P>, id: NoticeId) -> Result<()> {
    let own = entity::Entity::find_by_id(id.uuid()).filter(entity::Column::PersonId.eq(person(at)?.uuid()));
    if own.one(tx.db()).await?.is_none() {
        return Err(Error::not_found("notice"));
    }
    entity::Entity::update_many()
        .filter(entity::Column::Id.eq(id.uuid()))
        .filter(entity::Column::SeenAt.is_null())
        .col_expr(entity::Column::SeenAt, Expr::value(tx.cx().now().0))
        .exec(tx.db())
        .await?;
    Ok(())
}
