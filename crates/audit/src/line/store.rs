//! The table `audit_line`.

use kernel::id::Id;
use kernel::map::Purpose;
use kernel::permission::Permission;
use kernel::{Actor, OrganisationId, PersonId, Place, Result, Scope, Timestamp, Tx};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::model::{Activity, ActorView, AuditId, Outcome};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_line")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub organisation_id: Option<Uuid>,
        pub project_id: Option<Uuid>,
        pub person_id: Option<Uuid>,
        pub actor_kind: String,
        pub actor_id: Option<Uuid>,
        pub actor_label: Option<String>,
        pub action: String,
        pub target: String,
        pub summary: String,
        pub outcome: String,
        pub staff_purpose: Option<String>,
        pub at: i64,
        pub ended_at: Option<i64>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A line to be written.
pub(super) struct New {
    pub(super) why: &'static Purpose,
    pub(super) target: String,
    pub(super) summary: String,
    pub(super) outcome: Outcome,
}

fn kind(actor: &Actor) -> &'static str {
    match actor {
        Actor::Person { .. } => "person",
        Actor::Token { .. } => "token",
        Actor::Staff { .. } => "staff",
        Actor::System { .. } => "system",
        Actor::Visitor => "visitor",
    }
}

/// Whose line it is: the person it was done to, else the customer who did it. A staff member's
/// acts belong to the organisation alone.
fn subject(actor: &Actor, place: Place) -> Option<PersonId> {
    match place {
        Place::Person { person } => Some(person),
        _ if actor.is_staff() => None,
        _ => actor.person(),
    }
}

pub(super) async fn insert<P: Permission>(tx: &Tx, at: &Scope<P>, new: New) -> Result<AuditId> {
    let (cx, actor, place) = (tx.cx(), at.actor(), at.place());
    let id: AuditId = cx.new_id();
    let label = match actor {
        Actor::Token { token, .. } => Some(token.clone()),
        Actor::System { name } => Some(name.clone()),
        _ => None,
    };
    let now = cx.now().0;
    let row = entity::ActiveModel {
        id: Set(id.uuid()),
        organisation_id: Set(place.organisation().map(Id::uuid)),
        project_id: Set(if let Place::Project { project, .. } = place { Some(project.uuid()) } else { None }),
        person_id: Set(subject(actor, place).map(Id::uuid)),
        actor_kind: Set(kind(actor).to_owned()),
        actor_id: Set(actor.person().map(Id::uuid)),
        actor_label: Set(label),
        action: Set(P::INFO.name.to_owned()),
        target: Set(new.target),
        summary: Set(new.summary),
        outcome: Set(new.outcome.key().to_owned()),
        staff_purpose: Set(actor.is_staff().then(|| new.why.key.to_owned())),
        at: Set(now),
        ended_at: Set((new.outcome != Outcome::Started).then_some(now)),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(id)
}

pub(super) async fn set_outcome(tx: &Tx, id: AuditId, outcome: Outcome) -> Result<()> {
    entity::Entity::update_many()
        .col_expr(entity::Column::Outcome, Expr::value(outcome.key()))
        .col_expr(entity::Column::EndedAt, Expr::value(tx.cx().now().0))
        .filter(entity::Column::Id.eq(id.uuid()))
        .filter(entity::Column::EndedAt.is_null())
        .exec(tx.db())
        .await?;
    Ok(())
}

/// Up to `limit` lines of the organisation, and those on `person` alone, newest first, after `after`.
pub(super) async fn page(
    db: &impl ConnectionTrait,
    organisation: OrganisationId,
    person: Option<PersonId>,
    after: Option<AuditId>,
    limit: u64,
) -> Result<Vec<Activity>> {
    let mut whose = Condition::any().add(entity::Column::OrganisationId.eq(organisation.uuid()));
    if let Some(person) = person {
        whose = whose.add(Condition::all().add(entity::Column::OrganisationId.is_null()).add(entity::Column::PersonId.eq(person.uuid())));
    }
    let mut wanted = entity::Entity::find().filter(whose).order_by_desc(entity::Column::Id).limit(limit);
    if let Some(after) = after {
        wanted = wanted.filter(entity::Column::Id.lt(after.uuid()));
    }
    Ok(wanted.all(db).await?.into_iter().map(view).collect())
}

fn view(row: entity::Model) -> Activity {
    Activity {
        id: AuditId::from_uuid(row.id),
        at: Timestamp(row.at),
        actor: ActorView { kind: row.actor_kind, id: row.actor_id.map(PersonId::from_uuid), name: row.actor_label },
        action: row.action,
        target: row.target,
        summary: row.summary,
        outcome: Outcome::from_key(&row.outcome),
        staff_purpose: row.staff_purpose,
    }
}
