//! The table `privacy_request`; corrections and numbers have files of their own.

use kernel::id::Id;
use kernel::{Error, Gate, KeyOwner, PersonId, Result, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use workflow::OperationId;

use super::create::{Noted, alarm_at};
use super::events::RequestFact;
use super::list::is_overdue;
use super::model::{CorrectionView, Kind, Reply, Request, RequestId, State, Text};
use crate::export::ExportId;

pub(crate) use request::Model as Row;

mod request {
    use kernel::Sealed;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_request")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub person_id: Uuid,
        pub kind: String,
        pub state: String,
        pub place: Option<String>,
        pub text: Option<Sealed<crate::request::model::Text>>,
        pub purpose: Option<String>,
        pub law: String,
        pub received_at: i64,
        pub due_at: i64,
        pub extendable_to: Option<i64>,
        pub alarm_at: i64,
        pub alarmed_at: Option<i64>,
        pub overdue_at: Option<i64>,
        pub answer: Option<Sealed<crate::request::model::Reply>>,
        pub closed_at: Option<i64>,
        pub export_id: Option<String>,
        pub operation_id: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod correction;
mod tally;

pub(super) use correction::{CorrectionRow, corrections, insert_correction, set_corrected, set_correction_problem};
pub(super) use tally::tallies;
pub(crate) use tally::tally;

fn damaged() -> Error {
    Error::internal("a request's row is damaged")
}

impl Row {
    pub(crate) fn id(&self) -> RequestId {
        RequestId::from_uuid(self.id)
    }

    pub(crate) fn person(&self) -> PersonId {
        PersonId::from_uuid(self.person_id)
    }

    pub(crate) fn kind(&self) -> Result<Kind> {
        Kind::from_key(&self.kind).ok_or_else(damaged)
    }

    pub(crate) fn state(&self) -> Result<State> {
        State::from_key(&self.state).ok_or_else(damaged)
    }

    pub(crate) fn due(&self) -> Timestamp {
        Timestamp(self.due_at)
    }

    pub(crate) fn extendable_to(&self) -> Option<Timestamp> {
        self.extendable_to.map(Timestamp)
    }

    /// Its sealed values, for a gate.
    pub(super) fn sealed(&self) -> Vec<&[u8]> {
        self.text.iter().map(Sealed::bytes).chain(self.answer.iter().map(Sealed::bytes)).collect()
    }

    fn fact(&self) -> Result<RequestFact> {
        Ok(RequestFact { request_id: self.id(), person_id: self.person(), kind: self.kind()?, state: self.state()?, due_at: self.due() })
    }

    /// As people see it, without the authority.
    pub(super) fn shown(self, gate: &Gate, corrections: Vec<CorrectionView>, now: Timestamp) -> Result<Request> {
        let (state, closed_at) = (self.state()?, self.closed_at.map(Timestamp));
        Ok(Request {
            id: self.id(),
            kind: self.kind()?,
            state,
            text: self.text.as_ref().map(|text| text.open(gate)).transpose()?,
            answer: self.answer.as_ref().map(|text| text.open(gate)).transpose()?,
            purpose: self.purpose,
            received_at: Timestamp(self.received_at),
            due_at: Timestamp(self.due_at),
            law: self.law,
            extendable_to: self.extendable_to.map(Timestamp).filter(|_| state == State::Open),
            overdue: is_overdue(closed_at, Timestamp(self.due_at), now),
            closed_at,
            export_id: self.export_id.map(|id| id.parse().map_err(|_| damaged())).transpose()?,
            operation_id: self.operation_id.map(|id| id.parse().map_err(|_| damaged())).transpose()?,
            corrections,
            place: self.place,
            authority: None,
        })
    }
}

pub(crate) async fn insert(tx: &Tx, id: RequestId, person: PersonId, new: &Noted<'_>, state: State) -> Result<RequestFact> {
    let now = tx.cx().now();
    let text = match new.text.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(Sealed::<Text>::seal(tx, KeyOwner::Person(person), &text.to_owned()).await?),
        None => None,
    };
    let row = Row {
        id: id.uuid(),
        person_id: person.uuid(),
        kind: new.kind.key().to_owned(),
        state: state.key().to_owned(),
        place: new.place.map(str::to_owned),
        text,
        purpose: new.purpose.map(str::to_owned),
        law: new.terms.law.to_owned(),
        received_at: now.0,
        due_at: new.terms.due.0,
        extendable_to: new.terms.extended.map(|at| at.0),
        alarm_at: alarm_at(now, new.terms.due).0,
        alarmed_at: None,
        overdue_at: None,
        answer: None,
        closed_at: (!state.is_open()).then_some(now.0),
        export_id: None,
        operation_id: None,
    };
    let fact = row.fact()?;
    request::Entity::insert(request::ActiveModel::from(row)).exec_without_returning(tx.db()).await?;
    Ok(fact)
}

pub(crate) async fn by_id(db: &impl ConnectionTrait, id: RequestId) -> Result<Option<Row>> {
    Ok(request::Entity::find_by_id(id.uuid()).one(db).await?)
}

/// The same, locked to the end of the transaction.
pub(crate) async fn held(tx: &Tx, id: RequestId) -> Result<Option<Row>> {
    Ok(request::Entity::find_by_id(id.uuid()).lock_exclusive().one(tx.db()).await?)
}

/// Up to `limit` requests of `person` after `after`, newest first.
pub(super) async fn page_of(db: &impl ConnectionTrait, person: PersonId, after: Option<RequestId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = request::Entity::find().filter(request::Column::PersonId.eq(person.uuid())).order_by_desc(request::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(request::Column::Id.lt(after.uuid()));
    }
    Ok(query.all(db).await?)
}

fn open() -> Condition {
    Condition::all().add(request::Column::ClosedAt.is_null())
}

/// Requests that wait, the most urgent first.
pub(super) async fn waiting(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Row>> {
    Ok(request::Entity::find().filter(open()).order_by_asc(request::Column::DueAt).order_by_asc(request::Column::Id).limit(limit).all(db).await?)
}

/// The open request of `person` of this kind and purpose, if there is one.
pub(crate) async fn open_of(db: &impl ConnectionTrait, person: PersonId, kind: Kind, purpose: &str) -> Result<Option<RequestId>> {
    let query = request::Entity::find()
        .filter(open())
        .filter(request::Column::PersonId.eq(person.uuid()))
        .filter(request::Column::Kind.eq(kind.key()))
        .filter(request::Column::Purpose.eq(purpose));
    Ok(query.one(db).await?.map(|row| row.id()))
}

/// The request that `export` carries out.
pub(crate) async fn of_export(db: &impl ConnectionTrait, export: ExportId) -> Result<Option<RequestId>> {
    Ok(request::Entity::find().filter(request::Column::ExportId.eq(export.to_string())).one(db).await?.map(|row| row.id()))
}

async fn set(tx: &Tx, id: RequestId, columns: Vec<(request::Column, Expr)>) -> Result<()> {
    let update = columns.into_iter().fold(request::Entity::update_many(), |update, (column, value)| update.col_expr(column, value));
    update.filter(request::Column::Id.eq(id.uuid())).exec(tx.db()).await?;
    Ok(())
}

/// Notes what carries the request out.
pub(crate) async fn set_carried_out_by(tx: &Tx, id: RequestId, operation: OperationId, export: Option<ExportId>) -> Result<()> {
    let export = Expr::value(export.map(|id| id.to_string()));
    set(tx, id, vec![(request::Column::OperationId, Expr::value(operation.to_string())), (request::Column::ExportId, export)]).await
}

async fn sealed_reply(tx: &Tx, row: &Row, text: &str) -> Result<Expr> {
    Ok(Expr::value(Sealed::<Reply>::seal(tx, KeyOwner::Person(row.person()), &text.to_owned()).await?))
}

pub(super) async fn close(tx: &Tx, row: &Row, to: State, text: Option<&str>) -> Result<RequestFact> {
    let mut columns = vec![(request::Column::State, Expr::value(to.key())), (request::Column::ClosedAt, Expr::value(tx.cx().now().0))];
    if let Some(text) = text {
        columns.push((request::Column::Answer, sealed_reply(tx, row, text).await?));
    }
    set(tx, row.id(), columns).await?;
    Ok(RequestFact { state: to, ..row.fact()? })
}

pub(super) async fn extend(tx: &Tx, row: &Row, to: Timestamp, reason: &str) -> Result<RequestFact> {
    let columns = vec![
        (request::Column::State, Expr::value(State::Extended.key())),
        (request::Column::DueAt, Expr::value(to.0)),
        (request::Column::AlarmAt, Expr::value(to.minus(std::time::Duration::from_secs(5 * 86_400)).0)),
        (request::Column::AlarmedAt, Expr::value(Option::<i64>::None)),
        (request::Column::ExtendableTo, Expr::value(Option::<i64>::None)),
        (request::Column::Answer, sealed_reply(tx, row, reason).await?),
    ];
    set(tx, row.id(), columns).await?;
    Ok(RequestFact { state: State::Extended, due_at: to, ..row.fact()? })
}

/// Open requests whose alarm is due and was not raised.
pub(super) async fn to_alarm(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Row>> {
    let due = open().add(request::Column::AlarmedAt.is_null()).add(request::Column::AlarmAt.lte(now.0));
    Ok(request::Entity::find().filter(due).order_by_asc(request::Column::AlarmAt).limit(limit).all(db).await?)
}

/// Open requests past their deadline that were not counted.
pub(super) async fn to_count_overdue(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Row>> {
    let due = open().add(request::Column::OverdueAt.is_null()).add(request::Column::DueAt.lte(now.0));
    Ok(request::Entity::find().filter(due).order_by_asc(request::Column::DueAt).limit(limit).all(db).await?)
}

/// Notes the alarm; `None` when it was raised or the request ended meanwhile.
pub(super) async fn set_alarmed(tx: &Tx, id: RequestId) -> Result<Option<RequestFact>> {
    let Some(row) = held(tx, id).await?.filter(|row| row.closed_at.is_none() && row.alarmed_at.is_none()) else { return Ok(None) };
    set(tx, id, vec![(request::Column::AlarmedAt, Expr::value(tx.cx().now().0))]).await?;
    row.fact().map(Some)
}

/// Notes that nobody answered in time; `None` when it was noted or the request ended meanwhile.
pub(super) async fn set_overdue(tx: &Tx, id: RequestId) -> Result<Option<RequestFact>> {
    let Some(row) = held(tx, id).await?.filter(|row| row.closed_at.is_none() && row.overdue_at.is_none()) else { return Ok(None) };
    set(tx, id, vec![(request::Column::OverdueAt, Expr::value(tx.cx().now().0))]).await?;
    row.fact().map(Some)
}

/// Requests that wait, and how many of them are late.
pub(crate) async fn count_open(db: &impl ConnectionTrait, now: Timestamp) -> Result<(u64, u64)> {
    let all = request::Entity::find().filter(open()).count(db).await?;
    let late = request::Entity::find().filter(open().add(request::Column::DueAt.lte(now.0))).count(db).await?;
    Ok((all, late))
}
