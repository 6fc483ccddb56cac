//! Queues a mail in the transaction that gives a reason for it.

use kernel::id::Id;
use kernel::{ByWorkflow, PersonId, Place, Result, Scope, Tx};

use super::model::{Address, MailId, Template};
use super::render::render;
use super::store;
use super::transport::Sender;

/// Queues a mail of kind `template` to `person`. `values` are what the kind names; a `link` begins
/// with `/` and gets the installation's address before it.
///
/// # Errors
/// `NotFound` when the person does not exist; `Internal` when a value is missing; database errors.
pub async fn queue(tx: &Tx, person: PersonId, template: Template, values: &[(&'static str, &str)]) -> Result<MailId> {
    let cx = tx.cx();
    let at = Scope::<ByWorkflow>::acting("notifications.mail.queue", Place::Person { person });
    let sender = cx.extension::<Sender>()?;
    let contact = identity::person::contact(cx, &at, template.purpose(), person).await?;
    let values = sender.with_links(values);
    let content = render(template, &contact.name, &sender.name, &values)?;
    let id = MailId::from_uuid(cx.new_uuid());
    store::insert(tx, store::New { id, person, template, to: Address { email: contact.email, name: contact.name }, content }).await?;
    tx.wake_after_commit();
    Ok(id)
}
