//! The table `compute_console_ticket`. Tickets are kept as SHA-256 only.

use kernel::{PersonId, Result, Timestamp, Tx};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use sha2::{Digest, Sha256};

use super::model::ConsoleKind;
use crate::instance::InstanceId;

mod entity {
    use kernel::PersonId;
    use sea_orm::entity::prelude::*;

    use crate::console::ConsoleKind;
    use crate::instance::InstanceId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "compute_console_ticket")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket: Vec<u8>,
        pub instance_id: InstanceId,
        pub person_id: PersonId,
        pub kind: ConsoleKind,
        pub expires_at: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a ticket opens.
pub(super) struct Bound {
    pub(super) instance_id: InstanceId,
    pub(super) kind: ConsoleKind,
    pub(super) expires_at: Timestamp,
}

fn hash(ticket: &str) -> Vec<u8> {
    Sha256::digest(ticket.as_bytes()).to_vec()
}

/// Keeps a ticket's hash.
pub(super) async fn insert(tx: &Tx, ticket: &str, person: PersonId, bound: &Bound) -> Result<()> {
    let row = entity::ActiveModel {
        ticket: Set(hash(ticket)),
        instance_id: Set(bound.instance_id),
        person_id: Set(person),
        kind: Set(bound.kind),
        expires_at: Set(bound.expires_at.0),
    };
    entity::Entity::insert(row).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// Takes a ticket out of the world; what it was bound to, for exactly one caller.
pub(super) async fn consume(tx: &Tx, ticket: &str) -> Result<Option<Bound>> {
    let Some(row) = entity::Entity::find_by_id(hash(ticket)).one(tx.db()).await? else { return Ok(None) };
    let gone = entity::Entity::delete_many().filter(entity::Column::Ticket.eq(row.ticket)).exec(tx.db()).await?;
    let bound = Bound { instance_id: row.instance_id, kind: row.kind, expires_at: Timestamp(row.expires_at) };
    Ok((gone.rows_affected == 1).then_some(bound))
}
