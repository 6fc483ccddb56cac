//! Consents, objections and restrictions as the gate reads them. The procedures that make them
//! (pages, requests) belong to the privacy domain; here are only the rows.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use crate::error::Result;
use crate::gate::choice as entity;
use crate::seal::KeyOwner;
use crate::time::Timestamp;
use crate::tx::Tx;

/// One choice of a person or organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// `consent`, `objection` or `restriction`.
    pub kind: String,
    /// The purpose's key; empty for a restriction of everything.
    pub purpose: String,
    /// True while it stands.
    pub given: bool,
    /// The policy version under which it was made.
    pub policy_version: String,
    /// When it was made.
    pub at: Timestamp,
}

/// The choices of `owner`.
///
/// # Errors
/// Database errors.
pub async fn of(db: &impl ConnectionTrait, owner: KeyOwner) -> Result<Vec<Choice>> {
    let rows = entity::Entity::find().filter(entity::Column::OwnerId.eq(owner.uuid())).all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| Choice { kind: row.kind, purpose: row.purpose, given: row.given, policy_version: row.policy_version, at: Timestamp(row.at) })
        .collect())
}

/// Whether any choice of the owner whose id is `owner` stands, as part of a statement of somebody else's.
pub fn standing(owner: Expr) -> Expr {
    let query = Query::select()
        .expr(Expr::val(1))
        .from(entity::Entity)
        .and_where(Expr::col((entity::Entity, entity::Column::OwnerId)).eq(owner))
        .and_where(entity::Column::Given.eq(true))
        .to_owned();
    Expr::exists(query)
}

/// Writes one choice of `owner`, in place of an earlier one of the same kind and purpose.
///
/// # Errors
/// Database errors.
pub async fn set(tx: &Tx, owner: KeyOwner, kind: &str, purpose: &str, given: bool, policy_version: &str) -> Result<()> {
    let row = entity::ActiveModel {
        id: Set(tx.cx().new_uuid()),
        owner_id: Set(owner.uuid()),
        kind: Set(kind.to_owned()),
        purpose: Set(purpose.to_owned()),
        given: Set(given),
        policy_version: Set(policy_version.to_owned()),
        at: Set(tx.cx().now().0),
    };
    entity::Entity::insert(row)
        .on_conflict(
            OnConflict::columns([entity::Column::OwnerId, entity::Column::Kind, entity::Column::Purpose])
                .update_columns([entity::Column::Given, entity::Column::PolicyVersion, entity::Column::At])
                .to_owned(),
        )
        .exec_without_returning(tx.db())
        .await?;
    Ok(())
}

/// Ends every consent to `purpose`: something about it changed that nobody has agreed to yet.
///
/// # Errors
/// Database errors.
pub async fn void_consents(tx: &Tx, purpose: &str) -> Result<()> {
    entity::Entity::update_many()
        .filter(entity::Column::Kind.eq("consent"))
        .filter(entity::Column::Purpose.eq(purpose))
        .col_expr(entity::Column::Given, Expr::value(false))
        .exec(tx.db())
        .await?;
    Ok(())
}
