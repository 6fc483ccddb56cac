//! The table `notifications_notification`.

use kernel::{Error, PageQuery, PersonId, Result, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::{Content, NotificationId};
use crate::mail::Template;
use crate::preference::Topic;

mod entity {
    use kernel::{PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::notification::NotificationId;
    use crate::notification::model::Content;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notifications_notification")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationId,
        pub person_id: PersonId,
        pub kind: String,
        pub topic: String,
        pub content: Sealed<Content>,
        pub at: i64,
        pub read_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A notification as stored.
pub(super) struct Stored {
    pub(super) id: NotificationId,
    pub(super) topic: Topic,
    pub(super) content: Sealed<Content>,
    pub(super) at: Timestamp,
    pub(super) read_at: Option<Timestamp>,
}

/// Stores a notification.
pub(super) async fn insert(tx: &Tx, person: PersonId, template: Template, content: Sealed<Content>) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_id()),
        person_id: Set(person),
        kind: Set(template.key().to_owned()),
        topic: Set(template.topic().key().to_owned()),
        content: Set(content),
        at: Set(tx.cx().now().0),
        read_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// A page of a person's notifications, newest first.
pub(super) async fn page(db: &impl ConnectionTrait, person: PersonId, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = entity::Entity::find().filter(entity::Column::PersonId.eq(person)).order_by_desc(entity::Column::Id).limit(query.limit() + 1);
    if let Some(after) = query.after::<NotificationId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    let stored = |row: entity::Model| {
        let topic = Topic::from_key(&row.topic).ok_or_else(|| Error::internal("a notification with an unknown topic"))?;
        Ok(Stored { id: row.id, topic, content: row.content, at: Timestamp(row.at), read_at: row.read_at.map(Timestamp) })
    };
    find.all(db).await?.into_iter().map(stored).collect()
}

/// How many of a person's notifications were not read.
pub(super) async fn unread(db: &impl ConnectionTrait, person: PersonId) -> Result<u64> {
    Ok(entity::Entity::find().filter(entity::Column::PersonId.eq(person)).filter(entity::Column::ReadAt.is_null()).count(db).await?)
}

/// Notes that a person read those of `ids`, or all.
pub(super) async fn set_read(tx: &Tx, person: PersonId, ids: Option<&[NotificationId]>) -> Result<()> {
    let mut update = entity::Entity::update_many()
        .col_expr(entity::Column::ReadAt, Expr::value(tx.cx().now().0))
        .filter(entity::Column::PersonId.eq(person))
        .filter(entity::Column::ReadAt.is_null());
    if let Some(ids) = ids {
        update = update.filter(entity::Column::Id.is_in(ids.iter().copied()));
    }
    update.exec(tx.db()).await?;
    Ok(())
}
