//! Signing in. Failures are counted before the password is checked and cost the same whether the
//! account exists or not; a session that the browser had before ends.

use kernel::{ByWorkflow, Cx, Error, KeyOwner, PersonId, Place, Result, Scope, Sealed, Tx};

use super::model::{NewSession, SessionId, SignedIn, end};
use super::store::{self, Stored};
use crate::throttle::{self, Counter};
use crate::{person, token};

/// What browsers say of themselves is cut here.
const AGENT_MAX: usize = 300;

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
    let Some(person) = known.filter(|_| matches) else {
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
        begin(&tx, person.id, &secret).await?;
        let at = Scope::<ByWorkflow>::acting("identity.session.create", Place::Person { person: person.id });
        audit::record(&tx, &at, person.id, "Signed in").await
    })
    .await?;
    Ok(SignedIn { person: person.id, secret })
}

/// Stores a session of `person` with what the request tells of the device, sealed.
async fn begin(tx: &Tx, person: PersonId, secret: &str) -> Result<()> {
    let cx = tx.cx();
    let now = cx.now();
    let owner = KeyOwner::Person(person);
    let agent = cx.request().and_then(|request| request.agent.as_deref()).map(|agent| agent.chars().take(AGENT_MAX).collect::<String>());
    let ip = cx.request().and_then(|request| request.ip).map(|ip| ip.to_string());
    let session = Stored {
        id: cx.new_id::<SessionId>(),
        person_id: person,
        token: token::digest(secret),
        user_agent: match agent {
            Some(agent) => Some(Sealed::seal(tx, owner, &agent).await?),
            None => None,
        },
        ip: match ip {
            Some(ip) => Some(Sealed::seal(tx, owner, &ip).await?),
            None => None,
        },
        created_at: now,
        last_seen_at: now,
        expires_at: end(now, now),
    };
    store::insert(tx.db(), session).await
}
