//! Gives back what was charged for the rest of a month in which a machine was lost.

use std::time::Duration;

use billing::meter::Lost;
use billing::payment::PaymentId;
use compute::InstanceId;
use kernel::map::purpose;
use kernel::{OrganisationId, Result};
use serde::{Deserialize, Serialize};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, nothing, step};

/// What the workflow works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GiveBackInput {
    /// Which machine.
    pub instance_id: InstanceId,
    /// Whose.
    pub organisation_id: OrganisationId,
    /// What was lost.
    pub lost: Lost,
    /// What was paid for the machine apart from the invoices of periods: with its order, and for dearer sizes.
    pub payments: Vec<PaymentId>,
}

/// A payment provider that is away for hours must not keep what is not its own.
const STUBBORN: Retry = Retry { attempts: 60, timeout: Duration::from_secs(300), ..Retry::STANDARD };

/// Gives it back. What went back is never taken again.
pub static GIVE_BACK: Workflow<GiveBackInput> = Workflow {
    name: "catalogue.contract.give_back",
    title: "Give back what was paid for a machine that is gone",
    purpose: &purpose::BILLING,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("payments", "Give back what was paid with orders", payments, nothing, STUBBORN),
        step!("invoice", "Credit what is on an invoice", invoice, nothing, STUBBORN),
    ],
};

/// The same for the same loss, so that it is given back once.
fn reason(lost: &Lost) -> String {
    format!("the machine is gone since {}", lost.at)
}

async fn payments(step: StepCx, input: GiveBackInput) -> Result<Next> {
    for payment in &input.payments {
        billing::payment::give_back(step.cx(), *payment, &input.lost, &reason(&input.lost)).await?;
    }
    Ok(Next::Done)
}

async fn invoice(step: StepCx, input: GiveBackInput) -> Result<Next> {
    billing::invoice::give_back(step.cx(), input.organisation_id, &input.lost, &reason(&input.lost)).await?;
    Ok(Next::Done)
}
