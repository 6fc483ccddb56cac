//! What every new image begins with, whichever way its file comes.

use kernel::{Error, Result, Tx, setting};
use sea_orm::ConnectionTrait;

pub(crate) use super::model::digest;
use super::model::{ImageId, ImageSource, ImageState, LIMIT, LIMIT_BYTES};
use super::store::Row;

/// A row of the operator's with nothing in it yet.
pub(crate) fn fresh(tx: &Tx, id: ImageId, source: ImageSource, state: ImageState) -> Row {
    let now = tx.cx().now().0;
    Row {
        id,
        organisation_id: None,
        project_id: None,
        template_id: None,
        version: 1,
        name: None,
        source,
        url: None,
        sha256: None,
        disk_sha256: None,
        state,
        problem: None,
        received_bytes: 0,
        total_bytes: None,
        disk_bytes: None,
        virtual_bytes: None,
        operation_id: None,
        created_at: now,
        touched_at: now,
        ready_at: None,
        deleted_at: None,
    }
}

/// How many bytes a file may have.
pub(crate) async fn limit(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(setting::read(db, LIMIT).await?.unwrap_or(LIMIT_BYTES))
}

/// Fails when a file of `bytes` is larger than any may be.
pub(crate) fn within(bytes: u64, limit: u64) -> Result<()> {
    if bytes <= limit { Ok(()) } else { Err(Error::conflict(format!("This file is larger than the {} MiB that an image may have.", limit >> 20))) }
}
