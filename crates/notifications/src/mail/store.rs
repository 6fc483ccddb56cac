//! The table `notifications_mail`.

use kernel::id::Id;
use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Error, Gate, KeyOwner, PersonId, Result, Scope, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::{Address, Body, Content, Mail, MailId, Recipient, Refusal, Template};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notifications_mail")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub kind: String,
        pub purpose: String,
        pub recipient: kernel::Sealed<crate::mail::model::Recipient>,
        pub content: kernel::Sealed<crate::mail::model::Body>,
        pub state: String,
        pub attempts: i32,
        pub next_at: i64,
        pub last_error: Option<String>,
        pub queued_at: i64,
        pub sent_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const QUEUED: &str = "queued";
const SENT: &str = "sent";
const FAILED: &str = "failed";

/// A mail to be queued.
pub(super) struct New {
    pub(super) id: MailId,
    pub(super) person: PersonId,
    pub(super) template: Template,
    pub(super) to: Address,
    pub(super) content: Content,
}

/// A mail that waits, unopened.
pub(super) struct Waiting {
    pub(super) id: MailId,
    pub(super) attempts: i32,
    row: entity::Model,
}

pub(super) async fn insert(tx: &Tx, new: New) -> Result<()> {
    let owner = KeyOwner::Person(new.person);
    let now = tx.cx().now().0;
    let row = entity::ActiveModel {
        id: Set(new.id.uuid()),
        person_id: Set(new.person.uuid()),
        kind: Set(new.template.key().to_owned()),
        purpose: Set(new.template.purpose().key.to_owned()),
        recipient: Set(Sealed::<Recipient>::seal(tx, owner, &new.to).await?),
        content: Set(Sealed::<Body>::seal(tx, owner, &new.content).await?),
        state: Set(QUEUED.to_owned()),
        attempts: Set(0),
        next_at: Set(now),
        last_error: Set(None),
        queued_at: Set(now),
        sent_at: Set(None),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Up to `limit` mails that are due, the longest waiting first.
pub(super) async fn due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Waiting>> {
    let rows = entity::Entity::find()
        .filter(entity::Column::State.eq(QUEUED))
        .filter(entity::Column::NextAt.lte(now.0))
        .order_by_asc(entity::Column::NextAt)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| Waiting { id: MailId::from_uuid(row.id), attempts: row.attempts, row }).collect())
}

/// Every mail of `person` that has not gone yet.
pub(super) async fn waiting_of(db: &impl ConnectionTrait, person: PersonId) -> Result<Vec<Waiting>> {
    let rows = entity::Entity::find().filter(entity::Column::PersonId.eq(person.uuid())).filter(entity::Column::State.eq(QUEUED)).all(db).await?;
    Ok(rows.into_iter().map(|row| Waiting { id: MailId::from_uuid(row.id), attempts: row.attempts, row }).collect())
}

/// Whether `person` was sent a mail of this kind, or will be.
pub(super) async fn has(db: &impl ConnectionTrait, person: PersonId, template: Template) -> Result<bool> {
    let found = entity::Entity::find().filter(entity::Column::PersonId.eq(person.uuid())).filter(entity::Column::Kind.eq(template.key())).one(db).await?;
    Ok(found.is_some())
}

/// Takes `mail` for one try that must end before `until`; false when somebody else took it.
pub(super) async fn claim(tx: &Tx, mail: &Waiting, until: Timestamp) -> Result<bool> {
    let taken = entity::Entity::update_many()
        .col_expr(entity::Column::NextAt, Expr::value(until.0))
        .col_expr(entity::Column::Attempts, Expr::col(entity::Column::Attempts).add(1))
        .filter(entity::Column::Id.eq(mail.id.uuid()))
        .filter(entity::Column::State.eq(QUEUED))
        .filter(entity::Column::Attempts.eq(mail.attempts))
        .exec(tx.db())
        .await?;
    Ok(taken.rows_affected == 1)
}

pub(super) async fn set_sent(tx: &Tx, id: MailId) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::State, Expr::value(SENT))
        .col_expr(entity::Column::SentAt, Expr::value(tx.cx().now().0))
        .col_expr(entity::Column::LastError, Expr::value(Option::<String>::None))
        .filter(entity::Column::Id.eq(id.uuid()))
        .filter(entity::Column::State.eq(QUEUED))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Notes that a try did not work: it is tried again at `next`, or never.
pub(super) async fn set_refused(tx: &Tx, id: MailId, refusal: Refusal, next: Option<Timestamp>) -> Result<()> {
    let mut update = entity::Entity::update_many()
        .col_expr(entity::Column::LastError, Expr::value(refusal.reason()))
        .filter(entity::Column::Id.eq(id.uuid()))
        .filter(entity::Column::State.eq(QUEUED));
    update = match next {
        Some(next) => update.col_expr(entity::Column::NextAt, Expr::value(next.0)),
        None => update.col_expr(entity::Column::State, Expr::value(FAILED)),
    };
    update.exec(tx.db()).await?;
    Ok(())
}

/// The newest `limit` mails that went, opened.
pub(super) async fn sent<P: Permission>(cx: &Cx, at: &Scope<P>, limit: u64) -> Result<Vec<Mail>> {
    let rows = entity::Entity::find().filter(entity::Column::State.eq(SENT)).order_by_desc(entity::Column::Id).limit(limit).all(cx.db()).await?;
    // The page stands for people's own mailboxes, so what it shows is their own access.
    let gate = Gate::new(cx, at, &purpose::RIGHTS, rows.iter().flat_map(|row| [row.recipient.bytes(), row.content.bytes()])).await?;
    // Mails of somebody who was erased meanwhile cannot be opened, and are nobody's business.
    Ok(rows.iter().filter_map(|row| open(row, &gate).ok()).collect())
}

impl Waiting {
    /// The person it goes to.
    pub(super) fn person(&self) -> PersonId {
        PersonId::from_uuid(self.row.person_id)
    }

    /// Opens it for the purpose that it is sent for.
    pub(super) async fn open<P: Permission>(&self, cx: &Cx, at: &Scope<P>) -> Result<Mail> {
        let template = kind(&self.row)?;
        let gate = Gate::new(cx, at, template.purpose(), [self.row.recipient.bytes(), self.row.content.bytes()]).await?;
        open(&self.row, &gate)
    }
}

fn kind(row: &entity::Model) -> Result<Template> {
    Template::from_key(&row.kind).ok_or_else(|| Error::internal("a mail of an unknown kind"))
}

fn open(row: &entity::Model, gate: &Gate) -> Result<Mail> {
    Ok(Mail {
        id: MailId::from_uuid(row.id),
        person: PersonId::from_uuid(row.person_id),
        template: kind(row)?,
        to: row.recipient.open(gate)?,
        content: row.content.open(gate)?,
        queued_at: Timestamp(row.queued_at),
    })
}
