//! Mails that follow from what other domains announce.

use std::time::Duration;

use identity::email_change::Letter;
use identity::events::{
    EMAIL_CHANGE_ASKED, EMAIL_CHANGED, EMAIL_VERIFICATION_ASKED, INVITATION_CREATED, InvitationFact, PASSWORD_CHANGED, PASSWORD_RESET_ASKED,
    PERSON_SIGN_UP_REPEATED, PERSON_SIGNED_UP, PersonFact, PersonSignedUp,
};
use kernel::event::{Event, Reaction};
use kernel::{Money, PersonId, Result, Timestamp, Tx};
use serde::Deserialize;

use crate::mail::{Template, queue, queue_for, tell, tell_owners};

/// All of them.
pub const ALL: &[Reaction] = &[
    Reaction { to: PERSON_SIGNED_UP.name(), name: "notifications.mail.on_signed_up", run: |tx, event| Box::pin(on_signed_up(tx, event)) },
    Reaction {
        to: EMAIL_VERIFICATION_ASKED.name(),
        name: "notifications.mail.on_verification_asked",
        run: |tx, event| Box::pin(on_verification_asked(tx, event)),
    },
    Reaction { to: PERSON_SIGN_UP_REPEATED.name(), name: "notifications.mail.on_sign_up_repeated", run: |tx, event| Box::pin(on_sign_up_repeated(tx, event)) },
    Reaction {
        to: PASSWORD_RESET_ASKED.name(),
        name: "notifications.mail.on_password_reset_asked",
        run: |tx, event| Box::pin(on_password_reset_asked(tx, event)),
    },
    Reaction { to: EMAIL_CHANGE_ASKED.name(), name: "notifications.mail.on_email_change_asked", run: |tx, event| Box::pin(on_email_change_asked(tx, event)) },
    Reaction { to: EMAIL_CHANGED.name(), name: "notifications.mail.on_email_changed", run: |tx, event| Box::pin(on_email_changed(tx, event)) },
    Reaction { to: INVITATION_CREATED.name(), name: "notifications.mail.on_invitation_created", run: |tx, event| Box::pin(on_invitation_created(tx, event)) },
    Reaction { to: PASSWORD_CHANGED.name(), name: "notifications.mail.on_password_changed", run: |tx, event| Box::pin(on_password_changed(tx, event)) },
    Reaction { to: "billing.invoice.finalised", name: "notifications.mail.on_invoice_finalised", run: |tx, event| Box::pin(on_invoice_finalised(tx, event)) },
    Reaction { to: "billing.payment.succeeded", name: "notifications.mail.on_payment_succeeded", run: |tx, event| Box::pin(on_payment_succeeded(tx, event)) },
    Reaction { to: "billing.payment.failed", name: "notifications.mail.on_payment_failed", run: |tx, event| Box::pin(on_payment_failed(tx, event)) },
    Reaction { to: "privacy.export.ready", name: "notifications.mail.on_export_ready", run: |tx, event| Box::pin(on_export_ready(tx, event)) },
    Reaction {
        to: "privacy.request.received",
        name: "notifications.mail.on_request_received",
        run: |tx, event| Box::pin(on_request(tx, event, Template::RequestReceived)),
    },
    Reaction {
        to: "privacy.request.extended",
        name: "notifications.mail.on_request_extended",
        run: |tx, event| Box::pin(on_request(tx, event, Template::RequestExtended)),
    },
    Reaction {
        to: "privacy.request.answered",
        name: "notifications.mail.on_request_answered",
        run: |tx, event| Box::pin(on_request(tx, event, Template::RequestAnswered)),
    },
    Reaction { to: "privacy.request.due_soon", name: "notifications.mail.on_request_due_soon", run: |tx, event| Box::pin(on_request_due_soon(tx, event)) },
    Reaction { to: "privacy.retention.stalled", name: "notifications.mail.on_retention_stalled", run: |tx, event| Box::pin(on_retention_stalled(tx, event)) },
];

async fn on_signed_up(tx: Tx, event: Event) -> Result<()> {
    verify(&tx, event.fact::<PersonSignedUp>()?.person_id).await
}

async fn on_verification_asked(tx: Tx, event: Event) -> Result<()> {
    verify(&tx, event.fact::<PersonFact>()?.person_id).await
}

async fn verify(tx: &Tx, person: PersonId) -> Result<()> {
    // The operator's owner proved themself at set-up, and a link may have been used meanwhile.
    if identity::person::is_verified(tx.db(), person).await? {
        return Ok(());
    }
    let token = identity::email_verification::issue(tx, person).await?;
    queue(tx, person, Template::VerifyEmail, &[("link", &format!("/app/verify#{token}"))]).await?;
    Ok(())
}

async fn on_sign_up_repeated(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    queue(&tx, person, Template::SignUpRepeated, &[("link", "/app/sign-in")]).await?;
    Ok(())
}

async fn on_password_reset_asked(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    let token = identity::password_reset::issue(&tx, person).await?;
    queue(&tx, person, Template::PasswordReset, &[("link", &format!("/app/reset-password#{token}"))]).await?;
    Ok(())
}

/// The present address hears of it in any case, so that nobody learns from its silence whose the other one is.
async fn on_email_change_asked(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    match identity::email_change::issue(&tx, person).await? {
        None => return Ok(()),
        Some(Letter::Link { secret, email }) => {
            queue_for(&tx, person, &email, Template::EmailChange, &[("link", &format!("/app/email-change#{secret}"))]).await?;
        }
        Some(Letter::Taken { owner }) => {
            tell(&tx, owner, Template::SignUpRepeated, &[("link", "/app/sign-in")]).await?;
        }
    }
    tell(&tx, person, Template::EmailChangeAsked, &[("link", "/app/settings/profile")]).await?;
    Ok(())
}

async fn on_email_changed(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    tell(&tx, person, Template::EmailChanged, &[("link", "/app/settings/profile")]).await?;
    Ok(())
}

async fn on_invitation_created(tx: Tx, event: Event) -> Result<()> {
    let Some(letter) = identity::invitation::issue(&tx, event.fact::<InvitationFact>()?.invitation_id).await? else { return Ok(()) };
    let link = format!("/app/invitation#{}", letter.secret);
    let values = [("inviter", letter.inviter.as_str()), ("organisation", letter.organisation.as_str()), ("link", link.as_str())];
    queue_for(&tx, letter.invited_by, &letter.email, Template::Invitation, &values).await?;
    Ok(())
}

async fn on_password_changed(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    queue(&tx, person, Template::PasswordChanged, &[("link", "/app/forgot-password")]).await?;
    Ok(())
}

/// What billing says of a document; read by name, because billing stands above.
#[derive(Deserialize)]
struct InvoiceFinalised {
    invoice_id: String,
    kind: String,
    number: String,
    gross: Money,
}

async fn on_invoice_finalised(tx: Tx, event: Event) -> Result<()> {
    let fact: InvoiceFinalised = event.fact()?;
    let document = if fact.kind == "credit_note" { "credit note" } else { "invoice" };
    let link = format!("/app/invoices/{}", fact.invoice_id);
    let values = [("document", document), ("number", fact.number.as_str()), ("total", &fact.gross.to_string()), ("link", &link)];
    tell_owners(&tx, &event.scope(), Template::InvoiceIssued, &values).await
}

#[derive(Deserialize)]
struct PaymentSettled {
    amount: Money,
}

/// Nothing arrives when only a method was tried, so there is nothing to thank for.
async fn on_payment_succeeded(tx: Tx, event: Event) -> Result<()> {
    let fact: PaymentSettled = event.fact()?;
    if fact.amount.minor == 0 {
        return Ok(());
    }
    tell_owners(&tx, &event.scope(), Template::PaymentReceived, &[("total", &fact.amount.to_string()), ("link", "/app/payments")]).await
}

async fn on_payment_failed(tx: Tx, event: Event) -> Result<()> {
    let fact: PaymentSettled = event.fact()?;
    let total = if fact.amount.minor == 0 { String::new() } else { fact.amount.to_string() };
    tell_owners(&tx, &event.scope(), Template::PaymentFailed, &[("total", &total), ("link", "/app/payments")]).await
}

/// What privacy says of an export.
#[derive(Deserialize)]
struct ExportReady {
    person_id: PersonId,
    export_id: String,
}

async fn on_export_ready(tx: Tx, event: Event) -> Result<()> {
    let fact: ExportReady = event.fact()?;
    let link = format!("/app/privacy?export={}", fact.export_id);
    tell(&tx, fact.person_id, Template::ExportReady, &[("link", &link)]).await?;
    Ok(())
}

/// What privacy says of a request.
#[derive(Deserialize)]
struct RequestFact {
    person_id: PersonId,
    request_id: String,
    due_at: Timestamp,
}

async fn on_request(tx: Tx, event: Event, template: Template) -> Result<()> {
    let fact: RequestFact = event.fact()?;
    let link = format!("/app/privacy/requests/{}", fact.request_id);
    tell(&tx, fact.person_id, template, &[("request", &fact.request_id), ("due", &last_day(fact.due_at)), ("link", &link)]).await?;
    Ok(())
}

/// The last day on which there is still time, in UTC: a deadline is the first instant that is too late.
fn last_day(due: Timestamp) -> String {
    due.minus(Duration::from_secs(1)).to_string().chars().take(10).collect()
}

async fn on_request_due_soon(tx: Tx, event: Event) -> Result<()> {
    let fact: RequestFact = event.fact()?;
    let link = format!("/operator/requests/{}", fact.request_id);
    let values = [("request", fact.request_id.as_str()), ("due", &last_day(fact.due_at)), ("link", &link)];
    for person in identity::person::staff(tx.db()).await? {
        tell(&tx, person, Template::RequestDueSoon, &values).await?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Stalled {
    since: Timestamp,
}

async fn on_retention_stalled(tx: Tx, event: Event) -> Result<()> {
    let since = event.fact::<Stalled>()?.since.to_string();
    for person in identity::person::staff(tx.db()).await? {
        tell(&tx, person, Template::RetentionStalled, &[("since", &since), ("link", "/operator/trust")]).await?;
    }
    Ok(())
}
