//! The table `privacy_correction`.

use kernel::id::Id;
use kernel::{Gate, KeyOwner, PersonId, Result, Sealed, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::damaged;
use crate::request::model::{After, Before, CorrectionView, Field, RequestId};

pub(in crate::request) use entity::Model as CorrectionRow;

mod entity {
    use kernel::Sealed;
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "privacy_correction")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub request_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub place: String,
        pub person_id: Uuid,
        pub field: String,
        pub before: Option<Sealed<crate::request::model::Before>>,
        pub after: Sealed<crate::request::model::After>,
        pub problem: Option<String>,
        pub asked_at: i64,
        pub done_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl CorrectionRow {
    pub(in crate::request) fn request(&self) -> RequestId {
        RequestId::from_uuid(self.request_id)
    }

    pub(in crate::request) fn sealed(&self) -> Vec<&[u8]> {
        self.before.iter().map(Sealed::bytes).chain([self.after.bytes()]).collect()
    }

    pub(in crate::request) fn shown(&self, gate: &Gate) -> Result<CorrectionView> {
        Ok(CorrectionView {
            place: self.place.clone(),
            field: Field::from_key(&self.field).ok_or_else(damaged)?,
            before: self.before.as_ref().map(|text| text.open(gate)).transpose()?,
            after: self.after.open(gate)?,
            done_at: self.done_at.map(Timestamp),
            problem: self.problem.clone(),
        })
    }
}

/// The corrections of these requests, in the order of their places.
pub(in crate::request) async fn corrections(db: &impl ConnectionTrait, requests: &[RequestId]) -> Result<Vec<CorrectionRow>> {
    if requests.is_empty() {
        return Ok(Vec::new());
    }
    let ids = requests.iter().map(|id| id.uuid());
    Ok(entity::Entity::find().filter(entity::Column::RequestId.is_in(ids)).order_by_asc(entity::Column::Place).all(db).await?)
}

pub(in crate::request) async fn insert_correction(tx: &Tx, request: RequestId, person: PersonId, place: &str, field: Field, value: &str) -> Result<()> {
    let row = CorrectionRow {
        request_id: request.uuid(),
        place: place.to_owned(),
        person_id: person.uuid(),
        field: field.key().to_owned(),
        before: None,
        after: Sealed::<After>::seal(tx, KeyOwner::Person(person), &value.to_owned()).await?,
        problem: None,
        asked_at: tx.cx().now().0,
        done_at: None,
    };
    entity::Entity::insert(entity::ActiveModel::from(row)).exec_without_returning(tx.db()).await?;
    Ok(())
}

async fn set_correction(tx: &Tx, request: RequestId, place: &str, columns: Vec<(entity::Column, Expr)>) -> Result<()> {
    let update = columns.into_iter().fold(entity::Entity::update_many(), |update, (column, value)| update.col_expr(column, value));
    update.filter(entity::Column::RequestId.eq(request.uuid())).filter(entity::Column::Place.eq(place)).exec(tx.db()).await?;
    Ok(())
}

/// Notes that the value stands right in `place`, and what stood there.
pub(in crate::request) async fn set_corrected(tx: &Tx, request: RequestId, person: PersonId, place: &str, before: Option<&str>) -> Result<()> {
    let mut columns = vec![(entity::Column::DoneAt, Expr::value(tx.cx().now().0)), (entity::Column::Problem, Expr::value(Option::<String>::None))];
    if let Some(before) = before {
        let sealed = Sealed::<Before>::seal(tx, KeyOwner::Person(person), &before.to_owned()).await?;
        columns.push((entity::Column::Before, Expr::value(sealed)));
    }
    set_correction(tx, request, place, columns).await
}

/// Notes what holds a correction up.
pub(in crate::request) async fn set_correction_problem(tx: &Tx, request: RequestId, place: &str, problem: &str) -> Result<()> {
    set_correction(tx, request, place, vec![(entity::Column::Problem, Expr::value(problem))]).await
}
