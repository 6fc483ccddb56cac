//! The workflow of an erasure. Every step may run twice; none is ever taken back.

use std::time::Duration;

use kernel::map::purpose;
use kernel::{Place, Result, Timestamp};
use serde::{Deserialize, Serialize};
use workflow::{Next, Retry, StepCx, WhenFailed, Workflow, nothing, step};

use super::{ErasureId, PERSON_ERASED, PersonErased, ledger, rows};
use crate::accounts::Owners;
use crate::certificate::{self, CertificateId};
use crate::request;
use crate::wiring::Wiring;

/// What an erasure works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Input {
    /// The erasure.
    pub erasure: ErasureId,
    /// Its certificate.
    pub certificate: CertificateId,
    /// Whose data.
    pub owners: Owners,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// How long the last mails may hold an erasure up when the mail server is away.
const PATIENCE: Duration = Duration::from_secs(900);

const LONG: Retry = Retry { timeout: Duration::from_secs(1_800), ..Retry::STANDARD };

/// `privacy.erasure.carry_out`.
pub static CARRY_OUT: Workflow<Input> = Workflow {
    name: "privacy.erasure.carry_out",
    title: "Erase a person's data",
    purpose: &purpose::RIGHTS,
    when_failed: WhenFailed::Stop,
    steps: &[
        step!("note", "Note it in the erasure ledger", note, nothing),
        step!("settle", "Bill what was used", settle, nothing, LONG),
        step!("farewell", "Send the last mail", farewell, nothing),
        step!("destroy", "Destroy machines and other things", destroy, nothing, LONG),
        step!("rows", "Delete the rows", delete, nothing, LONG),
        step!("keys", "Destroy the keys", shred, nothing),
        step!("scrub", "Rewrite the database files", scrub, nothing, LONG),
        step!("certify", "Issue the certificate", certify, nothing),
    ],
};

async fn note(step: StepCx, input: Input) -> Result<Next> {
    let wiring = step.cx().extension::<Wiring>()?;
    let line = ledger::Line { erasure: input.erasure, certificate: input.certificate, at: step.cx().now(), owners: input.owners };
    ledger::append(&wiring.folder, &line)?;
    Ok(Next::Done)
}

/// While names and addresses can still be put on an invoice.
async fn settle(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    for settlement in &cx.extension::<Wiring>()?.settlements {
        for bill in settlement.settle(cx, &input.owners).await? {
            let number = bill.number.unwrap_or_default();
            step.write(async |tx| {
                certificate::store::revise(&tx, input.certificate, |draft| {
                    draft.bills.insert(number.clone(), bill.total);
                })
                .await
            })
            .await?;
        }
    }
    Ok(Next::Done)
}

/// While the address can still be opened.
async fn farewell(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let (draft, _) = certificate::store::draft(cx.db(), input.certificate).await?;
    let bills: Vec<String> = draft.bills.iter().map(|(number, total)| format!("{number} over {total}")).collect();
    let waiting = cx.extension::<Wiring>()?.post.farewell(cx, input.owners.person, input.certificate, &bills.join(", ")).await?;
    // A mail server that is away must not keep somebody's data for ever.
    let patient = cx.now() < input.asked_at.plus(PATIENCE);
    Ok(if waiting > 0 && patient { Next::Again(Duration::from_secs(20)) } else { Next::Done })
}

async fn destroy(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let at = step.scope();
    for hook in &cx.extension::<Wiring>()?.erasures {
        let Some(count) = hook.destroy(cx, &at, &input.owners).await? else { return Ok(Next::Again(Duration::from_secs(2))) };
        step.write(async |tx| {
            certificate::store::revise(&tx, input.certificate, |draft| {
                // A second run finds less: the first count is the true one.
                let known = draft.destroyed.entry(hook.section().to_owned()).or_insert(0);
                *known = count.max(*known);
            })
            .await
        })
        .await?;
    }
    Ok(Next::Done)
}

async fn delete(step: StepCx, input: Input) -> Result<Next> {
    let cx = step.cx();
    let accounts = cx.extension::<Wiring>()?;
    rows::remove(cx, &input.owners, Some(input.certificate)).await?;
    // Sessions were rows; what is cached of them goes too, then whatever they wrote meanwhile.
    accounts.accounts.forget(cx, input.owners.person).await;
    rows::remove(cx, &input.owners, Some(input.certificate)).await?;
    Ok(Next::Done)
}

async fn shred(step: StepCx, input: Input) -> Result<Next> {
    rows::shred(step.cx(), &input.owners, Some(input.certificate)).await?;
    Ok(Next::Done)
}

async fn scrub(step: StepCx, _: Input) -> Result<Next> {
    crate::export::remove_orphans(step.cx()).await?;
    step.cx().database().scrub().await?;
    Ok(Next::Done)
}

async fn certify(step: StepCx, input: Input) -> Result<Next> {
    // What another process wrote about the person meanwhile goes too, before anybody signs that it is gone.
    if rows::remaining(step.cx(), &input.owners).await? > 0 {
        rows::remove(step.cx(), &input.owners, Some(input.certificate)).await?;
        rows::shred(step.cx(), &input.owners, Some(input.certificate)).await?;
        step.cx().database().scrub().await?;
    }
    certificate::issue(step.cx(), input.certificate).await?;
    let fact = PersonErased { certificate_id: input.certificate };
    step.write(async |tx| {
        // The request went with the person; that it was met in time is a number.
        request::store::tally(&tx, request::Kind::Erasure, request::State::Done.key()).await?;
        tx.announce(PERSON_ERASED, Place::Platform, input.certificate, &fact).await
    })
    .await?;
    Ok(Next::Done)
}
