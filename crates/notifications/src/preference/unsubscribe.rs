//! The link in a mail that switches its topic off (RFC 8058): it works without signing in, so it
//! carries a keyed proof, and it can do nothing but this.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign, verify};
use data_encoding::BASE64URL_NOPAD;
use kernel::{Actor, Cx, Error, PersonId, Place, Result, Scope};

use super::model::Topic;
use super::store;
use crate::permissions::PreferenceUnsubscribe;

fn key(cx: &Cx) -> Result<Key> {
    Ok(Key::new(HMAC_SHA256, cx.keys().root().derive("notifications/unsubscribe")?.as_slice()))
}

/// The path that switches mails about `topic` off for `person`.
pub(crate) fn link(cx: &Cx, person: PersonId, topic: Topic) -> Result<String> {
    let what = format!("{person}.{}", topic.key());
    let proof = BASE64URL_NOPAD.encode(sign(&key(cx)?, what.as_bytes()).as_ref());
    Ok(format!("/v1/unsubscribe/{what}.{proof}"))
}

/// Switches mails of one topic off, with the token of a mail.
///
/// # Errors
/// `NotFound` for a token that we did not make.
pub async fn unsubscribe(cx: &Cx, token: &str) -> Result<()> {
    let unknown = || Error::not_found("link");
    let (what, proof) = token.rsplit_once('.').ok_or_else(unknown)?;
    let proof = BASE64URL_NOPAD.decode(proof.as_bytes()).map_err(|_| unknown())?;
    verify(&key(cx)?, what.as_bytes(), &proof).map_err(|_| unknown())?;
    let (person, topic) = what.split_once('.').ok_or_else(unknown)?;
    let person: PersonId = person.parse().map_err(|_| unknown())?;
    let topic = Topic::from_key(topic).filter(|topic| !topic.is_locked()).ok_or_else(unknown)?;
    cx.write(async |tx| {
        let mut items = store::of(tx.db(), person).await?;
        for line in items.iter_mut().filter(|line| line.topic == topic) {
            line.mail = false;
        }
        store::replace(&tx, person, &items).await?;
        let at = Scope::<PreferenceUnsubscribe>::open(Actor::Visitor, Place::Person { person });
        audit::record(&tx, &at, person, format!("Switched mails about {} off by the link in a mail", topic.key())).await
    })
    .await
}
