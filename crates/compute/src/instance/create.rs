//! Makes a machine's row and takes its room, in the caller's transaction. Nothing runs yet: the
//! catalogue's order decides when the workflow begins.

use compute_driver::Feature;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Blind, Checks, Error, KeyOwner, Result, Scope, Sealed, Timestamp, Tx};
use sea_orm::ConnectionTrait;

use super::model::{Hostname, Instance, InstanceId, Name, NewInstance, Part, SizeOf, Source, SshKey, State, Tags, UserData};
use super::{ssh_key, store, tag};
use crate::backup::{self, BackupId, BackupState};
use crate::events::{INSTANCE_CREATED, InstanceFact};
use crate::node::Node;
use crate::node::place::offers;
use crate::template::{self, Template};
use crate::{image, quota, region};

/// Makes it, in the state `ordered`.
///
/// # Errors
/// `Invalid` with every wrong field, `Conflict` at `hostname` when it is taken, `Exhausted` when a
/// quota is used up, `NotFound` for an unknown template, backup or region.
pub async fn create<P: AtProject + AtOrganisation>(tx: &Tx, at: &Scope<P>, new: &NewInstance) -> Result<Instance> {
    new.checks().done()?;
    let (hostname, tags) = (new.hostname.to_lowercase(), tag::check(&new.tags)?);
    let index = Blind::of::<Hostname>(tx.cx().keys(), &hostname)?;
    if store::has_hostname(tx.db(), at, &index).await? {
        return Err(taken());
    }
    let region = region::by_id(tx.db(), new.region_id).await?;
    let origin = origin(tx, at, new).await?;
    let may = |node: &Node| match &origin.kept_on {
        Some(name) => *name == node.name,
        None => node.may_equip(origin.template.on_nodes()),
    };
    if new.user_data.is_some() && !offers(tx.db(), region.id, &[Feature::UserData], may).await? {
        return Err(Error::invalid("user_data", "nothing in this region hands it to such a machine; order without it, or choose another template or region"));
    }
    quota::reserve(tx, at, &new.shape).await?;

    let owner = KeyOwner::Organisation(at.organisation_id()?);
    let (id, now): (InstanceId, Timestamp) = (tx.cx().new_id(), tx.cx().now());
    let row = store::Row {
        id,
        organisation_id: at.organisation_id()?,
        project_id: at.project_id()?,
        name: Sealed::<Name>::seal(tx, owner, &hostname).await?,
        hostname: Sealed::<Hostname>::seal(tx, owner, &hostname).await?,
        hostname_index: Some(index),
        ssh_key: Sealed::<SshKey>::seal(tx, owner, &ssh_key::check(&new.ssh_public_key)?).await?,
        tags: sealed_tags(tx, owner, &tags).await?,
        user_data: match &new.user_data {
            Some(text) => Some(Sealed::<UserData>::seal(tx, owner, text).await?),
            None => None,
        },
        root_password: None,
        size_id: new.shape.size_id,
        size_name: new.shape.size_name.clone(),
        class: new.shape.class.clone(),
        cpus: new.shape.cpus,
        memory_mib: new.shape.memory_mib,
        disk_gib: new.shape.disk_gib,
        template_id: origin.template.id,
        template_name: origin.template.on_nodes().to_owned(),
        template_title: origin.template.title.clone(),
        backup_id: origin.backup_id,
        region_id: region.id,
        region_title: region.title.clone(),
        node_id: None,
        node_name: None,
        host_name: None,
        target_host: None,
        state: State::Ordered,
        state_reason: None,
        accelerator: None,
        ipv4: None,
        ipv6: None,
        ssh_host: None,
        ssh_port: None,
        mac: mac(tx)?,
        security_group_id: None,
        quota_held: true,
        operation_id: None,
        created_at: now.0,
        delete_at: None,
        deleted_at: None,
    };
    // Two orders at the same instant: the unique index lets one of them in.
    store::insert(tx, row).await.map_err(|error| if error.kind() == kernel::Kind::Conflict { taken() } else { error })?;
    store::set_tags(tx, id, tag::indexes(tx.cx().keys(), &tags)?).await?;
    store::remember(tx, id, State::Ordered, "Ordered.").await?;
    tx.announce(INSTANCE_CREATED, at.place(), id, &InstanceFact { instance_id: id, state: State::Ordered, at: now }).await?;
    Ok(Instance {
        id,
        name: hostname.clone(),
        hostname,
        tags,
        state: State::Ordered,
        state_reason: None,
        size: SizeOf {
            id: new.shape.size_id,
            name: new.shape.size_name.clone(),
            cpus: new.shape.cpus,
            memory_mib: new.shape.memory_mib,
            disk_gib: new.shape.disk_gib,
        },
        template: Part { id: origin.template.id, name: origin.template.title },
        region: Part { id: region.id, name: region.title },
        node_id: None,
        accelerator: None,
        ipv4: None,
        ipv6: None,
        ssh: None,
        network: None,
        security_group_id: None,
        addresses: Vec::new(),
        features: Vec::new(),
        delete_at: None,
        operation_id: None,
        created_at: now,
    })
}

/// No tags are no value, so that nothing is kept where nothing was said.
pub(super) async fn sealed_tags(tx: &Tx, owner: KeyOwner, tags: &[String]) -> Result<Option<Sealed<Tags>>> {
    if tags.is_empty() { Ok(None) } else { Sealed::<Tags>::seal(tx, owner, &tags.to_vec()).await.map(Some) }
}

/// What the disk is made from.
struct Origin {
    template: Template,
    backup_id: Option<BackupId>,
    /// The only node that can have it.
    kept_on: Option<String>,
}

async fn origin<P: AtProject>(tx: &Tx, at: &Scope<P>, new: &NewInstance) -> Result<Origin> {
    match new.source {
        Source::Template(id) => {
            let template = template::by_id(tx.db(), id).await?;
            if template.is_retired() {
                return Err(Error::invalid("template_id", "this template is not on offer any more; choose another"));
            }
            fresh(tx, at, new, template).await
        }
        Source::Image(id) => fresh(tx, at, new, image::of_project(tx.db(), at, id).await?).await,
        Source::Backup(id) => {
            // Locked, so that it is not removed while the machine's row is written.
            let kept = backup::store::locked(tx, at, id).await?;
            let mut checks = Checks::new();
            checks
                .that(kept.state == BackupState::Ready, "backup_id", "this backup is not ready; choose another")
                .that(kept.region_id == new.region_id, "region_id", &format!("choose {}, where the backup is kept", kept.region_title))
                .that(kept.disk_gib <= new.shape.disk_gib, "size_id", &format!("choose a size with {} GiB of disk or more for this backup", kept.disk_gib));
            checks.done()?;
            let template = Template::standing(kept.template_id, kept.template_name, kept.template_title);
            Ok(Origin { template, backup_id: Some(id), kept_on: Some(kept.node_name) })
        }
    }
}

/// What a disk is made from that begins with nothing of a machine's own. Its image stays while the machine's row is written.
async fn fresh<P: AtProject>(tx: &Tx, at: &Scope<P>, new: &NewInstance, template: Template) -> Result<Origin> {
    template.fits(new.shape.disk_gib)?;
    image::lock(tx, at, &template).await?;
    Ok(Origin { template, backup_id: None, kept_on: None })
}

/// Whether no machine of the project has this host name; for telling people early.
///
/// # Errors
/// `Conflict` at `hostname` when it is taken; database errors.
pub async fn hostname_is_free<P: AtProject>(cx: &kernel::Cx, db: &impl ConnectionTrait, at: &Scope<P>, hostname: &str) -> Result<()> {
    let index = Blind::of::<Hostname>(cx.keys(), hostname)?;
    if store::has_hostname(db, at, &index).await? { Err(taken()) } else { Ok(()) }
}

pub(super) fn taken() -> Error {
    Error::conflict_at("hostname", "another machine of this project has this host name; choose another")
}

/// A locally administered unicast address (IEEE 802, second bit of the first octet), random.
pub(crate) fn mac(tx: &Tx) -> Result<String> {
    let [a, b, c, d, e] = tx.cx().random::<5>()?;
    Ok(format!("02:{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}"))
}
