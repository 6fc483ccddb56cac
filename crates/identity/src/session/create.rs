//! Signing in. Failures are counted before the password is checked and cost the same whether the
//! account exists or not; a session that the browser had before ends.

use kernel::{Actor, Cx, Error, PersonId, Place, Result, Scope, Tx};

use super::model::{NewSession, SessionId, SignedIn, end};
use super::store::{self, Stored};
use crate::permissions::SessionCreate;
use crate::sign_in::{NewSignIn, Outcome};
use crate::throttle::{self, Counter};
use crate::{person, sign_in, token};

/// Signs in with a password. `before` is the secret of the session that the browser had.
///
/// # Errors
/// `Unauthenticated` for a wrong address or password alike; `Exhausted` after too many.
pub async fn create(cx: &Cx, new: &NewSession, before: Option<&str>) -> Result<SignedIn> {
    let email = new.email.trim();
    let account = Counter::account(cx, email)?;
    let address = cx.request().and_then(|request| request.ip).map(|ip| Counter::address(cx, ip)).transpose()?;
    let counters: Vec<Counter> = std::iter::once(account.clone()).chain(address.clone()).collect();
    throttle::count(cx, &counters).await?;

    let known = person::by_email(cx, cx.db(), email).await?;
    let matches = person::verify_password(&new.password, known.as_ref().map(|person| person.password.as_str())).await?;
    let known = known.map(|person| person.id);
    let Some(person) = known.filter(|_| matches) else {
        refuse(cx, known).await?;
        return Err(Error::unauthenticated("E-mail address or password is wrong."));
    };

    let secret = token::fresh(cx)?;
    cx.write(async |tx| {
        throttle::clear(&tx, &account).await?;
        if let Some(address) = &address {
            throttle::forgive(&tx, address).await?;
        }
        if let Some(before) = before {
            store::remove_by_token(tx.db(), &token::digest(before)).await?;
        }
        begin(&tx, person, &secret).await?;
        sign_in::record(&tx, NewSignIn { person, outcome: Outcome::Succeeded }).await?;
        audit::record(&tx, &Scope::<SessionCreate>::by_oneself(person), person, "Signed in").await
    })
    .await?;
    Ok(SignedIn { person, secret })
}

/// Puts a refused attempt on record. What was typed is kept nowhere: it may be somebody else's
/// address, or a password in the wrong field.
async fn refuse(cx: &Cx, known: Option<PersonId>) -> Result<()> {
    cx.write(async |tx| {
        let Some(person) = known else {
            let at = Scope::<SessionCreate>::open(Actor::Visitor, Place::Platform);
            return audit::refused(&tx, &at, "", "Tried to sign in to an account that does not exist").await;
        };
        sign_in::record(&tx, NewSignIn { person, outcome: Outcome::WrongPassword }).await?;
        audit::refused(&tx, &Scope::<SessionCreate>::by_visitor_on(person), person, "Tried to sign in with a wrong password").await
    })
    .await
}

/// Stores a session of `person` with what the request tells of the device, sealed.
async fn begin(tx: &Tx, person: PersonId, secret: &str) -> Result<()> {
    let cx = tx.cx();
    let now = cx.now();
    let (agent, network) = sign_in::device(tx, person).await?;
    let session = Stored {
        id: cx.new_id::<SessionId>(),
        person_id: person,
        token: token::digest(secret),
        agent,
        network,
        created_at: now,
        last_seen_at: now,
        expires_at: end(now, now),
    };
    store::insert(tx.db(), session).await
}
