//! The tables `billing_invoice`, `billing_line` and `billing_series`. A document's columns are
//! written once; the only functions that change a row change what has been paid or credited.

use kernel::id::Id;
use kernel::{Currency, Error, KeyOwner, Money, OrganisationId, Result, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::{Document, InvoiceId, InvoiceState, Issued, Kind, Snapshot};
use crate::meter::MeterId;
use crate::rate::Period;

mod entity {
    use kernel::Sealed;
    use sea_orm::entity::prelude::*;

    use crate::invoice::model::Snapshot;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_invoice")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organisation_id: Uuid,
        #[sea_orm(unique)]
        pub cause: String,
        pub kind: String,
        pub issuer: String,
        pub series: String,
        pub year: i32,
        pub sequence: i64,
        pub number: String,
        pub period_from: i64,
        pub period_to: i64,
        pub currency: String,
        pub net: i64,
        pub tax: i64,
        pub gross: i64,
        pub issued_at: i64,
        pub refers_to: Option<Uuid>,
        pub snapshot: Sealed<Snapshot>,
        pub hash: Vec<u8>,
        pub state: String,
        pub paid: i64,
        pub credited: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod line {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub invoice_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub meter_id: Option<Uuid>,
        pub from_at: i64,
        pub to_at: i64,
        pub unit: String,
        pub amount: i64,
        pub issued_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod series {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_series")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub issuer: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub series: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub year: i32,
        pub last: i64,
        pub last_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The operator; a reseller will be another.
pub(crate) const ISSUER: &str = "operator";

/// Takes the next number of the series: others wait until this transaction ends, and a failure
/// gives the number back. Answers it with the newest issue date in the series.
pub(crate) async fn next_number(tx: &Tx, name: &str, year: i32) -> Result<(i64, Timestamp)> {
    let fresh = series::ActiveModel { issuer: Set(ISSUER.to_owned()), series: Set(name.to_owned()), year: Set(year), last: Set(0), last_at: Set(i64::MIN) };
    series::Entity::insert(fresh)
        .on_conflict_do_nothing_on([series::Column::Issuer, series::Column::Series, series::Column::Year])
        .exec_without_returning(tx.db())
        .await?;
    series::Entity::update_many()
        .col_expr(series::Column::Last, Expr::col(series::Column::Last).add(1))
        .filter(series::Column::Issuer.eq(ISSUER))
        .filter(series::Column::Series.eq(name))
        .filter(series::Column::Year.eq(year))
        .exec(tx.db())
        .await?;
    let row = series::Entity::find_by_id((ISSUER.to_owned(), name.to_owned(), year)).one(tx.db()).await?;
    row.map(|row| (row.last, Timestamp(row.last_at))).ok_or_else(|| Error::internal("a number series is gone"))
}

pub(crate) async fn set_last_at(tx: &Tx, name: &str, year: i32, at: Timestamp) -> Result<()> {
    series::Entity::update_many()
        .col_expr(series::Column::LastAt, Expr::value(at.0))
        .filter(series::Column::Issuer.eq(ISSUER))
        .filter(series::Column::Series.eq(name))
        .filter(series::Column::Year.eq(year))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// All series: name, year, last number.
pub(crate) async fn all_series(db: &impl ConnectionTrait) -> Result<Vec<(String, i32, i64)>> {
    Ok(series::Entity::find().all(db).await?.into_iter().map(|row| (row.series, row.year, row.last)).collect())
}

/// Where a document stands among the numbers.
pub(crate) struct Numbered {
    pub(crate) series: String,
    pub(crate) year: i32,
    pub(crate) sequence: i64,
}

/// What a line bills, for checks of the books.
pub(crate) struct LinePlace {
    pub(crate) meter_id: Option<MeterId>,
    pub(crate) period: Period,
}

/// A document to be kept.
pub(crate) struct New<'a> {
    pub(crate) id: InvoiceId,
    pub(crate) organisation_id: OrganisationId,
    pub(crate) cause: &'a str,
    pub(crate) numbered: Numbered,
    pub(crate) refers_to: Option<InvoiceId>,
    pub(crate) document: &'a Document,
    pub(crate) places: &'a [LinePlace],
}

pub(crate) async fn insert(tx: &Tx, new: New<'_>) -> Result<()> {
    let document = new.document;
    let settled = document.gross.minor <= 0;
    let row = entity::ActiveModel {
        id: Set(new.id.uuid()),
        organisation_id: Set(new.organisation_id.uuid()),
        cause: Set(new.cause.to_owned()),
        kind: Set(kind_key(document.kind).to_owned()),
        issuer: Set(ISSUER.to_owned()),
        series: Set(new.numbered.series),
        year: Set(new.numbered.year),
        sequence: Set(new.numbered.sequence),
        number: Set(document.number.clone()),
        period_from: Set(document.period.from.0),
        period_to: Set(document.period.to.0),
        currency: Set(document.currency.code().to_owned()),
        net: Set(document.net.minor),
        tax: Set(document.tax.minor),
        gross: Set(document.gross.minor),
        issued_at: Set(document.issued_at.0),
        refers_to: Set(new.refers_to.map(Id::uuid)),
        snapshot: Set(Sealed::<Snapshot>::seal(tx, KeyOwner::Organisation(new.organisation_id), document).await?),
        hash: Set(document.hash()?),
        state: Set(if settled { InvoiceState::Paid } else { InvoiceState::Open }.key().to_owned()),
        paid: Set(0),
        credited: Set(0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    let lines = (0..).zip(document.lines.iter().zip(new.places)).map(|(position, (line, place))| line::ActiveModel {
        invoice_id: Set(new.id.uuid()),
        position: Set(position),
        meter_id: Set(place.meter_id.map(Id::uuid)),
        from_at: Set(place.period.from.0),
        to_at: Set(place.period.to.0),
        unit: Set(line.unit.clone()),
        amount: Set(line.amount.minor),
        issued_at: Set(document.issued_at.0),
    });
    line::Entity::insert_many(lines).exec_without_returning(tx.db()).await?;
    Ok(())
}

const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Invoice => "invoice",
        Kind::CreditNote => "credit_note",
    }
}

fn issued(row: entity::Model) -> Result<Issued> {
    let currency = Currency::from_code(&row.currency)?;
    Ok(Issued {
        id: InvoiceId::from_uuid(row.id),
        kind: if row.kind == kind_key(Kind::CreditNote) { Kind::CreditNote } else { Kind::Invoice },
        number: row.number,
        period: Period { from: Timestamp(row.period_from), to: Timestamp(row.period_to) },
        net: Money::new(row.net, currency),
        tax: Money::new(row.tax, currency),
        gross: Money::new(row.gross, currency),
        issued_at: Timestamp(row.issued_at),
        state: InvoiceState::from_key(&row.state),
        paid: row.paid,
        credited: row.credited,
        hash: row.hash,
        snapshot: row.snapshot,
    })
}

pub(crate) async fn by_id(db: &impl ConnectionTrait, organisation: OrganisationId, id: InvoiceId) -> Result<Issued> {
    let row = entity::Entity::find_by_id(id.uuid()).filter(entity::Column::OrganisationId.eq(organisation.uuid())).one(db).await?;
    row.map(issued).transpose()?.ok_or_else(|| Error::not_found("invoice"))
}

/// The same, held until the transaction ends, for changing what was paid or credited.
pub(crate) async fn held(tx: &Tx, organisation: OrganisationId, id: InvoiceId) -> Result<Issued> {
    let row = entity::Entity::find_by_id(id.uuid()).filter(entity::Column::OrganisationId.eq(organisation.uuid())).lock_exclusive().one(tx.db()).await?;
    row.map(issued).transpose()?.ok_or_else(|| Error::not_found("invoice"))
}

/// The document that `cause` made, if it did.
pub(crate) async fn by_cause(db: &impl ConnectionTrait, cause: &str) -> Result<Option<Issued>> {
    entity::Entity::find().filter(entity::Column::Cause.eq(cause)).one(db).await?.map(issued).transpose()
}

pub(crate) async fn page(db: &impl ConnectionTrait, organisation: OrganisationId, after: Option<InvoiceId>, limit: u64) -> Result<Vec<Issued>> {
    let mut wanted = entity::Entity::find().filter(entity::Column::OrganisationId.eq(organisation.uuid())).order_by_desc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        wanted = wanted.filter(entity::Column::Id.lt(after.uuid()));
    }
    wanted.all(db).await?.into_iter().map(issued).collect()
}

/// Net, tax and gross that credit notes have taken back from an invoice, as positive amounts.
pub(crate) async fn credited(db: &impl ConnectionTrait, id: InvoiceId) -> Result<(i64, i64, i64)> {
    let notes = entity::Entity::find().filter(entity::Column::RefersTo.eq(id.uuid())).all(db).await?;
    Ok(notes.iter().fold((0, 0, 0), |(net, tax, gross), note| (net - note.net, tax - note.tax, gross - note.gross)))
}

/// Notes what was paid and credited; nothing else of a document can change.
pub(crate) async fn set_settlement(tx: &Tx, invoice: &Issued, paid: i64, credited: i64) -> Result<()> {
    let state = InvoiceState::of(invoice.gross.minor, paid, credited);
    entity::Entity::update_many()
        .col_expr(entity::Column::Paid, Expr::value(paid))
        .col_expr(entity::Column::Credited, Expr::value(credited))
        .col_expr(entity::Column::State, Expr::value(state.key()))
        .filter(entity::Column::Id.eq(invoice.id.uuid()))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// All documents of a series and year in order of their number: sequence and issue date.
pub(crate) async fn numbers(db: &impl ConnectionTrait, name: &str, year: i32) -> Result<Vec<(i64, i64)>> {
    let rows = entity::Entity::find()
        .select_only()
        .columns([entity::Column::Sequence, entity::Column::IssuedAt])
        .filter(entity::Column::Issuer.eq(ISSUER))
        .filter(entity::Column::Series.eq(name))
        .filter(entity::Column::Year.eq(year))
        .order_by_asc(entity::Column::Sequence);
    Ok(rows.into_tuple().all(db).await?)
}

/// Up to `limit` documents of everybody after `after`, for checks of the books.
pub(crate) async fn every(db: &impl ConnectionTrait, after: Option<InvoiceId>, limit: u64) -> Result<Vec<Issued>> {
    let mut wanted = entity::Entity::find().order_by_asc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        wanted = wanted.filter(entity::Column::Id.gt(after.uuid()));
    }
    wanted.all(db).await?.into_iter().map(issued).collect()
}

/// A billed month, and what it was billed at.
pub(crate) struct Month {
    pub(crate) invoice: InvoiceId,
    pub(crate) period: Period,
    pub(crate) amount: i64,
}

/// The month of a meter that begins at `from`, if it stands on an invoice.
pub(crate) async fn month(db: &impl ConnectionTrait, unit: &str, meter: MeterId, from: Timestamp) -> Result<Option<Month>> {
    let mine = line::Entity::find().filter(line::Column::MeterId.eq(meter.uuid())).filter(line::Column::Unit.eq(unit));
    let row = mine.filter(line::Column::FromAt.eq(from.0)).one(db).await?;
    Ok(row.map(|row| Month {
        invoice: InvoiceId::from_uuid(row.invoice_id),
        period: Period { from: Timestamp(row.from_at), to: Timestamp(row.to_at) },
        amount: row.amount,
    }))
}

/// The billed months of every meter, in order: meter and period.
pub(crate) async fn months(db: &impl ConnectionTrait, unit: &str) -> Result<Vec<(MeterId, Period)>> {
    let rows: Vec<(Option<uuid::Uuid>, i64, i64)> = line::Entity::find()
        .select_only()
        .columns([line::Column::MeterId, line::Column::FromAt, line::Column::ToAt])
        .filter(line::Column::MeterId.is_not_null())
        .filter(line::Column::Unit.eq(unit))
        .order_by_asc(line::Column::MeterId)
        .order_by_asc(line::Column::FromAt)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(meter, from, to)| meter.map(|meter| (MeterId::from_uuid(meter), Period { from: Timestamp(from), to: Timestamp(to) })))
        .collect())
}
