//! Mails that follow from what other domains announce.

use identity::events::{
    EMAIL_VERIFICATION_ASKED, PASSWORD_CHANGED, PASSWORD_RESET_ASKED, PERSON_SIGN_UP_REPEATED, PERSON_SIGNED_UP, PersonFact, PersonSignedUp,
};
use kernel::event::{Event, Reaction};
use kernel::{PersonId, Result, Tx};

use crate::mail::{Template, queue};

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
    Reaction { to: PASSWORD_CHANGED.name(), name: "notifications.mail.on_password_changed", run: |tx, event| Box::pin(on_password_changed(tx, event)) },
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

async fn on_password_changed(tx: Tx, event: Event) -> Result<()> {
    let person = event.fact::<PersonFact>()?.person_id;
    queue(&tx, person, Template::PasswordChanged, &[("link", "/app/forgot-password")]).await?;
    Ok(())
}
