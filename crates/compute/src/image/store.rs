//! The table `compute_image`. Rows without a project are the operator's.

use std::collections::HashMap;

use kernel::permission::Permission;
use kernel::{ByWorkflow, Error, Place, Result, Scope, Tx};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::model::{ImageId, ImageState};
use crate::template::TemplateId;

pub(crate) use entity::{Column, Entity, Model as Row};

mod entity {
    use kernel::{OrganisationId, ProjectId, Sealed};
    use sea_orm::entity::prelude::*;
    use workflow::OperationId;

    use crate::image::model::{ImageId, ImageSource, ImageState, Name};
    use crate::template::TemplateId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_image")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ImageId,
        pub organisation_id: Option<OrganisationId>,
        pub project_id: Option<ProjectId>,
        pub template_id: Option<TemplateId>,
        pub version: i32,
        pub name: Option<Sealed<Name>>,
        pub source: ImageSource,
        pub url: Option<String>,
        pub sha256: Option<String>,
        pub disk_sha256: Option<String>,
        pub state: ImageState,
        pub problem: Option<String>,
        pub received_bytes: i64,
        pub total_bytes: Option<i64>,
        pub disk_bytes: Option<i64>,
        pub virtual_bytes: Option<i64>,
        pub operation_id: Option<OperationId>,
        pub created_at: i64,
        pub touched_at: i64,
        pub ready_at: Option<i64>,
        pub deleted_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

impl Row {
    /// Where the image is.
    pub(crate) fn place(&self) -> Place {
        match (self.organisation_id, self.project_id) {
            (Some(organisation), Some(project)) => Place::Project { organisation, project },
            _ => Place::Platform,
        }
    }
}

/// The images of a place: a project's own, an organisation's, or the operator's.
fn of(place: Place) -> Condition {
    match place {
        Place::Project { project, .. } => Condition::all().add(Column::ProjectId.eq(project)),
        Place::Organisation { organisation } => Condition::all().add(Column::OrganisationId.eq(organisation)),
        Place::Platform => Condition::all().add(Column::ProjectId.is_null()),
        // A person has no images.
        Place::Person { .. } => Condition::all().add(Expr::value(false)),
    }
}

/// Writes a new image.
pub(crate) async fn insert(tx: &Tx, row: Row) -> Result<()> {
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// One image of the scope's place.
pub(crate) async fn by_id<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>, id: ImageId) -> Result<Row> {
    Entity::find_by_id(id).filter(of(at.place())).one(db).await?.ok_or_else(|| Error::not_found("image"))
}

/// The same, locked to the end of the transaction.
pub(crate) async fn locked<P: Permission>(tx: &Tx, at: &Scope<P>, id: ImageId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(of(at.place()));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("image"))
}

/// An image that machines of the scope's project may be made of: its own, or the operator's. Locked to the end of the transaction.
pub(super) async fn usable_locked<P: Permission>(tx: &Tx, at: &Scope<P>, id: ImageId) -> Result<Row> {
    let mut query = Entity::find_by_id(id).filter(Condition::any().add(of(at.place())).add(of(Place::Platform)));
    QueryTrait::query(&mut query).lock(LockType::Update);
    query.one(tx.db()).await?.ok_or_else(|| Error::not_found("image"))
}

/// The same without a lock.
pub(super) async fn usable<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>, id: ImageId) -> Result<Row> {
    let query = Entity::find_by_id(id).filter(Condition::any().add(of(at.place())).add(of(Place::Platform)));
    query.one(db).await?.ok_or_else(|| Error::not_found("image"))
}

/// The scope's images that are not deleted, newest first, one more than `limit`.
pub(super) async fn page<P: Permission>(db: &impl ConnectionTrait, at: &Scope<P>, after: Option<ImageId>, limit: u64) -> Result<Vec<Row>> {
    let mut query = Entity::find().filter(of(at.place())).filter(Column::State.ne(ImageState::Deleted));
    if let Some(after) = after {
        query = query.filter(Column::Id.lt(after));
    }
    Ok(query.order_by_desc(Column::Id).limit(limit + 1).all(db).await?)
}

/// All versions of templates that are not deleted, newest first: the operator's, which are few.
pub(crate) async fn versions(db: &impl ConnectionTrait) -> Result<Vec<Row>> {
    let query = Entity::find().filter(of(Place::Platform)).filter(Column::State.ne(ImageState::Deleted));
    Ok(query.order_by_desc(Column::Version).all(db).await?)
}

/// The newest version of each template that machines can be made of. It is public which templates there are.
pub(crate) async fn newest_ready(db: &impl ConnectionTrait, template: Option<TemplateId>) -> Result<HashMap<TemplateId, Row>> {
    let mut query = Entity::find().filter(of(Place::Platform)).filter(Column::State.eq(ImageState::Ready));
    if let Some(template) = template {
        query = query.filter(Column::TemplateId.eq(template));
    }
    let rows = query.order_by_asc(Column::Version).all(db).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.template_id?, row))).collect())
}

/// The number of the next version of a template. The caller holds the template's row.
pub(crate) async fn next_version(tx: &Tx, template: TemplateId) -> Result<i32> {
    let query = Entity::find().select_only().column(Column::Version).filter(Column::TemplateId.eq(template)).order_by_desc(Column::Version);
    Ok(query.into_tuple::<i32>().one(tx.db()).await?.unwrap_or(0) + 1)
}

/// Images of the organisation that are not deleted.
pub(super) async fn of_organisation(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(of(at.place())).filter(Column::State.ne(ImageState::Deleted)).order_by_asc(Column::Id).all(db).await?)
}

/// How many images of the place are deleted.
pub(super) async fn count_deleted(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    Ok(Entity::find().filter(of(at.place())).filter(Column::State.eq(ImageState::Deleted)).count(db).await?)
}

/// How many images of the place are there or on their way.
pub(super) async fn count_present(db: &impl ConnectionTrait, at: &Scope<ByWorkflow>) -> Result<u64> {
    let gone = [ImageState::Deleted, ImageState::Failed];
    Ok(Entity::find().filter(of(at.place())).filter(Column::State.is_not_in(gone)).count(db).await?)
}

/// Uploads that nobody has touched since `before`; for jobs, which act for the installation.
pub(super) async fn abandoned(db: &impl ConnectionTrait, _at: &Scope<ByWorkflow>, before: i64) -> Result<Vec<Row>> {
    Ok(Entity::find().filter(Column::State.eq(ImageState::Uploading)).filter(Column::TouchedAt.lt(before)).all(db).await?)
}

/// Changes columns of an image that is known to be the scope's.
pub(crate) async fn set(tx: &Tx, id: ImageId, columns: &[(Column, sea_orm::Value)]) -> Result<()> {
    let update = columns.iter().fold(Entity::update_many(), |update, (column, value)| update.col_expr(*column, Expr::value(value.clone())));
    update.filter(Column::Id.eq(id)).exec(tx.db()).await?;
    Ok(())
}

/// Notes how many bytes are there, as long as the image is in `state`. False when it no longer is.
pub(crate) async fn progress(tx: &Tx, id: ImageId, state: ImageState, received: i64, total: Option<i64>) -> Result<bool> {
    let update = Entity::update_many()
        .col_expr(Column::ReceivedBytes, Expr::value(received))
        .col_expr(Column::TotalBytes, Expr::value(total))
        .col_expr(Column::TouchedAt, Expr::value(tx.cx().now().0))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}

/// Brings the image from the state in `row` to `to`, if the rules allow it. False when it is there already.
pub(super) async fn set_state(tx: &Tx, row: &Row, to: ImageState, problem: Option<&str>) -> Result<bool> {
    if row.state == to || !row.state.may_become(to) {
        return Ok(false);
    }
    let now = tx.cx().now().0;
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::Problem, Expr::value(problem.map(str::to_owned)))
        .col_expr(Column::ReadyAt, Expr::value((to == ImageState::Ready).then_some(now).or(row.ready_at.filter(|_| to == ImageState::Deleting))))
        .col_expr(Column::DeletedAt, Expr::value((to == ImageState::Deleted).then_some(now)))
        .col_expr(Column::TouchedAt, Expr::value(now))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(row.state));
    Ok(update.exec(tx.db()).await?.rows_affected == 1)
}
