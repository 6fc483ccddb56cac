//! The questions behind a grant. They make scopes, so they cannot ask for one.

use kernel::{OrganisationId, PersonId, ProjectId, Result, Timestamp};
use sea_orm::sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, QueryResult};

use crate::api_token::ApiTokenId;
use crate::member::Role;
use crate::person::StaffRole;
use crate::session::SessionId;

/// Who a credential belongs to.
pub(super) struct Found {
    pub(super) person: PersonId,
    pub(super) staff_role: Option<StaffRole>,
}

/// What of a session matters here.
pub(super) struct LiveSession {
    pub(super) id: SessionId,
    pub(super) created_at: Timestamp,
    pub(super) last_seen_at: Timestamp,
}

/// What of an API token matters here.
pub(super) struct LiveToken {
    pub(super) id: ApiTokenId,
    pub(super) organisation: OrganisationId,
    pub(super) prefix: String,
    pub(super) read_only: bool,
    pub(super) last_used_at: Option<Timestamp>,
}

/// A place, and somebody's role there: none for those who are not members.
pub(super) struct Standing {
    pub(super) organisation: OrganisationId,
    pub(super) project: Option<ProjectId>,
    pub(super) role: Option<Role>,
    /// A consent, objection or restriction of the organisation stands.
    pub(super) has_choices: bool,
}

/// The living session whose secret has this digest, with its person.
pub(super) async fn by_session(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<(Found, LiveSession)>> {
    let query = Query::select()
        .columns([("s", "id"), ("s", "created_at"), ("s", "last_seen_at"), ("s", "person_id"), ("p", "staff_role")])
        .from_as("identity_session", "s")
        .join_as(JoinType::InnerJoin, "identity_person", "p", Expr::col(("p", "id")).equals(("s", "person_id")))
        .and_where(Expr::col(("s", "token")).eq(digest.to_vec()))
        .and_where(Expr::col(("s", "expires_at")).gt(now.0))
        .to_owned();
    let Some(row) = db.query_one(&query).await? else { return Ok(None) };
    let session = LiveSession {
        id: row.try_get("", "id")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        last_seen_at: Timestamp(row.try_get("", "last_seen_at")?),
    };
    Ok(Some((found(&row)?, session)))
}

/// The working API token whose secret has this digest, with its person.
pub(super) async fn by_api_token(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<(Found, LiveToken)>> {
    let query = Query::select()
        .columns([("t", "id"), ("t", "organisation_id"), ("t", "prefix"), ("t", "read_only"), ("t", "last_used_at"), ("t", "person_id"), ("p", "staff_role")])
        .from_as("identity_api_token", "t")
        .join_as(JoinType::InnerJoin, "identity_person", "p", Expr::col(("p", "id")).equals(("t", "person_id")))
        .and_where(Expr::col(("t", "token")).eq(digest.to_vec()))
        .and_where(Expr::col(("t", "expires_at")).is_null().or(Expr::col(("t", "expires_at")).gt(now.0)))
        .to_owned();
    let Some(row) = db.query_one(&query).await? else { return Ok(None) };
    let last: Option<i64> = row.try_get("", "last_used_at")?;
    let token = LiveToken {
        id: row.try_get("", "id")?,
        organisation: row.try_get("", "organisation_id")?,
        prefix: row.try_get("", "prefix")?,
        read_only: row.try_get("", "read_only")?,
        last_used_at: last.map(Timestamp),
    };
    Ok(Some((found(&row)?, token)))
}

fn found(row: &QueryResult) -> Result<Found> {
    let role: Option<String> = row.try_get("", "staff_role")?;
    Ok(Found { person: row.try_get("", "person_id")?, staff_role: role.as_deref().and_then(StaffRole::from_key) })
}

/// A project with the person's role in its organisation.
pub(super) async fn in_project(db: &impl ConnectionTrait, person: PersonId, project: ProjectId) -> Result<Option<Standing>> {
    let query = Query::select()
        .expr_as(Expr::col(("p", "organisation_id")), "organisation_id")
        .expr_as(Expr::col(("p", "id")), "project_id")
        .expr_as(Expr::col(("m", "role")), "role")
        .expr_as(has_choices("p", "organisation_id"), "has_choices")
        .from_as("identity_project", "p")
        .join_as(JoinType::LeftJoin, "identity_membership", "m", mine(person, "p", "organisation_id"))
        .and_where(Expr::col(("p", "id")).eq(project))
        .to_owned();
    one(db, query, true).await
}

/// An organisation with the person's role in it.
pub(super) async fn in_organisation(db: &impl ConnectionTrait, person: PersonId, organisation: OrganisationId) -> Result<Option<Standing>> {
    let query = Query::select()
        .expr_as(Expr::col(("o", "id")), "organisation_id")
        .expr_as(Expr::col(("m", "role")), "role")
        .expr_as(has_choices("o", "id"), "has_choices")
        .from_as("identity_organisation", "o")
        .join_as(JoinType::LeftJoin, "identity_membership", "m", mine(person, "o", "id"))
        .and_where(Expr::col(("o", "id")).eq(organisation))
        .to_owned();
    one(db, query, false).await
}

/// Up to two of the projects that the person is a member for, within one organisation if named.
pub(super) async fn projects_of(db: &impl ConnectionTrait, person: PersonId, within: Option<OrganisationId>) -> Result<Vec<Standing>> {
    let mut query = Query::select();
    query
        .expr_as(Expr::col(("p", "organisation_id")), "organisation_id")
        .expr_as(Expr::col(("p", "id")), "project_id")
        .expr_as(Expr::col(("m", "role")), "role")
        .expr_as(has_choices("p", "organisation_id"), "has_choices")
        .from_as("identity_project", "p")
        .join_as(JoinType::InnerJoin, "identity_membership", "m", mine(person, "p", "organisation_id"))
        .order_by(("p", "id"), Order::Asc)
        .limit(2);
    if let Some(within) = within {
        query.and_where(Expr::col(("p", "organisation_id")).eq(within));
    }
    many(db, query, true).await
}

/// Up to two of the organisations that the person is a member of, or the named one.
pub(super) async fn organisations_of(db: &impl ConnectionTrait, person: PersonId, within: Option<OrganisationId>) -> Result<Vec<Standing>> {
    let mut query = Query::select();
    query
        .expr_as(Expr::col(("o", "id")), "organisation_id")
        .expr_as(Expr::col(("m", "role")), "role")
        .expr_as(has_choices("o", "id"), "has_choices")
        .from_as("identity_organisation", "o")
        .join_as(JoinType::InnerJoin, "identity_membership", "m", mine(person, "o", "id"))
        .order_by(("o", "id"), Order::Asc)
        .limit(2);
    if let Some(within) = within {
        query.and_where(Expr::col(("o", "id")).eq(within));
    }
    many(db, query, false).await
}

/// Joins the person's own membership, if it lasts and is not suspended, to the organisation in `table.column`.
fn mine(person: PersonId, table: &'static str, column: &'static str) -> sea_orm::sea_query::Condition {
    sea_orm::sea_query::Condition::all()
        .add(Expr::col(("m", "organisation_id")).equals((table, column)))
        .add(Expr::col(("m", "person_id")).eq(person))
        .add(Expr::col(("m", "ended_at")).is_null())
        .add(Expr::col(("m", "suspended_at")).is_null())
}

/// Whether any choice of the organisation in `table.column` stands: asked along, so that gates need no statement of their own.
fn has_choices(table: &'static str, column: &'static str) -> Expr {
    kernel::choice::standing(Expr::col((table, column)))
}

async fn one(db: &impl ConnectionTrait, query: SelectStatement, with_project: bool) -> Result<Option<Standing>> {
    db.query_one(&query).await?.as_ref().map(|row| standing(row, with_project)).transpose()
}

async fn many(db: &impl ConnectionTrait, query: SelectStatement, with_project: bool) -> Result<Vec<Standing>> {
    db.query_all(&query).await?.iter().map(|row| standing(row, with_project)).collect()
}

fn standing(row: &QueryResult, with_project: bool) -> Result<Standing> {
    let role: Option<String> = row.try_get("", "role")?;
    Ok(Standing {
        organisation: row.try_get("", "organisation_id")?,
        project: if with_project { Some(row.try_get("", "project_id")?) } else { None },
        role: role.as_deref().and_then(Role::from_key),
        has_choices: row.try_get("", "has_choices")?,
    })
}
