//! Rows of memberships. One that ended stays for its term and opens nothing.

use kernel::permission::AtOrganisation;
use kernel::{Error, OrganisationId, PageQuery, PersonId, Result, Scope, Sealed, Timestamp, Tx};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, OnConflict, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::Role;
use crate::person::fields::{Email, Name};

mod entity {
    use kernel::{OrganisationId, PersonId};
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_membership")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub organisation_id: OrganisationId,
        pub role: String,
        pub suspended_at: Option<i64>,
        pub ended_at: Option<i64>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A membership that has not ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Membership {
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    pub(crate) suspended: bool,
}

impl TryFrom<entity::Model> for Membership {
    type Error = Error;

    fn try_from(row: entity::Model) -> Result<Self> {
        let role = Role::from_key(&row.role).ok_or_else(|| Error::internal("a membership with an unknown role"))?;
        Ok(Self { person: row.person_id, role, suspended: row.suspended_at.is_some() })
    }
}

/// A membership with its person, who is sealed.
pub(super) struct Listed {
    pub(super) person: PersonId,
    pub(super) role: Role,
    pub(super) since: Timestamp,
    pub(super) suspended: bool,
    pub(super) email: Sealed<Email>,
    pub(super) name: Sealed<Name>,
}

/// Stores a membership; one that had ended begins anew.
pub(crate) async fn insert(db: &impl ConnectionTrait, organisation: OrganisationId, person: PersonId, role: Role, now: Timestamp) -> Result<()> {
    let row = entity::ActiveModel {
        person_id: Set(person),
        organisation_id: Set(organisation),
        role: Set(role.key().to_owned()),
        suspended_at: Set(None),
        ended_at: Set(None),
        created_at: Set(now.0),
    };
    let anew = OnConflict::columns([entity::Column::PersonId, entity::Column::OrganisationId])
        .update_columns([entity::Column::Role, entity::Column::SuspendedAt, entity::Column::EndedAt, entity::Column::CreatedAt])
        .to_owned();
    entity::Entity::insert(row).on_conflict(anew).exec_without_returning(db).await?;
    Ok(())
}

/// All memberships in the organisation of `at`, locked until the transaction ends: who counts the
/// owners must not be overtaken by another who leaves.
pub(super) async fn locked<P: AtOrganisation>(tx: &Tx, at: &Scope<P>) -> Result<Vec<Membership>> {
    let rows = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(at.organisation_id()?))
        .filter(entity::Column::EndedAt.is_null())
        .order_by_asc(entity::Column::PersonId)
        .lock_exclusive()
        .all(tx.db())
        .await?;
    rows.into_iter().map(Membership::try_from).collect()
}

/// The membership of `person` in `organisation`, if it lasts.
pub(crate) async fn of(db: &impl ConnectionTrait, organisation: OrganisationId, person: PersonId) -> Result<Option<Membership>> {
    let row = entity::Entity::find_by_id((person, organisation)).filter(entity::Column::EndedAt.is_null()).one(db).await?;
    row.map(Membership::try_from).transpose()
}

/// A page of the members of the organisation of `at`, the latest accounts first.
pub(super) async fn page<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, query: &PageQuery) -> Result<Vec<Listed>> {
    let mut find = Query::select();
    find.columns([("m", "person_id"), ("m", "role"), ("m", "suspended_at"), ("m", "created_at"), ("p", "email"), ("p", "name")])
        .from_as("identity_membership", "m")
        .join_as(JoinType::InnerJoin, "identity_person", "p", Expr::col(("p", "id")).equals(("m", "person_id")))
        .and_where(Expr::col(("m", "organisation_id")).eq(at.organisation_id()?))
        .and_where(Expr::col(("m", "ended_at")).is_null())
        .order_by(("m", "person_id"), Order::Desc)
        .limit(query.limit() + 1);
    if let Some(after) = query.after::<PersonId>()? {
        find.and_where(Expr::col(("m", "person_id")).lt(after));
    }
    let listed = |row: sea_orm::QueryResult| {
        let role: String = row.try_get("", "role")?;
        let suspended: Option<i64> = row.try_get("", "suspended_at")?;
        Ok(Listed {
            person: row.try_get("", "person_id")?,
            role: Role::from_key(&role).ok_or_else(|| Error::internal("a membership with an unknown role"))?,
            since: Timestamp(row.try_get("", "created_at")?),
            suspended: suspended.is_some(),
            email: row.try_get("", "email")?,
            name: row.try_get("", "name")?,
        })
    };
    db.query_all(&find).await?.into_iter().map(listed).collect()
}

/// Changes the role of a member of the organisation of `at`.
pub(super) async fn set_role<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, person: PersonId, role: Role) -> Result<()> {
    set(db, at, person, entity::Column::Role, Expr::value(role.key())).await
}

/// Suspends a member of the organisation of `at` since an instant, or lifts it.
pub(super) async fn set_suspended<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, person: PersonId, since: Option<Timestamp>) -> Result<()> {
    set(db, at, person, entity::Column::SuspendedAt, Expr::value(since.map(|at| at.0))).await
}

/// Ends a membership in the organisation of `at`.
pub(super) async fn set_ended<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, person: PersonId, now: Timestamp) -> Result<()> {
    set(db, at, person, entity::Column::EndedAt, Expr::value(now.0)).await
}

async fn set<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, person: PersonId, column: entity::Column, value: Expr) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(column, value)
        .filter(entity::Column::OrganisationId.eq(at.organisation_id()?))
        .filter(entity::Column::PersonId.eq(person))
        .filter(entity::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// The owners of the organisation of `at`.
pub(crate) async fn owners<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<PersonId>> {
    let rows = living_owners().filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).order_by_asc(entity::Column::PersonId).all(db).await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// The organisations that `person` owns and nobody else does.
pub(crate) async fn solely_owned(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<OrganisationId>> {
    let owned = Query::select()
        .column("organisation_id")
        .from("identity_membership")
        .and_where(Expr::col("person_id").eq(person))
        .and_where(Expr::col("role").eq(Role::Owner.key()))
        .and_where(Expr::col("ended_at").is_null())
        .to_owned();
    let rows = living_owners().filter(entity::Column::OrganisationId.in_subquery(owned)).order_by_asc(entity::Column::OrganisationId).all(db).await?;
    let shared: Vec<OrganisationId> = rows.iter().filter(|row| row.person_id != person).map(|row| row.organisation_id).collect();
    Ok(rows.iter().filter(|row| row.person_id == person && !shared.contains(&row.organisation_id)).map(|row| row.organisation_id).collect())
}

fn living_owners() -> sea_orm::Select<entity::Entity> {
    entity::Entity::find().filter(entity::Column::Role.eq(Role::Owner.key())).filter(entity::Column::EndedAt.is_null())
}
