//! Carries a change of size out: takes the payment, and gives the machine its size. Undone, the money is back and the machine is as it
//! was; a machine that has its size already keeps it.

use std::time::Duration;

use billing::payment::PaymentState;
use kernel::map::purpose;
use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use workflow::operation::{State as OperationState, states};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, step};

use super::model::{SizeChangeId, State};
use super::store::{self, Column, Row};
use crate::size;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SizeChangeInput {
    /// Which change.
    pub change_id: SizeChangeId,
}

/// A payment provider that is away for an hour must not lose a change.
const STUBBORN: Retry = Retry { attempts: 60, ..Retry::STANDARD };
/// How often a pending payment and the machine are looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Why money goes back; the same reason is the same refund.
const REFUND: &str = "the machine could not get its size";

/// Carries it out.
pub static SIZE_CHANGE: Workflow<SizeChangeInput> = Workflow {
    name: "catalogue.size_change.carry_out",
    title: "Give the machine another size",
    purpose: &purpose::BILLING,
    when_failed: WhenFailed::Undo,
    steps: &[step!("pay", "Take the payment", pay, give_back, STUBBORN), step!("resize", "Change the machine", resize, delivered)],
};

async fn row(step: &StepCx, input: SizeChangeInput) -> Result<Row> {
    store::by_id(step.cx().db(), &step.scope(), input.change_id).await
}

async fn settle(step: &StepCx, input: SizeChangeInput, to: State, problem: Option<&str>) -> Result<()> {
    step.write(async |tx| store::change(&tx, &store::locked(&tx, &step.scope(), input.change_id).await?, to, problem).await.map(drop)).await
}

async fn pay(step: StepCx, input: SizeChangeInput) -> Result<Next> {
    if let Some(payment) = row(&step, input).await?.payment_id {
        let payment = billing::payment::advance(step.cx(), payment).await?;
        if !payment.state.is_final() {
            settle(&step, input, State::AwaitingConfirmation, None).await?;
            return Ok(Next::Again(LOOK));
        }
        if payment.state != PaymentState::Succeeded {
            return Err(Error::conflict(payment.problem.unwrap_or_else(|| "The payment was not completed. Nothing was charged.".to_owned())));
        }
    }
    settle(&step, input, State::Resizing, None).await?;
    Ok(Next::Done)
}

async fn give_back(step: StepCx, input: SizeChangeInput) -> Result<()> {
    let change = row(&step, input).await?;
    if change.state == State::Done {
        return Ok(());
    }
    let Some(payment) = change.payment_id else {
        return settle(&step, input, State::Failed, Some("The machine could not get its size. The operation says why.")).await;
    };
    let payment = billing::payment::advance(step.cx(), payment).await?;
    if payment.state.is_paid() {
        billing::payment::refund(step.cx(), payment.id, payment.amount, REFUND).await?;
        return settle(&step, input, State::Failed, Some("The machine could not get its size. What was charged went back.")).await;
    }
    if !payment.state.is_final() {
        return Err(Error::unavailable("The payment has not come to an end yet."));
    }
    let why = payment.problem.unwrap_or_else(|| "The payment was not completed. Nothing was charged.".to_owned());
    settle(&step, input, State::PaymentFailed, Some(&why)).await
}

/// Begins the work at the machine once, and waits for its end. Its own undo has run when it fails.
async fn resize(step: StepCx, input: SizeChangeInput) -> Result<Next> {
    let begun = step
        .write(async |tx| {
            let at = step.scope();
            let row = store::locked(&tx, &at, input.change_id).await?;
            if let Some(begun) = row.resize_id {
                return Ok(begun);
            }
            // The rest of one month is paid; what began meanwhile is another one.
            if row.payment_id.is_some() && billing::account::of(&tx, row.organisation_id).await?.now(tx.cx()) >= Timestamp(row.price_from) {
                return Err(Error::conflict("The month that was to be paid for has ended. Ask for the price again."));
            }
            let size = size::by_id(tx.db(), row.size_id).await?;
            let begun = compute::instance::begin_resize(&tx, &at, row.instance_id, &size.shape()).await?;
            store::set(&tx, row.id, &[(Column::ResizeId, Some(begun).into())]).await?;
            Ok(begun)
        })
        .await?;
    match states(step.cx().db(), [begun]).await?.get(&begun) {
        Some(OperationState::Succeeded) => settle(&step, input, State::Done, None).await.map(|()| Next::Done),
        Some(OperationState::Running | OperationState::Undoing) => Ok(Next::Again(LOOK)),
        _ => Err(Error::conflict("The machine could not get its size. Its own operation says why.")),
    }
}

/// A machine that has its size by now keeps it, and what was paid for it stays paid.
async fn delivered(step: StepCx, input: SizeChangeInput) -> Result<()> {
    let Some(begun) = row(&step, input).await?.resize_id else { return Ok(()) };
    match states(step.cx().db(), [begun]).await?.get(&begun) {
        Some(OperationState::Succeeded) => settle(&step, input, State::Done, None).await,
        Some(OperationState::Running | OperationState::Undoing) => Err(Error::unavailable("The machine is still being changed.")),
        _ => Ok(()),
    }
}
