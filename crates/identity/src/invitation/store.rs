//! Rows of invitations.

use kernel::permission::AtOrganisation;
use kernel::{Blind, Error, OrganisationId, PageQuery, PersonId, Result, Scope, Sealed, Timestamp};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::InvitationId;
use super::model::fields::Email;
use crate::member::Role;

mod entity {
    use kernel::{Blind, OrganisationId, PersonId, Sealed};
    use sea_orm::entity::prelude::*;

    use crate::invitation::InvitationId;
    use crate::invitation::model::fields::Email;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "identity_invitation")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: InvitationId,
        pub organisation_id: OrganisationId,
        pub invited_by: PersonId,
        pub email: Sealed<Email>,
        pub email_index: Blind,
        pub role: String,
        /// SHA-256 of the secret, once the mail was written.
        pub token: Option<Vec<u8>>,
        pub created_at: i64,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// An invitation as stored.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) id: InvitationId,
    pub(super) organisation: OrganisationId,
    pub(super) invited_by: PersonId,
    pub(super) email: Sealed<Email>,
    pub(super) role: Role,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl TryFrom<entity::Model> for Stored {
    type Error = Error;

    fn try_from(row: entity::Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            organisation: row.organisation_id,
            invited_by: row.invited_by,
            email: row.email,
            role: Role::from_key(&row.role).ok_or_else(|| Error::internal("an invitation with an unknown role"))?,
            created_at: Timestamp(row.created_at),
            expires_at: Timestamp(row.expires_at),
        })
    }
}

/// Stores an invitation instead of an earlier one to the same address.
pub(super) async fn replace(db: &impl ConnectionTrait, new: Stored, index: Blind) -> Result<()> {
    entity::Entity::delete_many()
        .filter(entity::Column::OrganisationId.eq(new.organisation))
        .filter(entity::Column::EmailIndex.eq(index.clone()))
        .exec(db)
        .await?;
    let row = entity::ActiveModel {
        id: Set(new.id),
        organisation_id: Set(new.organisation),
        invited_by: Set(new.invited_by),
        email: Set(new.email),
        email_index: Set(index),
        role: Set(new.role.key().to_owned()),
        token: Set(None),
        created_at: Set(new.created_at.0),
        expires_at: Set(new.expires_at.0),
    };
    entity::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// How many invitations of the organisation of `at` are open.
pub(super) async fn count<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, now: Timestamp) -> Result<u64> {
    let open = entity::Entity::find().filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).filter(entity::Column::ExpiresAt.gt(now.0));
    Ok(open.count(db).await?)
}

/// A page of the open invitations of the organisation of `at`, newest first.
pub(super) async fn page<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, now: Timestamp, query: &PageQuery) -> Result<Vec<Stored>> {
    let mut find = entity::Entity::find()
        .filter(entity::Column::OrganisationId.eq(at.organisation_id()?))
        .filter(entity::Column::ExpiresAt.gt(now.0))
        .order_by_desc(entity::Column::Id)
        .limit(query.limit() + 1);
    if let Some(after) = query.after::<InvitationId>()? {
        find = find.filter(entity::Column::Id.lt(after));
    }
    find.all(db).await?.into_iter().map(Stored::try_from).collect()
}

/// An invitation of the organisation of `at`.
pub(super) async fn here<P: AtOrganisation>(db: &impl ConnectionTrait, at: &Scope<P>, id: InvitationId) -> Result<Option<Stored>> {
    let row = entity::Entity::find_by_id(id).filter(entity::Column::OrganisationId.eq(at.organisation_id()?)).one(db).await?;
    row.map(Stored::try_from).transpose()
}

/// An invitation, for whoever writes its mail.
pub(super) async fn by_id(db: &impl ConnectionTrait, id: InvitationId) -> Result<Option<Stored>> {
    entity::Entity::find_by_id(id).one(db).await?.map(Stored::try_from).transpose()
}

/// The open invitation whose secret has this digest. Its holder belongs nowhere yet, so there is
/// no scope to ask for.
pub(super) async fn by_token(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<Stored>> {
    let row = entity::Entity::find().filter(entity::Column::Token.eq(digest.to_vec())).filter(entity::Column::ExpiresAt.gt(now.0)).one(db).await?;
    row.map(Stored::try_from).transpose()
}

/// Notes the digest of its secret.
pub(super) async fn set_token(db: &impl ConnectionTrait, id: InvitationId, digest: Vec<u8>) -> Result<()> {
    entity::Entity::update_many().col_expr(entity::Column::Token, Expr::value(digest)).filter(entity::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}

/// Removes an invitation; true if it was there. The delete is the proof of single use: of two at
/// once, one finds no row.
pub(super) async fn remove(db: &impl ConnectionTrait, id: InvitationId) -> Result<bool> {
    let gone = entity::Entity::delete_many().filter(entity::Column::Id.eq(id)).exec(db).await?;
    Ok(gone.rows_affected == 1)
}
