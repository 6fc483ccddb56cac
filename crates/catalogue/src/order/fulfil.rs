//! Fulfils an order: takes the payment, sets the machine up, starts the contract. Undone, the money
//! is back, no machine is left and the order says why.

use std::time::Duration;

use billing::meter::{Cycle, NewMeter};
use billing::payment::{Payment, PaymentId, PaymentState};
use compute::InstanceId;
use compute::instance::{PROVISION, ProvisionInput, State as InstanceState};
use kernel::map::purpose;
use kernel::{Error, Gate, Result, Tx};
use serde::{Deserialize, Serialize};
use workflow::operation::{State as OperationState, by_subject};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, nothing, step};

use super::change;
use super::model::{OrderId, State};
use super::store::{self, Column, Row};
use crate::size::description;

/// What the workflow works on.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct FulfilInput {
    /// Which order.
    pub order_id: OrderId,
    /// Its machine.
    pub instance_id: InstanceId,
    /// The payment of this try.
    pub payment_id: PaymentId,
    /// Which try of the order this is, counted from 1.
    pub attempt: i32,
}

/// A payment provider that is away for an hour must not lose an order.
const STUBBORN: Retry = Retry { attempts: 60, ..Retry::STANDARD };
/// How often a pending payment is looked at.
const LOOK: Duration = Duration::from_secs(2);
/// Why money goes back; the same reason is the same refund.
const REFUND: &str = "the machine could not be set up";

/// Fulfils an order.
pub static FULFIL: Workflow<FulfilInput> = Workflow {
    name: "catalogue.order.fulfil",
    title: "Fulfil the order",
    purpose: &purpose::BILLING,
    when_failed: WhenFailed::Undo,
    steps: &[
        step!("pay", "Take the payment", pay, give_back, STUBBORN),
        step!("provision", "Set up the machine", provision, take_down),
        step!("contract", "Start the contract", open, close),
        step!("disks", "Ask for its extra disks", disks, nothing),
    ],
};

async fn row(step: &StepCx, input: FulfilInput) -> Result<Row> {
    store::by_id(step.cx().db(), &step.scope(), input.order_id).await
}

/// Writes the order's state while this try is still the order's newest.
async fn settle(tx: &Tx, step: &StepCx, input: FulfilInput, to: State, problem: Option<&str>) -> Result<()> {
    let row = store::locked(tx, &step.scope(), input.order_id).await?;
    if row.attempt != input.attempt || row.state == State::Cancelled {
        return Ok(());
    }
    change::change(tx, &row, to, problem).await
}

async fn pay(step: StepCx, input: FulfilInput) -> Result<Next> {
    let order = row(&step, input).await?;
    let mine = order.attempt == input.attempt && matches!(order.state, State::Paying | State::AwaitingConfirmation | State::Provisioning | State::Cancelled);
    if !mine {
        return Err(Error::conflict("This try of the order is over. Try the order itself again."));
    }
    let payment = billing::payment::advance(step.cx(), input.payment_id).await?;
    if !payment.state.is_final() {
        step.write(async |tx| settle(&tx, &step, input, State::AwaitingConfirmation, None).await).await?;
        return Ok(Next::Again(LOOK));
    }
    if payment.state != PaymentState::Succeeded {
        return Err(Error::conflict(declined(&payment)));
    }
    // Decided under the order's lock: it is cancelled or it goes on, not both.
    let goes_on = step
        .write(async |tx| {
            settle(&tx, &step, input, State::Provisioning, None).await?;
            Ok(store::locked(&tx, &step.scope(), input.order_id).await?.state == State::Provisioning)
        })
        .await?;
    if goes_on { Ok(Next::Done) } else { Err(Error::conflict("The order was cancelled.")) }
}

fn declined(payment: &Payment) -> String {
    payment.problem.clone().unwrap_or_else(|| "The payment was not completed. Nothing was charged.".to_owned())
}

async fn give_back(step: StepCx, input: FulfilInput) -> Result<()> {
    let payment = billing::payment::advance(step.cx(), input.payment_id).await?;
    if payment.state.is_paid() {
        billing::payment::refund(step.cx(), payment.id, payment.amount, REFUND).await?;
    } else if !payment.state.is_final() {
        return Err(Error::unavailable("The payment has not come to an end yet."));
    }
    let (to, why) = if payment.state.is_paid() {
        (State::Failed, "The machine could not be set up. What was charged went back; you can try again.".to_owned())
    } else {
        (State::PaymentFailed, declined(&payment))
    };
    step.write(async |tx| {
        let at = step.scope();
        let order = store::locked(&tx, &at, input.order_id).await?;
        if order.attempt != input.attempt {
            return Ok(());
        }
        let (end, reason) =
            if order.state == State::Cancelled { (InstanceState::Deleted, "Its order was cancelled.") } else { (InstanceState::Failed, why.as_str()) };
        compute::instance::release(&tx, &at, input.instance_id, end, reason).await?;
        settle(&tx, &step, input, to, Some(&why)).await
    })
    .await
}

async fn provision(step: StepCx, input: FulfilInput) -> Result<Next> {
    step.child(&PROVISION, &input.instance_id.to_string(), &ProvisionInput { instance_id: input.instance_id }).await
}

async fn take_down(step: StepCx, input: FulfilInput) -> Result<()> {
    let child = by_subject(step.cx().db(), PROVISION.name, &input.instance_id.to_string()).await?;
    if child.is_some_and(|child| matches!(child.state, OperationState::Running | OperationState::Undoing)) {
        return Err(Error::unavailable("The machine is still being set up; it is taken down afterwards."));
    }
    compute::instance::take_down(&step, input.instance_id, "It was taken down, because its order could not be completed.").await
}

async fn open(step: StepCx, input: FulfilInput) -> Result<Next> {
    let order = row(&step, input).await?;
    let rates = order.rates()?;
    step.write(async |tx| {
        let meter = NewMeter {
            resource: input.instance_id.to_string(),
            description: description(&order.size_name),
            prepaid_periods: i64::from(rates.cycle == Cycle::Monthly),
            rates: rates.clone(),
            from: tx.cx().now(),
        };
        billing::meter::open(&tx, &step.scope(), meter).await?;
        settle(&tx, &step, input, State::Active, None).await
    })
    .await?;
    Ok(Next::Done)
}

async fn close(step: StepCx, input: FulfilInput) -> Result<()> {
    step.write(async |tx| billing::meter::close(&tx, &step.scope(), &input.instance_id.to_string(), tx.cx().now()).await).await
}

/// The machine is there and paid for, so disks that cannot be had are said, and take nothing back.
async fn disks(step: StepCx, input: FulfilInput) -> Result<Next> {
    let order = row(&step, input).await?;
    match ask_for_disks(&step, &order).await {
        Err(error) if !error.is_transient() => {
            let why = format!("The machine runs, but its extra disks could not be made: {error}");
            let columns = [(Column::Disks, None::<Vec<u8>>.into()), (Column::Problem, Some(why).into())];
            step.write(async |tx| store::set(&tx, order.id, &columns).await).await?;
        }
        asked => asked?,
    }
    Ok(Next::Done)
}

/// Begins to make all of them, or none.
async fn ask_for_disks(step: &StepCx, order: &Row) -> Result<()> {
    let Some(sealed) = &order.disks else { return Ok(()) };
    let gate = Gate::new(step.cx(), &step.scope(), &purpose::SERVICE, [sealed.bytes()]).await?;
    let wanted = sealed.open(&gate)?;
    step.write(async |tx| {
        for disk in &wanted {
            compute::disk::begin(&tx, &step.scope(), &disk.of(order.instance_id)).await?;
        }
        store::set(&tx, order.id, &[(Column::Disks, None::<Vec<u8>>.into())]).await
    })
    .await
}
