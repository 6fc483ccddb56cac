//! The table `notifications_preference`. Who never changed anything has no rows and gets everything.

use kernel::{PersonId, Result, Tx};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::model::{Preference, Topic};

mod entity {
    use kernel::PersonId;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notifications_preference")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub topic: String,
        pub mail: bool,
        pub in_app: bool,
        pub changed_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The whole matrix of a person.
pub(super) async fn of(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Preference>> {
    let rows = entity::Entity::find().filter(entity::Column::PersonId.eq(person)).all(db).await?;
    let line = |topic: Topic| {
        let row = rows.iter().find(|row| row.topic == topic.key());
        let on = |switch: fn(&entity::Model) -> bool| topic.is_locked() || row.is_none_or(switch);
        Preference { topic, mail: on(|row| row.mail), in_app: on(|row| row.in_app), locked: topic.is_locked() }
    };
    Ok(Topic::ALL.into_iter().map(line).collect())
}

/// What of `topic` reaches a person.
pub(crate) async fn wanted(tx: &Tx, person: PersonId, topic: Topic) -> Result<Preference> {
    let row = entity::Entity::find_by_id((person, topic.key().to_owned())).one(tx.db()).await?;
    let on = |switch: fn(&entity::Model) -> bool| topic.is_locked() || row.as_ref().is_none_or(switch);
    Ok(Preference { topic, mail: on(|row| row.mail), in_app: on(|row| row.in_app), locked: topic.is_locked() })
}

/// Stores the whole matrix of a person.
pub(super) async fn replace(tx: &Tx, person: PersonId, matrix: &[Preference]) -> Result<()> {
    let rows = matrix.iter().map(|line| entity::ActiveModel {
        person_id: Set(person),
        topic: Set(line.topic.key().to_owned()),
        mail: Set(line.mail),
        in_app: Set(line.in_app),
        changed_at: Set(tx.cx().now().0),
    });
    let over = OnConflict::columns([entity::Column::PersonId, entity::Column::Topic])
        .update_columns([entity::Column::Mail, entity::Column::InApp, entity::Column::ChangedAt])
        .to_owned();
    entity::Entity::insert_many(rows).on_conflict(over).exec_without_returning(tx.db()).await?;
    Ok(())
}
