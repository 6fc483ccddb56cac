//! One operation, step by step. Every note about it is written under its fence.

use std::time::Duration;

use kernel::{Error, Kind, Result, Tx};

use super::intercept::{Intervention, Moment, Point};
use super::worker::Shared;
use crate::definition::{Next, Registered, Retry, StepCx, WhenFailed};
use crate::operation::store::{self, StepChange, operation, step};
use crate::operation::{Audience, State, StepState};

/// Undo is tried more patiently than the step itself: giving up needs a person.
const UNDO_ATTEMPTS: i32 = 10;
/// A day at one try a minute: whoever is away for hours comes back, and until then money and room are with nobody.
const UNDO_ATTEMPTS_WHILE_AWAY: i32 = 1_440;

/// What the engine does after a step.
enum Then {
    /// The next step.
    GoOn,
    /// Nothing more now: the operation has ended or waits.
    LetGo,
}

/// Carries `row` as far as it goes now.
pub(super) async fn carry_out(shared: &Shared, mut row: operation::Model) -> Result<()> {
    let Some(workflow) = shared.workflows.get(row.kind.as_str()) else {
        return Err(Error::internal(format!("no worker here knows the workflow {}", row.kind)));
    };
    loop {
        let steps = store::steps(shared.cx.db(), row.id).await?;
        let then = match row.state {
            State::Running => forward(shared, workflow, &mut row, &steps).await?,
            State::Undoing => backward(shared, workflow, &mut row, &steps).await?,
            _ => return Ok(()),
        };
        if matches!(then, Then::LetGo) {
            return Ok(());
        }
    }
}

async fn forward(shared: &Shared, workflow: &Registered, row: &mut operation::Model, steps: &[step::Model]) -> Result<Then> {
    let Some(step) = steps.iter().find(|step| step.state != StepState::Done) else {
        finish(shared, row, State::Succeeded, None).await?;
        return Ok(Then::LetGo);
    };
    let (name, retry) = known(workflow, step)?;
    let attempt = step.attempt + 1;
    note(shared, row, async |tx| {
        store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Running, attempt, error: step.error.clone() }).await
    })
    .await?;
    let cx = step_cx(shared, workflow, row, step, name, attempt)?;
    let outcome = guarded(
        shared,
        row,
        retry.timeout,
        async |cx: StepCx| {
            let position = usize::try_from(cx.position).unwrap_or(usize::MAX);
            (workflow.run)(cx, position, &row.input)?.await
        },
        cx,
        false,
    )
    .await?;
    match outcome {
        Ok(Next::Done) => {
            note(shared, row, async |tx| store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Done, attempt, error: None }).await)
                .await?;
            Ok(Then::GoOn)
        }
        Ok(Next::Again(wait)) => {
            note(shared, row, async |tx| {
                // Waiting is not failing: the try is not counted.
                store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Running, attempt: attempt - 1, error: None }).await?;
                store::release(&tx, row.id, tx.cx().now().plus(wait)).await
            })
            .await?;
            Ok(Then::LetGo)
        }
        Ok(Next::CalledOff(why)) => {
            note(shared, row, async |tx| {
                store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Undone, attempt, error: None }).await?;
                store::set_state(&tx, row, State::Undone, Some(why)).await
            })
            .await?;
            Ok(Then::LetGo)
        }
        Err(error) if error.is_transient() && attempt < retry.attempts => {
            again_later(shared, row, step, attempt, retry.wait(attempt), &error).await?;
            Ok(Then::LetGo)
        }
        Err(error) => {
            tracing::warn!(operation = %row.id, step = name, error = %error.chain(), "a step failed for good");
            let next = if workflow.when_failed == WhenFailed::Undo { State::Undoing } else { State::Failed };
            let text = error.to_string();
            // Both at once, and the operation is let go with it: whoever claims it next takes the steps back.
            note(shared, row, async |tx| {
                store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Failed, attempt, error: Some(text.clone()) }).await?;
                store::set_state(&tx, row, next, Some(&text)).await
            })
            .await?;
            Ok(Then::LetGo)
        }
    }
}

async fn backward(shared: &Shared, workflow: &Registered, row: &mut operation::Model, steps: &[step::Model]) -> Result<Then> {
    // The failed step is taken back too: it may have had its effect before it failed.
    let Some(step) = steps.iter().rev().find(|step| matches!(step.state, StepState::Done | StepState::Failed | StepState::Running)) else {
        finish(shared, row, State::Undone, None).await?;
        return Ok(Then::LetGo);
    };
    let (name, retry) = known(workflow, step)?;
    let undoing_again = step.state == StepState::Running;
    let attempt = if undoing_again { step.attempt + 1 } else { 1 };
    note(shared, row, async |tx| {
        store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Running, attempt, error: step.error.clone() }).await
    })
    .await?;
    let cx = step_cx(shared, workflow, row, step, name, attempt)?;
    let outcome = guarded(
        shared,
        row,
        retry.timeout,
        async |cx: StepCx| {
            let position = usize::try_from(cx.position).unwrap_or(usize::MAX);
            (workflow.undo)(cx, position, &row.input)?.await.map(|()| Next::Done)
        },
        cx,
        true,
    )
    .await?;
    match outcome {
        Ok(_) => {
            note(shared, row, async |tx| {
                store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Undone, attempt, error: step.error.clone() }).await
            })
            .await?;
            Ok(Then::GoOn)
        }
        Err(error) if attempt < undo_attempts(&error) => {
            again_later(shared, row, step, attempt, retry.wait(attempt), &error).await?;
            Ok(Then::LetGo)
        }
        Err(error) => {
            tracing::error!(operation = %row.id, step = name, error = %error.chain(), "an undo needs an operator");
            finish(shared, row, State::NeedsOperator, Some(&error.to_string())).await?;
            Ok(Then::LetGo)
        }
    }
}

fn undo_attempts(error: &Error) -> i32 {
    if error.kind() == Kind::Unavailable { UNDO_ATTEMPTS_WHILE_AWAY } else { UNDO_ATTEMPTS }
}

fn known(workflow: &Registered, step: &step::Model) -> Result<(&'static str, Retry)> {
    usize::try_from(step.position)
        .ok()
        .and_then(|position| workflow.steps.get(position))
        .filter(|(name, _)| *name == step.name)
        .copied()
        .ok_or_else(|| Error::internal(format!("{} has no step {} at its place any more", workflow.name, step.name)))
}

fn step_cx(shared: &Shared, workflow: &Registered, row: &operation::Model, step: &step::Model, name: &'static str, attempt: i32) -> Result<StepCx> {
    Ok(StepCx {
        cx: shared.cx.clone(),
        operation: row.id,
        place: store::place(&row.place)?,
        position: step.position,
        step: name,
        attempt,
        fence: row.fence,
        workflow: workflow.name,
        stopping: shared.stopping.subscribe(),
    })
}

/// Runs an action with a time limit and a lease that is renewed; the outer error means that the
/// operation belongs to somebody else by now.
async fn guarded<F, Fut>(shared: &Shared, row: &operation::Model, limit: Duration, action: F, cx: StepCx, undo: bool) -> Result<Result<Next>>
where
    F: Fn(StepCx) -> Fut + Send,
    Fut: Future<Output = Result<Next>> + Send,
{
    let point = |moment| Point { workflow: cx.workflow, step: cx.step, undo, moment };
    if let Some(failed) = intervene(shared, point(Moment::Before))?.failed() {
        return Ok(Err(failed));
    }
    let work = async {
        let first = action(cx.clone()).await;
        match intervene(shared, point(Moment::After))? {
            Verdict::Go => Ok(first),
            Verdict::Fail(error) => Ok(Err(error)),
            Verdict::Repeat => Ok(action(cx.clone()).await),
        }
    };
    let heartbeat = async {
        loop {
            tokio::time::sleep(shared.lease / 3).await;
            match store::renew(&shared.cx, row.id, row.fence, shared.lease).await {
                Ok(true) => {}
                Ok(false) => return Error::conflict("Another worker has taken this operation over."),
                Err(error) => tracing::warn!(error = %error.chain(), "a lease could not be renewed yet"),
            }
        }
    };
    tokio::select! {
        done = tokio::time::timeout(limit, work) => match done {
            Ok(outcome) => outcome,
            Err(_) => Ok(Err(Error::unavailable(format!("This step took longer than {} seconds.", limit.as_secs())))),
        },
        lost = heartbeat => Err(lost),
    }
}

enum Verdict {
    Go,
    Fail(Error),
    Repeat,
}

impl Verdict {
    fn failed(self) -> Option<Error> {
        match self {
            Self::Fail(error) => Some(error),
            Self::Go | Self::Repeat => None,
        }
    }
}

fn intervene(shared: &Shared, point: Point) -> Result<Verdict> {
    match shared.interceptor.as_ref().map_or(Intervention::Go, |one| one.at(point)) {
        Intervention::Go => Ok(Verdict::Go),
        Intervention::Fail(error) => Ok(Verdict::Fail(error)),
        Intervention::Repeat => Ok(Verdict::Repeat),
        Intervention::Vanish => Err(Error::internal("the worker vanished")),
    }
}

/// Writes under the fence.
async fn note<F, Fut>(shared: &Shared, row: &operation::Model, work: F) -> Result<()>
where
    F: Fn(Tx) -> Fut + Send + Sync,
    Fut: Future<Output = Result<()>> + Send,
{
    shared
        .cx
        .write(async |tx| {
            store::hold(&tx, row.id, row.fence).await?;
            work(tx).await
        })
        .await
}

async fn again_later(shared: &Shared, row: &operation::Model, step: &step::Model, attempt: i32, wait: Duration, error: &Error) -> Result<()> {
    let text = error.to_string();
    note(shared, row, async |tx| {
        store::set_step(&tx, row.id, step.position, &StepChange { state: StepState::Running, attempt, error: Some(text.clone()) }).await?;
        store::log(&tx, row.id, step.position, &format!("Try {attempt} failed: {text} Next try in {} s.", wait.as_secs_f32()), Audience::Everybody).await?;
        store::release(&tx, row.id, tx.cx().now().plus(wait)).await
    })
    .await
}

async fn finish(shared: &Shared, row: &mut operation::Model, state: State, error: Option<&str>) -> Result<()> {
    note(shared, row, async |tx| store::set_state(&tx, row, state, error).await).await?;
    row.state = state;
    Ok(())
}
