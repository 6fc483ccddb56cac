//! Gives a machine another size. Processors and memory are in force after a restart that belongs to it; a disk only grows.

use compute_driver::{InForce, Size};
use futures::future::BoxFuture;
use kernel::map::purpose;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Error, Place, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, OperationId, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::bring_up::PATIENT;
use super::model::{InstanceId, Shape, SizeId, State};
use super::store::{self, Column, Row};
use super::{change, guest};
use crate::drivers;
use crate::events::{INSTANCE_RESIZED, Resized};
use crate::node::place::fits;
use crate::quota;

/// Who sells sizes: the catalogue, which the server puts in as an extension.
pub trait Sizes: Send + Sync {
    /// The shape of `size`, if this machine may have it now.
    fn shape<'a>(&'a self, cx: &'a Cx, place: Place, instance: InstanceId, size: SizeId) -> BoxFuture<'a, Result<Shape>>;
}

/// The extension.
pub struct SizesOnSale(pub Box<dyn Sizes>);

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResizeInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// How large it was.
    pub before: Shape,
    /// How large it becomes.
    pub after: Shape,
    /// Whether it ran.
    pub ran: bool,
}

/// Resizes a machine. Undone, it has its old processors and memory and runs as before; a disk that has grown stays so.
pub static RESIZE: Workflow<ResizeInput> = Workflow {
    name: "compute.instance.resize",
    title: "Give the machine another size",
    purpose: &purpose::SERVICE,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("look", "Look at the machine", look, give_back),
        step!("resize", "Change the machine", resize_guest, as_before),
        step!("restart", "Restart it where that is needed", restart, nothing),
        step!("wait", "Wait for the machine", wait, nothing, PATIENT),
        step!("finish", "Note the new size", finish, take_back),
    ],
};

/// Begins to resize the machine.
///
/// # Errors
/// `NotFound`; `Invalid` on `size_id` for a size that is not on sale or has a smaller disk; `Conflict` when the machine's state or
/// contract does not allow it; `Exhausted` when a quota is used up or its node has no room.
pub async fn resize<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, id: InstanceId, size: SizeId) -> Result<OperationId> {
    store::by_id(cx.db(), at, id).await?;
    let after = cx.extension::<SizesOnSale>()?.0.shape(cx, at.place(), id, size).await?;
    cx.write(async |tx| {
        let operation = begin_resize(&tx, at, id, &after).await?;
        audit::record(&tx, at, id, "A machine gets another size").await?;
        Ok(operation)
    })
    .await
}

/// The same in the caller's transaction, for a size whose price was agreed on.
///
/// # Errors
/// As [`resize`].
pub async fn begin_resize<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, id: InstanceId, after: &Shape) -> Result<OperationId> {
    let row = store::locked(tx, at, id).await?;
    let before = row.shape();
    room(tx, at, &row, after).await?;
    let ran = row.state == State::Running;
    change(tx, &row, State::Resizing, "It gets another size.").await?;
    let start = Start { place: row.place(), subject: &id.to_string(), started_by: at.actor().person(), key: None };
    let operation = RESIZE.start(tx, start, &ResizeInput { instance_id: id, before, after: after.clone(), ran }).await?;
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await?;
    Ok(operation)
}

/// Whether the machine, of which the caller saw the size `seen`, can get the size `after` now. The machine stays locked to the end of the
/// transaction, and nothing is taken.
///
/// # Errors
/// As [`resize`]; `Conflict` when the machine has another size by now.
pub async fn may_resize<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, id: InstanceId, seen: SizeId, after: &Shape) -> Result<()> {
    let row = store::locked(tx, at, id).await?;
    if row.size_id != seen {
        return Err(Error::conflict("This machine has just got another size. Ask for the price again."));
    }
    let before = row.shape();
    room(tx, at, &row, after).await?;
    quota::exchange(tx, at, &before.most(after), &before).await
}

/// Takes the room that both sizes need.
async fn room<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, row: &Row, after: &Shape) -> Result<()> {
    if !matches!(row.state, State::Running | State::Stopped) {
        return Err(Error::conflict(format!("This machine is {}, so it cannot be resized now.", row.state.in_words())));
    }
    let before = row.shape();
    if before.size_id == after.size_id {
        return Err(Error::invalid("size_id", "this machine has this size already"));
    }
    if after.disk_gib < before.disk_gib {
        return Err(Error::invalid("size_id", format!("a disk cannot become smaller; choose a size with {} GiB of disk or more", before.disk_gib)));
    }
    fits(tx, row, after).await?;
    quota::exchange(tx, at, &before, &before.most(after)).await
}

async fn look(step: StepCx, input: ResizeInput) -> Result<Next> {
    match guest::status(&step, &guest::row(&step, input.instance_id).await?).await? {
        compute_driver::Status::Absent => Err(Error::conflict("The machine is gone from its node.")),
        _ => Ok(Next::Done),
    }
}

/// The last undo: the state is what the hypervisor says, and the room that was taken for the new size is free.
async fn give_back(step: StepCx, input: ResizeInput) -> Result<()> {
    let seen = guest::seen(&step, input.instance_id).await?;
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.instance_id).await?;
        // An undo may run twice; the state says whether it has.
        if row.state == State::Resizing {
            quota::exchange(&tx, &at, &input.before.most(&input.after), &input.before).await?;
            change(&tx, &row, seen, "It keeps the size that it had.").await?;
        }
        Ok(())
    })
    .await
}

async fn resize_guest(step: StepCx, input: ResizeInput) -> Result<Next> {
    let row = guest::row(&step, input.instance_id).await?;
    match guest::driver(&step, &row)?.resize(&drivers::reference(row.id)?, &input.after.size()).await {
        Ok(InForce::Now) => step.log("The new size is in force.").await?,
        Ok(InForce::AfterRestart) => step.log("Processors and memory are in force after a restart.").await?,
        Err(error) => return Err(drivers::told(&step, error).await),
    }
    Ok(Next::Done)
}

async fn as_before(step: StepCx, input: ResizeInput) -> Result<()> {
    let row = guest::row(&step, input.instance_id).await?;
    let (driver, reference) = (guest::driver(&step, &row)?, drivers::reference(row.id)?);
    let Some(seen) = driver.find(&reference).await.map_err(drivers::said)? else { return Ok(()) };
    let before = Size { disk_gib: seen.size.disk_gib, ..input.before.size() };
    match driver.resize(&reference, &before).await {
        Ok(InForce::Now) => {}
        Ok(InForce::AfterRestart) => driver.stop(&reference).await.map_err(drivers::said)?,
        Err(error) => return Err(drivers::said(error)),
    }
    if input.ran { driver.start(&reference).await.map_err(drivers::said) } else { Ok(()) }
}

/// Stops and starts a machine that ran; asking again whether the size is in force tells whether that is needed still.
async fn restart(step: StepCx, input: ResizeInput) -> Result<Next> {
    if !input.ran {
        return Ok(Next::Done);
    }
    let row = guest::row(&step, input.instance_id).await?;
    let (driver, reference) = (guest::driver(&step, &row)?, drivers::reference(row.id)?);
    if driver.resize(&reference, &input.after.size()).await.map_err(drivers::said)? == InForce::AfterRestart {
        driver.stop(&reference).await.map_err(drivers::said)?;
    }
    guest::start(&step, &row).await?;
    Ok(Next::Done)
}

async fn wait(step: StepCx, input: ResizeInput) -> Result<Next> {
    if input.ran {
        guest::must_run(&step, &guest::row(&step, input.instance_id).await?).await?;
    }
    Ok(Next::Done)
}

async fn finish(step: StepCx, input: ResizeInput) -> Result<Next> {
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.instance_id).await?;
        if row.state != State::Resizing {
            return Ok(());
        }
        quota::exchange(&tx, &at, &input.before.most(&input.after), &input.after).await?;
        note(&tx, &row, &input.after, &step, false).await?;
        let to = if input.ran { State::Running } else { State::Stopped };
        change(&tx, &row, to, &format!("It has the size {} now.", input.after.size_name)).await
    })
    .await?;
    Ok(Next::Done)
}

/// Undoes the note, price included, before the guest itself is changed back.
async fn take_back(step: StepCx, input: ResizeInput) -> Result<()> {
    step.write(async |tx| {
        let at = step.scope();
        let row = store::locked(&tx, &at, input.instance_id).await?;
        if row.size_id != input.after.size_id || !matches!(row.state, State::Running | State::Stopped) {
            return Ok(());
        }
        quota::exchange(&tx, &at, &input.after, &input.before.most(&input.after)).await?;
        note(&tx, &row, &input.before, &step, true).await?;
        change(&tx, &row, State::Resizing, "It goes back to the size that it had.").await
    })
    .await
}

/// Writes the size and tells those who set prices.
async fn note(tx: &Tx, row: &Row, shape: &Shape, step: &StepCx, taken_back: bool) -> Result<()> {
    let columns = [
        (Column::SizeId, shape.size_id.into()),
        (Column::SizeName, shape.size_name.clone().into()),
        (Column::Cpus, shape.cpus.into()),
        (Column::MemoryMib, shape.memory_mib.into()),
        (Column::DiskGib, shape.disk_gib.into()),
    ];
    store::set(tx, row.id, &columns).await?;
    let operation_id = Some(step.operation());
    let fact = Resized { instance_id: row.id, from_size_id: row.size_id, size_id: shape.size_id, operation_id, taken_back, at: tx.cx().now() };
    tx.announce(INSTANCE_RESIZED, row.place(), row.id, &fact).await
}
