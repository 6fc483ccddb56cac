//! Takes the part of a month back that stands on an invoice, and in which there was nothing to be billed.

use kernel::map::purpose;
use kernel::{ByWorkflow, Cx, Gate, Money, OrganisationId, Place, Result, Scope};

use super::credit::{Taken, credit};
use super::model::{Document, Issued};
use super::store;
use crate::account;
use crate::meter::Lost;
use crate::party::Sides;
use crate::payment::{self, refund};
use crate::rate::prorated;
use crate::{tax, usage::lines::MONTH};

/// Credits the time from the loss on; once for each reason. What was paid goes back the way that it came, and what was not is not due any more.
///
/// # Errors
/// The provider's; database errors.
pub async fn give_back(cx: &Cx, organisation: OrganisationId, lost: &Lost, reason: &str) -> Result<()> {
    let Some((meter, from)) = lost.invoiced else { return Ok(()) };
    let Some(line) = store::month(cx.db(), MONTH, meter, from).await? else { return Ok(()) };
    let issued = store::by_id(cx.db(), organisation, line.invoice).await?;
    let document = document(cx, organisation, &issued).await?;
    let net = prorated(Money::new(line.amount, issued.gross.currency), line.period.to.0 - lost.at.0, line.period.to.0 - line.period.from.0)?;
    let percent = document.tax_lines.first().map(|line| line.percent).unwrap_or_default();
    let gross = net.plus(tax::on_net(net, percent)?)?;
    let paid = payment::store::for_invoice(cx.db(), issued.id).await?.0.filter(|payment| payment.state.is_paid());
    match paid {
        Some(payment) if issued.paid > 0 || payment.refunded > 0 => refund(cx, payment.id, gross, reason).await.map(drop),
        _ => take_off(cx, organisation, &issued, &document, gross, reason).await,
    }
}

async fn document(cx: &Cx, organisation: OrganisationId, issued: &Issued) -> Result<Document> {
    let at = Scope::<ByWorkflow>::acting("billing.invoice.give_back", Place::Organisation { organisation });
    let gate = Gate::new(cx, &at, &purpose::BILLING, [issued.snapshot.bytes()]).await?;
    issued.snapshot.open(&gate)
}

/// Nothing was paid, so less is due.
async fn take_off(cx: &Cx, organisation: OrganisationId, issued: &Issued, document: &Document, gross: Money, reason: &str) -> Result<()> {
    let sides = Sides::of(cx, organisation).await?;
    let cause = format!("gone/{}/{reason}", issued.id);
    cx.write(async |tx| {
        if store::by_cause(tx.db(), &cause).await?.is_some() {
            return Ok(());
        }
        let account = account::of(&tx, organisation).await?;
        let invoice = store::held(&tx, organisation, issued.id).await?;
        let gross = Money::new(gross.minor.min(invoice.due().minor), gross.currency);
        if gross.minor <= 0 {
            return Ok(());
        }
        credit(&tx, &account, &sides, Taken { cause: cause.clone(), invoice: &invoice, original: document, gross, reason }).await?;
        store::set_settlement(&tx, &invoice, invoice.paid, invoice.credited + gross.minor).await
    })
    .await
}
