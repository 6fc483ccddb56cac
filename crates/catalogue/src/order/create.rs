//! Places an order. Everything that can be wrong is said at once; then one transaction makes the
//! order, its machine's row, its payment and the work to do, or none of them.

use compute::card::Connection;
use compute::instance::{Shape, Source};
use compute::{InstanceId, NewInstance, Template, TemplateId};
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Checks, Cx, Error, KeyOwner, Kind, PersonId, Result, Scope, Sealed, Tx};
use workflow::Start;

use super::change;
use super::choice::Choice;
use super::fulfil::{FULFIL, FulfilInput};
use super::list;
use super::model::{DiskSource, Disks, Hostname, NewOrder, Order, OrderId, State};
use super::store::{self, Column};
use crate::events::ORDER_PLACED;
use crate::quote::NewQuote;

/// Places the order.
///
/// # Errors
/// `NotFound` when the project is deleted meanwhile; `Denied` before the e-mail address is verified; `Invalid` with every wrong field; `Conflict` at
/// `hostname` when it is taken; `Exhausted` when a quota is used up.
pub async fn create<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>, new: &NewOrder) -> Result<Order> {
    let person = verified(cx, at).await?;
    let (choice, machine) = checked(cx, at, new).await?;
    compute::instance::hostname_is_free(cx, cx.db(), at, &new.hostname).await?;
    let extra: i32 = new.disks.iter().map(|disk| disk.size_gib).sum();
    compute::quota::check(cx.db(), at, &Shape { disk_gib: machine.shape.disk_gib + extra, ..machine.shape.clone() }).await?;
    let price = choice.size.price(new.cycle);
    let tax = billing::tax_for(cx, at.organisation_id()?).await?;
    let quote = billing::quote::quote(&price, &tax)?;
    let rates = serde_json::to_string(&price.rates).map_err(|error| Error::internal("cannot encode prices").caused_by(error))?;

    let id = cx
        .write(async |tx| {
            identity::project::keep(&tx, at).await?;
            let instance = compute::instance::create(&tx, at, &machine).await?;
            let connection = Connection { network_id: new.network_id, security_group_id: new.security_group_id };
            if connection != Connection::default() {
                compute::card::join(&tx, at, instance.id, &connection).await?;
            }
            let id: OrderId = tx.cx().new_id();
            let payment = billing::payment::begin_order(&tx, at, &id.to_string(), 1, &quote, new.payment_method).await?;
            let owner = KeyOwner::Organisation(at.organisation_id()?);
            let row = store::Row {
                id,
                organisation_id: at.organisation_id()?,
                project_id: at.project_id()?,
                person_id: person,
                state: State::Paying,
                attempt: 1,
                hostname: Sealed::<Hostname>::seal(&tx, owner, &instance.hostname).await?,
                disks: if new.disks.is_empty() { None } else { Some(Sealed::<Disks>::seal(&tx, owner, &new.disks).await?) },
                size_id: choice.size.id,
                size_name: choice.size.name.clone(),
                template_id: choice.template.id,
                template_name: choice.template.title.clone(),
                template_source: Some(DiskSource::of(machine.source, choice.template.source)),
                template_version: choice.template.version,
                region_id: choice.region.id,
                region_name: choice.region.title.clone(),
                rates: rates.clone(),
                charged_minor: quote.due_now.minor,
                currency: quote.currency().code().to_owned(),
                instance_id: instance.id,
                payment_id: Some(payment.id),
                operation_id: None,
                problem: None,
                created_at: tx.cx().now().0,
            };
            store::insert(&tx, row).await?;
            begin(&tx, at, id, FulfilInput { order_id: id, instance_id: instance.id, payment_id: payment.id, attempt: 1 }).await?;
            let row = store::by_id(tx.db(), at, id).await?;
            tx.announce(ORDER_PLACED, at.place(), id, &change::fact(&row, State::Paying)).await?;
            audit::record(&tx, at, id, "Ordered a machine").await?;
            Ok(id)
        })
        .await?;
    list::view(cx, at, id).await
}

/// Starts one try of the fulfilment.
pub(super) async fn begin<P: AtProject>(tx: &Tx, at: &Scope<P>, id: OrderId, input: FulfilInput) -> Result<()> {
    let key = format!("{id}/{}", input.attempt);
    let start = Start { place: at.place(), subject: &id.to_string(), started_by: at.actor().person(), key: Some(&key) };
    let operation = FULFIL.start(tx, start, &input).await?;
    let instance: InstanceId = input.instance_id;
    compute::instance::note_operation(tx, at, instance, operation).await?;
    store::set(tx, id, &[(Column::OperationId, Some(operation).into())]).await
}

/// The person, who has shown that mail reaches them.
pub(crate) async fn verified<P: AtProject>(cx: &Cx, at: &Scope<P>) -> Result<PersonId> {
    let person = at.actor().person().ok_or_else(|| Error::unauthenticated("Sign in first."))?;
    if identity::person::is_verified(cx.db(), person).await? {
        return Ok(person);
    }
    Err(Error::denied("Verify your e-mail address first: open the link in the message that we sent you, or ask for a new one."))
}

/// What was named and typed, with every fault at once.
async fn checked<P: AtProject>(cx: &Cx, at: &Scope<P>, new: &NewOrder) -> Result<(Choice, NewInstance)> {
    let named = NewQuote { size_id: new.size_id, template_id: None, region_id: new.region_id, cycle: new.cycle };
    let mut checks = Checks::new();
    let (source, choice) = match source(cx, at, new).await? {
        From::Template(id) => (Source::Template(id), Choice::of(cx, &named, id, &mut checks).await?),
        From::Standing(source, template) => (source, Choice::with(cx, &named, Some(template), &mut checks).await?),
    };
    checks.also(compute::instance::check_hostname(&new.hostname)).also(compute::instance::check_ssh_key(&new.ssh_public_key).map(drop));
    checks.also(new.user_data.as_deref().map_or(Ok(()), compute::instance::check_user_data)).also(compute::instance::check_tags(&new.tags).map(drop));
    if let Some(choice) = &choice {
        match compute::disk::may_come_with(cx.db(), choice.region.id, &choice.template.name, &new.disks).await {
            Err(error) if error.kind() == Kind::Invalid => checks.also(Err(error)),
            outcome => outcome.map(|()| &mut checks)?,
        };
    }
    checks.done()?;
    let choice = choice.ok_or_else(|| Error::internal("a choice without faults is missing"))?;
    let machine = NewInstance {
        hostname: new.hostname.clone(),
        ssh_public_key: new.ssh_public_key.clone(),
        shape: choice.size.shape(),
        source,
        region_id: new.region_id,
        user_data: new.user_data.clone(),
        tags: new.tags.clone(),
    };
    Ok((choice, machine))
}

/// What the disk is made from.
enum From {
    /// A template, which may or may not be on offer.
    Template(TemplateId),
    /// What stands in a row of the project, and what counts as its template.
    Standing(Source, Template),
}

async fn source<P: AtProject>(cx: &Cx, at: &Scope<P>, new: &NewOrder) -> Result<From> {
    match (new.template_id, new.backup_id, new.image_id) {
        (Some(template), None, None) => Ok(From::Template(template)),
        (None, Some(id), None) => match compute::backup::template(cx, at, id).await {
            Ok(template) => Ok(From::Standing(Source::Backup(id), template)),
            Err(error) if error.kind() == Kind::NotFound => Err(Error::invalid("backup_id", "choose one of the project's backups")),
            Err(error) => Err(error),
        },
        (None, None, Some(id)) => Ok(From::Standing(Source::Image(id), compute::image::of_project(cx.db(), at, id).await?)),
        _ => Err(Error::invalid("template_id", "choose a template, or a backup or an image in its place")),
    }
}
