//! Rows of organisations and memberships.

use kernel::permission::AtOrganisation;
use kernel::{OrganisationId, PageQuery, PersonId, ProjectId, Result, Scope, Sealed, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::fields::{Address, Country, LegalName, Name, TaxId};
use super::model::Role;
use crate::project::store::fields::Name as ProjectName;

mod entity {
    use kernel::{OrganisationId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::organisation::fields::{Address, Country, LegalName, Name, TaxId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_organisation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: OrganisationId,
        pub name: Sealed<Name>,
        pub legal_name: Option<Sealed<LegalName>>,
        pub address: Option<Sealed<Address>>,
        pub country: Option<Sealed<Country>>,
        pub tax_id: Option<Sealed<TaxId>>,
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod membership {
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
        pub created_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An organisation as stored: everything that people wrote is sealed.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) id: OrganisationId,
    pub(crate) name: Sealed<Name>,
    pub(crate) legal_name: Option<Sealed<LegalName>>,
    pub(crate) address: Option<Sealed<Address>>,
    pub(crate) country: Option<Sealed<Country>>,
    pub(crate) tax_id: Option<Sealed<TaxId>>,
    pub(crate) created_at: Timestamp,
}

impl From<entity::Model> for Stored {
    fn from(row: entity::Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            legal_name: row.legal_name,
            address: row.address,
            country: row.country,
            tax_id: row.tax_id,
            created_at: Timestamp(row.created_at),
        }
    }
}

/// Where a person is a member, one line per project; an organisation without projects has one line.
#[derive(Debug, Clone)]
pub(crate) struct MemberPlace {
    pub(crate) organisation: OrganisationId,
    pub(crate) organisation_name: Sealed<Name>,
    pub(crate) role: Role,
    pub(crate) project: Option<(ProjectId, Sealed<ProjectName>)>,
}

/// All places of a person, with one statement.
pub(crate) async fn places_of(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<MemberPlace>> {
    let query = Query::select()
        .expr_as(Expr::col(("o", "id")), "organisation_id")
        .expr_as(Expr::col(("o", "name")), "organisation_name")
        .expr_as(Expr::col(("m", "role")), "role")
        .expr_as(Expr::col(("p", "id")), "project_id")
        .expr_as(Expr::col(("p", "name")), "project_name")
        .from_as("identity_membership", "m")
        .join_as(JoinType::InnerJoin, "identity_organisation", "o", Expr::col(("o", "id")).equals(("m", "organisation_id")))
        .join_as(JoinType::LeftJoin, "identity_project", "p", Expr::col(("p", "organisation_id")).equals(("o", "id")))
        .and_where(Expr::col(("m", "person_id")).eq(person))
        .order_by(("o", "id"), Order::Asc)
        .order_by(("p", "id"), Order::Asc)
        .to_owned();
    let mut places = Vec::new();
    for row in db.query_all(&query).await? {
        let role: String = row.try_get("", "role")?;
        let Some(role) = Role::from_key(&role) else { continue };
        let project: Option<ProjectId> = row.try_get("", "project_id")?;
        let name: Option<Sealed<ProjectName>> = row.try_get("", "project_name")?;
        places.push(MemberPlace {
            organisation: row.try_get("", "organisation_id")?,
            organisation_name: row.try_get("", "organisation_name")?,
            role,
            project: project.zip(name),
        });
    }
    Ok(places)
}

/// Stores a new organisation.
pub(crate) async fn insert(db: &impl ConnectionTrait, id: OrganisationId, name: Sealed<Name>, now: Timestamp) -> Result<()> {
    let row = entity::ActiveModel { id: Set(id), name: Set(name), created_at: Set(now.0), ..Default::default() };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Stores a new membership.
pub(crate) async fn insert_member(db: &impl ConnectionTrait, organisation: OrganisationId, person: PersonId, role: Role, now: Timestamp) -> Result<()> {
    let row = membership::ActiveModel { person_id: Set(person), organisation_id: Set(organisation), role: Set(role.key().to_owned()), created_at: Set(now.0) };
    membership::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// The organisation of `at`.
pub(crate) async fn here<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Option<Stored>> {
    Ok(entity::Entity::find_by_id(at.organisation_id()?).one(db).await?.map(Stored::from))
}

/// A page of the organisations that `person` belongs to, newest first.
pub(crate) async fn page_of(db: &impl ConnectionTrait, person: PersonId, query: &PageQuery) -> Result<Vec<Stored>> {
    let mine = Query::select().column("organisation_id").from("identity_membership").and_where(Expr::col("person_id").eq(person)).to_owned();
    let find = entity::Entity::find().filter(entity::Column::Id.in_subquery(mine));
    paged(db, find, query).await
}

/// A page of all organisations, newest first. Only for scopes on the platform.
pub(crate) async fn page_all(db: &impl ConnectionTrait, query: &PageQuery) -> Result<Vec<Stored>> {
    paged(db, entity::Entity::find(), query).await
}

async fn paged(db: &impl ConnectionTrait, find: sea_orm::Select<entity::Entity>, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = find.order_by_desc(entity::Column::Id).limit(query.limit() + 1);
    if let Some(after) = query.after::<OrganisationId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    Ok(find.all(db).await?.into_iter().map(Stored::from).collect())
}

/// Replaces the particulars of the organisation of `at`.
pub(crate) async fn set_particulars<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, new: Stored) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::Name, Expr::value(new.name))
        .col_expr(entity::Column::LegalName, Expr::value(new.legal_name))
        .col_expr(entity::Column::Address, Expr::value(new.address))
        .col_expr(entity::Column::Country, Expr::value(new.country))
        .col_expr(entity::Column::TaxId, Expr::value(new.tax_id))
        .filter(entity::Column::Id.eq(at.organisation_id()?))
        .exec(db)
        .await?;
    Ok(())
}

/// The owners of the organisation of `at`.
pub(crate) async fn owners<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Vec<PersonId>> {
    let rows = membership::Entity::find()
        .filter(membership::Column::OrganisationId.eq(at.organisation_id()?))
        .filter(membership::Column::Role.eq(Role::Owner.key()))
        .order_by_asc(membership::Column::PersonId)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.person_id).collect())
}

/// The organisations that `person` owns and nobody else does.
pub(crate) async fn solely_owned(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<OrganisationId>> {
    let owned = Query::select()
        .column("organisation_id")
        .from("identity_membership")
        .and_where(Expr::col("person_id").eq(person))
        .and_where(Expr::col("role").eq(Role::Owner.key()))
        .to_owned();
    let rows = membership::Entity::find()
        .filter(membership::Column::OrganisationId.in_subquery(owned))
        .filter(membership::Column::Role.eq(Role::Owner.key()))
        .order_by_asc(membership::Column::OrganisationId)
        .all(db)
        .await?;
    let shared: Vec<OrganisationId> = rows.iter().filter(|row| row.person_id != person).map(|row| row.organisation_id).collect();
    Ok(rows.iter().filter(|row| row.person_id == person && !shared.contains(&row.organisation_id)).map(|row| row.organisation_id).collect())
}
