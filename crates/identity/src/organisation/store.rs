//! Rows of organisations.

use kernel::permission::AtOrganisation;
use kernel::{OrganisationId, PageQuery, PersonId, ProjectId, Result, Scope, Sealed, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::fields::{Address, Country, LegalName, Name, TaxId};
use crate::member::Role;
use crate::project::fields::Name as ProjectName;

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
        .and_where(Expr::col(("m", "ended_at")).is_null())
        .and_where(Expr::col(("m", "suspended_at")).is_null())
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

/// The organisation of `at`.
pub(crate) async fn here<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>) -> Result<Option<Stored>> {
    Ok(entity::Entity::find_by_id(at.organisation_id()?).one(db).await?.map(Stored::from))
}

/// A page of the organisations that `person` belongs to, newest first.
pub(crate) async fn page_of(db: &impl ConnectionTrait, person: PersonId, query: &PageQuery) -> Result<Vec<Stored>> {
    let mine = Query::select()
        .column("organisation_id")
        .from("identity_membership")
        .and_where(Expr::col("person_id").eq(person))
        .and_where(Expr::col("ended_at").is_null())
        .and_where(Expr::col("suspended_at").is_null())
        .to_owned();
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

/// The name of an organisation, for whoever holds a link to it.
pub(crate) async fn name_by_id(db: &impl ConnectionTrait, id: OrganisationId) -> Result<Option<Sealed<Name>>> {
    Ok(entity::Entity::find_by_id(id).one(db).await?.map(|row| row.name))
}
