//! Says something to a person, in the transaction that gives a reason for it: by mail and in the
//! console, as far as they want it.

use kernel::id::Id;
use kernel::map::purpose;
use kernel::permission::AtOrganisation;
use kernel::{ByWorkflow, Error, Kind, PersonId, Place, Result, Scope, Tx, choice};

use super::model::{Address, MailId, Tag, Template};
use super::render::render;
use super::store;
use super::transport::Sender;
use crate::notification::{self, Said};
use crate::preference;

/// Tells `person` what `template` says, on the channels that they want: a mail is queued and a
/// notification kept. `values` are what the kind names; a `link` begins with `/` and gets the
/// installation's address before it. Tells which mail it was, if one goes.
///
/// # Errors
/// `NotFound` when the person does not exist; `Internal` when a value is missing; database errors.
pub async fn queue(tx: &Tx, person: PersonId, template: Template, values: &[(&'static str, &str)]) -> Result<Option<MailId>> {
    let cx = tx.cx();
    // A mail that is written while its person is erased would outlive them.
    if !identity::person::is_held(tx, person).await? {
        return Err(Error::not_found("account"));
    }
    let at = Scope::<ByWorkflow>::acting("notifications.mail.queue", Place::Person { person });
    let sender = cx.extension::<Sender>()?;
    let contact = identity::person::contact(cx, &at, template.purpose(), person).await?;
    let content = render(template, &contact.name, &sender.name, &sender.with_links(values))?;
    let wanted = preference::wanted(tx, person, template.topic()).await?;
    if wanted.in_app && template.is_shown() {
        let link = values.iter().find(|(key, _)| *key == "link").map(|(_, link)| (*link).to_owned());
        notification::keep(tx, person, template, &Said { title: content.subject.clone(), link }).await?;
    }
    let goes = match template.tag() {
        Tag::Transactional => true,
        Tag::Notification => wanted.mail,
        Tag::Marketing => wanted.mail && asked_for_news(tx, person).await?,
    };
    if !goes {
        return Ok(None);
    }
    let id = MailId::from_uuid(cx.new_uuid());
    store::insert(tx, store::New { id, person, template, to: Address { email: contact.email, name: contact.name }, content }).await?;
    tx.wake_after_commit();
    Ok(Some(id))
}

/// Queues a mail to an address that may have no account, on behalf of `person`: it is kept, sealed
/// and erased as theirs.
///
/// # Errors
/// As [`queue`].
pub async fn queue_for(tx: &Tx, person: PersonId, to: &str, template: Template, values: &[(&'static str, &str)]) -> Result<MailId> {
    let sender = tx.cx().extension::<Sender>()?;
    let content = render(template, to, &sender.name, &sender.with_links(values))?;
    let id = MailId::from_uuid(tx.cx().new_uuid());
    store::insert(tx, store::New { id, person, template, to: Address { email: to.to_owned(), name: to.to_owned() }, content }).await?;
    tx.wake_after_commit();
    Ok(id)
}

/// News need a consent that stands.
async fn asked_for_news(tx: &Tx, person: PersonId) -> Result<bool> {
    let choices = choice::of(tx.db(), kernel::KeyOwner::Person(person)).await?;
    Ok(choices.iter().any(|one| one.kind == "consent" && one.purpose == purpose::MARKETING.key && one.given))
}

/// As [`queue`], and quiet when there is nobody to tell: erased meanwhile, or restricted so that this
/// purpose may not be served. Tells whether it was said.
///
/// # Errors
/// As [`queue`], but for those two.
pub async fn tell(tx: &Tx, person: PersonId, template: Template, values: &[(&'static str, &str)]) -> Result<bool> {
    match queue(tx, person, template, values).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), Kind::NotFound | Kind::Restricted) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells the owners of the organisation of `at`.
///
/// # Errors
/// As [`tell`].
pub async fn tell_owners<P: AtOrganisation>(tx: &Tx, at: &Scope<P>, template: Template, values: &[(&'static str, &str)]) -> Result<()> {
    for person in identity::organisation::owners(tx.db(), at).await? {
        tell(tx, person, template, values).await?;
    }
    Ok(())
}

/// Tells something that is told once in an account's life; a second call changes nothing.
///
/// # Errors
/// As [`tell`].
pub async fn tell_once(tx: &Tx, person: PersonId, template: Template, values: &[(&'static str, &str)]) -> Result<bool> {
    if store::has(tx.db(), person, template).await? {
        return Ok(false);
    }
    tell(tx, person, template, values).await
}
