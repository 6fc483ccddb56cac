//! Rows of people.

use kernel::{Blind, Cx, PersonId, Result, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::fields::{Email, Name};
use super::model::StaffRole;

mod entity {
    use kernel::{Blind, PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::person::fields::{Email, Name};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_person")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PersonId,
        pub email: Sealed<Email>,
        pub email_index: Blind,
        pub name: Sealed<Name>,
        pub password: String,
        pub email_verified_at: Option<i64>,
        pub over_16_confirmed_at: Option<i64>,
        pub staff_role: Option<String>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A person as stored: address and name are sealed.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: PersonId,
    pub(crate) email: Sealed<Email>,
    pub(crate) name: Sealed<Name>,
    /// The hash of the password.
    pub(crate) password: String,
    pub(crate) verified: bool,
    pub(crate) over_16_confirmed_at: Option<Timestamp>,
    pub(crate) staff_role: Option<StaffRole>,
}

impl From<entity::Model> for Person {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.id,
            email: row.email,
            name: row.name,
            password: row.password,
            verified: row.email_verified_at.is_some(),
            over_16_confirmed_at: row.over_16_confirmed_at.map(Timestamp),
            staff_role: row.staff_role.as_deref().and_then(StaffRole::from_key),
        }
    }
}

/// The person with this id.
pub(crate) async fn by_id(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<Person>> {
    Ok(entity::Entity::find_by_id(id).one(db).await?.map(Person::from))
}

/// Whether the person is there; their row cannot go before the transaction ends.
pub(crate) async fn held(tx: &Tx, id: PersonId) -> Result<bool> {
    Ok(entity::Entity::find_by_id(id).lock_shared().one(tx.db()).await?.is_some())
}

/// The staff with one of `roles`, longest there first.
pub(crate) async fn with_staff_roles(db: &impl ConnectionTrait, roles: &[StaffRole]) -> Result<Vec<PersonId>> {
    let keys = roles.iter().map(|role| role.key());
    let rows = entity::Entity::find().filter(entity::Column::StaffRole.is_in(keys)).order_by_asc(entity::Column::Id).all(db).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The people with these ids, in no order.
pub(crate) async fn by_ids(db: &impl ConnectionTrait, ids: &[PersonId]) -> Result<Vec<Person>> {
    let rows = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(rows.into_iter().map(Person::from).collect())
}

/// Up to `limit` people in the order of their ids, from behind `after` on.
pub(crate) async fn after(db: &impl ConnectionTrait, after: Option<PersonId>, limit: u64) -> Result<Vec<PersonId>> {
    let mut query = entity::Entity::find().select_only().column(entity::Column::Id).order_by_asc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(entity::Column::Id.gt(after));
    }
    Ok(query.into_tuple().all(db).await?)
}

/// The person with this address. Before sign-in there is no scope to ask for.
pub(crate) async fn by_email(cx: &Cx, db: &impl ConnectionTrait, email: &str) -> Result<Option<Person>> {
    let index = Blind::of::<Email>(cx.keys(), email)?;
    Ok(entity::Entity::find().filter(entity::Column::EmailIndex.eq(index)).one(db).await?.map(Person::from))
}

/// Stores a new person. `Conflict` when the address is taken.
pub(crate) async fn insert(db: &impl ConnectionTrait, index: Blind, person: Person, now: Timestamp) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(person.id),
        email: Set(person.email),
        email_index: Set(index),
        name: Set(person.name),
        password: Set(person.password),
        email_verified_at: Set(person.verified.then_some(now.0)),
        over_16_confirmed_at: Set(person.over_16_confirmed_at.map(|at| at.0)),
        staff_role: Set(person.staff_role.map(|role| role.key().to_owned())),
        created_at: Set(now.0),
    };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Stores another name.
pub(crate) async fn set_name(db: &impl ConnectionTrait, id: PersonId, name: Sealed<Name>) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Name, Expr::value(name)).filter(entity::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

/// Stores another address, which the person has proved to read mail at.
///
/// # Errors
/// `Conflict` when the address is taken.
pub(crate) async fn set_email(tx: &Tx, id: PersonId, email: &str, sealed: Sealed<Email>) -> Result<()> {
    let index = Blind::of::<Email>(tx.cx().keys(), email)?;
    entity::Entity::update_many()
        .col_expr(entity::Column::Email, Expr::value(sealed))
        .col_expr(entity::Column::EmailIndex, Expr::value(index))
        .col_expr(entity::Column::EmailVerifiedAt, Expr::value(tx.cx().now().0))
        .filter(entity::Column::Id.eq(id))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Stores the hash of another password.
pub(crate) async fn set_password(db: &impl ConnectionTrait, id: PersonId, hash: &str) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Password, Expr::value(hash)).filter(entity::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

/// Notes that the address is theirs; true if that was not known before.
pub(crate) async fn set_verified(db: &impl ConnectionTrait, id: PersonId, now: Timestamp) -> Result<bool> {
    let done = entity::Entity::update_many()
        .col_expr(entity::Column::EmailVerifiedAt, Expr::value(now.0))
        .filter(entity::Column::Id.eq(id))
        .filter(entity::Column::EmailVerifiedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}
