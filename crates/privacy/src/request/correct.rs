//! Putting a value right wherever it is kept: each place is told, and what stood there stays on
//! record. A place that cannot be reached is tried again until it can.

use std::time::Duration;

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Gate, Kind as ErrorKind, PersonId, Result, Scope, Tx};
use serde::{Deserialize, Serialize};
use workflow::{Next, Start, StepCx, WhenFailed, Workflow, nothing, step};

use super::create::{Noted, finish, note};
use super::model::{Field, NewCorrection, RequestId, State};
use super::store;
use crate::accounts::Owners;
use crate::wiring::{Correction, Wiring};

/// What a correction works on. The value itself is sealed in its row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The request.
    pub request: RequestId,
    /// Whose data.
    pub owners: Owners,
    /// What is wrong.
    pub field: Field,
}

/// Between two tries of a place that does not answer.
const AGAIN: Duration = Duration::from_secs(60);

/// `privacy.request.correct`.
pub static CORRECT: Workflow<Input> = Workflow {
    name: "privacy.request.correct",
    title: "Correct your data",
    purpose: &purpose::RIGHTS,
    when_failed: WhenFailed::Stop,
    steps: &[step!("apply", "Put it right wherever it is kept", apply, nothing)],
};

/// Asks the places that keep the field whether the value can stand there.
pub(super) fn check(wiring: &Wiring, correction: &NewCorrection) -> Result<()> {
    wiring.corrections.iter().filter(|hook| hook.keeps(correction.field)).try_for_each(|hook| hook.check(correction))
}

/// Notes the request and what every place will say, and starts the work.
pub(super) async fn begin<P: Permission>(tx: &Tx, at: &Scope<P>, owners: &Owners, correction: Option<&NewCorrection>, noted: &Noted<'_>) -> Result<RequestId> {
    let person = owners.person;
    let id = note(tx, at, person, noted, State::Open).await?;
    let Some(correction) = correction else { return Ok(id) };
    for hook in tx.cx().extension::<Wiring>()?.corrections.iter().filter(|hook| hook.keeps(correction.field)) {
        store::insert_correction(tx, id, person, hook.place(), correction.field, correction.value.trim()).await?;
    }
    let input = Input { request: id, owners: owners.clone(), field: correction.field };
    let start = Start { place: at.place(), subject: &id.to_string(), started_by: Some(person), key: None };
    let operation = CORRECT.start(tx, start, &input).await?;
    store::set_carried_out_by(tx, id, operation, None).await?;
    Ok(id)
}

async fn apply(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let at = step.scope();
    let wiring = cx.extension::<Wiring>()?;
    let rows = store::corrections(cx.db(), &[input.request]).await?;
    let gate = Gate::new(cx, &at, &purpose::RIGHTS, rows.iter().flat_map(|row| row.sealed()).collect::<Vec<_>>()).await?;
    let shown = rows.iter().map(|row| row.shown(&gate)).collect::<Result<Vec<_>>>()?;
    // The profile comes first; what stood there is looked for elsewhere.
    let mut old = shown.iter().find_map(|one| one.before.clone());
    let mut waits = false;
    for hook in wiring.corrections.iter().filter(|hook| hook.keeps(input.field)) {
        let Some(row) = shown.iter().find(|row| row.place == hook.place()) else { continue };
        if row.done_at.is_some() {
            continue;
        }
        let correction = Correction { field: input.field, old: old.clone(), new: row.after.clone() };
        match hook.correct(cx, &at, &input.owners, &correction).await {
            Ok(before) => {
                old = old.or_else(|| before.clone());
                corrected(&step, &input, hook.place(), before.as_deref()).await?;
            }
            Err(error) if error.is_transient() || error.kind() == ErrorKind::Exhausted => {
                waits = true;
                step.write(async |tx| store::set_correction_problem(&tx, input.request, hook.place(), &error.to_string()).await).await?;
            }
            Err(error) => return Err(error),
        }
    }
    if waits {
        return Ok(Next::Again(AGAIN));
    }
    step.write(async |tx| finish(&tx, input.request, State::Done, None, true).await).await?;
    Ok(Next::Done)
}

async fn corrected(step: &StepCx, input: &Input, place: &'static str, before: Option<&str>) -> Result<()> {
    let person: PersonId = input.owners.person;
    step.write(async |tx| store::set_corrected(&tx, input.request, person, place, before).await).await
}
