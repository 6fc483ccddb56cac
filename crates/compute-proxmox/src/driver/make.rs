//! Creating and destroying. The mark goes with the creating call; settings, tags and size follow, and the mark says when all is done.

use std::borrow::Cow;
use std::time::Duration;

use compute_driver::{DriverError, Guest, GuestSpec, Reference, Status, is_image};

use super::config::{self, Config};
use super::look;
use super::mark::Mark;
use super::view::{FRESH, GIB, View};
use super::{ENTRIES, Proxmox, UNNAMED_ENTRIES, card, disk, filter, image, seed};
use crate::call::{At, Kind, guest};
use crate::client::{Call, Params, Trouble};
use crate::settings::Origin;

/// A full clone or an import copies a disk, which takes minutes on slow storage.
pub(super) const COPIED_IN: Duration = Duration::from_secs(900);
/// Settings, sizes and small disks.
pub(super) const SETTLED_IN: Duration = Duration::from_secs(120);

/// The template, if any guest could be made from `spec` here.
pub(super) fn accept<'a>(proxmox: &'a Proxmox, spec: &GuestSpec) -> Result<Cow<'a, Origin>, DriverError> {
    spec.check()?;
    if spec.card.is_some() && proxmox.mapping().private.is_none() {
        return Err(DriverError::unsupported("connect guests to private networks: no zone is named for them"));
    }
    if spec.user_data.is_some() && proxmox.mapping().images.is_none() {
        return Err(DriverError::unsupported("hand user data to guests: no storage for images is named, by which it gets there"));
    }
    if is_image(&spec.template) {
        return Ok(Cow::Owned(Origin::Import { volume: image::volume(proxmox, &spec.template)? }));
    }
    let origin = proxmox.mapping().templates.get(&spec.template);
    let origin = origin.ok_or_else(|| DriverError::refused(format!("there is no template named {}", spec.template)))?;
    if matches!(origin, Origin::Container { .. }) {
        if spec.password.is_some() {
            return Err(DriverError::unsupported("set a password of a container from its hash"));
        }
        if spec.user_data.is_some() {
            return Err(DriverError::unsupported("hand user data to containers: those of Proxmox VE have no cloud-init"));
        }
    }
    Ok(Cow::Borrowed(origin))
}

/// Finds the guest or makes it, stopped.
pub(super) async fn ensure(proxmox: &Proxmox, spec: &GuestSpec) -> Result<Guest, DriverError> {
    let origin = accept(proxmox, spec)?;
    let at = match proxmox.locate(&spec.reference).await? {
        Some(at) => at,
        None => {
            image::must_be_held(proxmox, spec).await?;
            create(proxmox, spec, &origin).await?
        }
    };
    let config = match proxmox.config(&at).await {
        Err(Trouble::NoGuest(_)) => {
            proxmox.forget(&spec.reference);
            return Err(DriverError::unavailable("the guest moved or went while it was looked for"));
        }
        config => config?,
    };
    match config.mark() {
        Some(mark) if mark.reference != spec.reference => {
            proxmox.forget(&spec.reference);
            Err(DriverError::unavailable("the guest's id belongs to another guest now"))
        }
        Some(mark) if !mark.made => {
            finish(proxmox, &at, spec).await?;
            answer(proxmox, &spec.reference).await
        }
        None if config.lock().is_some() => Err(DriverError::unavailable("the guest is still being made")),
        _ => {
            same_shape(&config, spec)?;
            answer(proxmox, &spec.reference).await
        }
    }
}

fn same_shape(config: &Config, spec: &GuestSpec) -> Result<(), DriverError> {
    let mac = config.mac().unwrap_or_default();
    let same = config.size() == spec.size() && look::template(config) == spec.template && mac.eq_ignore_ascii_case(&spec.mac);
    if same { Ok(()) } else { Err(DriverError::conflict("a guest with this reference has another shape")) }
}

pub(super) async fn answer(proxmox: &Proxmox, reference: &Reference) -> Result<Guest, DriverError> {
    look::find(proxmox, reference).await?.ok_or_else(|| DriverError::outcome_unknown("the guest was made and is gone"))
}

/// What the cluster gets to see of a guest that is made.
fn shown(proxmox: &Proxmox) -> &'static [&'static str] {
    if proxmox.mapping().pseudonyms { UNNAMED_ENTRIES } else { ENTRIES }
}

pub(super) fn mark(spec: &GuestSpec, made: bool) -> Mark {
    Mark { reference: spec.reference.clone(), template: spec.template.clone(), made }
}

/// A call that makes a guest, and where its task is.
pub(super) struct Making {
    pub(super) call: Call,
    pub(super) node: String,
    pub(super) vmid: u32,
}

async fn create(proxmox: &Proxmox, spec: &GuestSpec, origin: &Origin) -> Result<At, DriverError> {
    let view = proxmox.view(FRESH).await?;
    let node = choose_node(proxmox, &view, spec, origin)?;
    proxmox.client().disclose(shown(proxmox)).await?;
    let kind = if matches!(origin, Origin::Container { .. }) { Kind::Container } else { Kind::Machine };
    under_free_id(proxmox, &spec.reference, &node, kind, |at| making(proxmox, &view, spec, origin, at)).await
}

/// Makes a guest for `reference` under the first id that is free, in the order that follows from the reference.
pub(super) async fn under_free_id(
    proxmox: &Proxmox,
    reference: &Reference,
    node: &str,
    kind: Kind,
    making: impl Fn(&At) -> Result<Making, Trouble> + Send + Sync,
) -> Result<At, DriverError> {
    for vmid in proxmox.candidates(reference) {
        let at = At { node: node.to_owned(), vmid, kind };
        let Making { call, node, vmid: at_work } = making(&at)?;
        match proxmox.client().work(&call, &node, at_work, COPIED_IN).await {
            Ok(()) => return Ok(proxmox.remember(reference, at)),
            // Nothing reserves an id: somebody has it, and that may be an earlier try of ours. An answer that got lost
            // may have made the guest.
            Err(trouble @ (Trouble::Taken(_) | Trouble::Lost(_))) => {
                let fresh = proxmox.view(Duration::ZERO).await?;
                if let Some(there) = fresh.guest(vmid)
                    && proxmox.is_for(&there.at, reference).await?
                {
                    return Ok(proxmox.remember(reference, there.at.clone()));
                }
                if matches!(trouble, Trouble::Lost(_)) {
                    return Err(trouble.into());
                }
            }
            Err(trouble @ (Trouble::Said(_) | Trouble::Full(_))) => {
                put_away(proxmox, &at, reference).await;
                return Err(trouble.into());
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Err(DriverError::full(format!("the first {} ids for this guest are taken: the range of ids is too small", super::locate::TRIES)))
}

/// The call that makes the guest at `at`.
fn making(proxmox: &Proxmox, view: &View, spec: &GuestSpec, origin: &Origin, at: &At) -> Result<Making, Trouble> {
    let mapping = proxmox.mapping();
    let description = mark(spec, false).write("");
    let common = Params::new().with("description", &description).maybe("pool", mapping.pool.as_ref());
    let here = |call| Making { call, node: at.node.clone(), vmid: at.vmid };
    Ok(match origin {
        Origin::Clone { vmid, full } => {
            let template = view.guest(*vmid).ok_or_else(|| Trouble::Unreachable(format!("the template {vmid} is not in the cluster's list")))?;
            let elsewhere = (template.at.node != at.node).then_some(&at.node);
            let params = common.with("newid", at.vmid).with("name", config::name(mapping, spec)).flag("full", *full);
            // A linked clone lies where its template lies.
            let params = params.maybe("storage", full.then_some(&mapping.storage)).maybe("target", elsewhere);
            Making { call: guest::clone(&template.at, params), node: template.at.node.clone(), vmid: *vmid }
        }
        Origin::Import { volume } => {
            let params = common
                .and(config::machine(mapping, spec, at.vmid, None))
                .with("tags", mark(spec, false).tags(""))
                .with("ostype", "l26")
                .with("scsihw", "virtio-scsi-single")
                .with("scsi0", format!("{}:0,import-from={volume},discard=on,iothread=1", mapping.storage))
                .with("boot", "order=scsi0");
            here(guest::create(at, params))
        }
        Origin::Container { volume } => {
            let params = common.and(config::container(mapping, spec, at.vmid)).with("tags", mark(spec, false).tags("")).with("ostemplate", volume);
            here(guest::create(at, params))
        }
    })
}

/// The node that is online, ours to use, not to be avoided, has the storage, and has the most memory left.
fn choose_node(proxmox: &Proxmox, view: &View, spec: &GuestSpec, origin: &Origin) -> Result<String, DriverError> {
    let mapping = proxmox.mapping();
    let fits = |name: &str| {
        let storage = view.storage(&mapping.storage, name);
        let reads = !(is_image(&spec.template) || seed::wanted(spec).is_some())
            || mapping.images.as_ref().is_some_and(|images| view.storage(images, name).is_some_and(|storage| storage.available));
        view.is_online(name) && look::is_ours(mapping, name) && storage.is_none_or(|storage| storage.available) && reads
    };
    if let Origin::Clone { vmid, .. } = origin {
        let template = view.guest(*vmid).filter(|guest| guest.template);
        let template = template.ok_or_else(|| DriverError::unavailable(format!("the template {} (id {vmid}) is not there", spec.template)))?;
        let shared = view.storage(&mapping.storage, &template.at.node).is_some_and(|storage| storage.shared);
        // Disks on a node's own storage can only be cloned on that node.
        if !shared {
            let node = template.at.node.clone();
            if spec.avoid.contains(&node) {
                return Err(DriverError::full(format!("the template {} lies on the node {node} alone, which is to be avoided", spec.template)));
            }
            return if view.is_online(&node) { Ok(node) } else { Err(DriverError::unavailable(format!("the node {node} is away"))) };
        }
    }
    let fitting: Vec<_> = view.nodes.iter().filter(|node| fits(&node.name)).collect();
    if !fitting.is_empty() && fitting.iter().all(|node| spec.avoid.contains(&node.name)) {
        let names: Vec<_> = fitting.iter().map(|node| node.name.as_str()).collect();
        return Err(DriverError::full(format!("every node that could take it is to be avoided: {}", names.join(", "))));
    }
    let nodes = fitting.into_iter().filter(|node| !spec.avoid.contains(&node.name));
    let roomiest = nodes.max_by_key(|node| node.memory.saturating_sub(node.memory_used));
    let node = roomiest.ok_or_else(|| DriverError::unavailable(format!("no node that is online has the storage {}", mapping.storage)))?;
    if node.memory > 0 && u64::from(spec.memory_mib) * super::view::MIB > node.memory {
        return Err(DriverError::full(format!("no node has {} MiB of memory", spec.memory_mib)));
    }
    Ok(node.name.clone())
}

/// Gives a guest its settings, its size and its tags, and says in its mark that it is made.
pub(super) async fn finish(proxmox: &Proxmox, at: &At, spec: &GuestSpec) -> Result<(), DriverError> {
    let client = proxmox.client();
    let now = proxmox.config(at).await?;
    client.disclose(shown(proxmox)).await?;
    if at.kind == Kind::Machine {
        let params =
            config::machine(proxmox.mapping(), spec, at.vmid, Some(&now)).with("tags", mark(spec, false).tags(&now.tags())).maybe("digest", now.digest());
        client.work(&guest::change_config(at, params), &at.node, at.vmid, SETTLED_IN).await?;
    }
    let now = proxmox.config(at).await?;
    let disk = now.root_disk().ok_or_else(|| DriverError::failed("the template has no disk", ""))?;
    let wanted = u64::from(spec.disk_gib) * GIB;
    if disk.bytes > wanted {
        put_away(proxmox, at, &spec.reference).await;
        let least = disk.bytes.div_ceil(GIB);
        return Err(DriverError::refused(format!("the template {} needs a disk of {least} GiB", spec.template)));
    }
    if disk.bytes < wanted {
        client.work(&guest::resize(at, &disk.key, spec.disk_gib), &at.node, at.vmid, SETTLED_IN).await?;
    }
    filter::hold(proxmox, at).await?;
    let card = spec.card.as_ref().filter(|_| !spec.cut_off);
    let vnet = card::vnet(proxmox, card).await?;
    let now = proxmox.config(at).await?;
    let moved = card::put(proxmox, at, &now, card.zip(vnet.as_ref())).await?;
    if at.kind == Kind::Machine {
        match seed::wanted(spec) {
            Some(_) => seed::put(proxmox, at, spec).await?,
            None => drop(seed::take_over(proxmox, at).await?),
        }
    }
    let now = if moved { proxmox.config(at).await? } else { now };
    let done = mark(spec, true);
    let params = Params::new().with("description", done.write(&now.description())).with("tags", done.tags(&now.tags()));
    client.settle(&guest::set_config(at, params)).await?;
    Ok(())
}

/// Removes what a failed try left, if it left anything and if that is ours. The failure is what matters.
async fn put_away(proxmox: &Proxmox, at: &At, reference: &Reference) {
    if proxmox.is_for(at, reference).await.unwrap_or(false)
        && let Err(trouble) = proxmox.client().work(&guest::destroy(at), &at.node, at.vmid, SETTLED_IN).await
    {
        tracing::warn!(vmid = at.vmid, %trouble, "a guest that failed to be made stays behind");
    }
    proxmox.forget(reference);
}

/// Removes what may be left of a guest that is gone.
async fn left_by(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    seed::left_by(proxmox, reference).await?;
    disk::left_by(proxmox, reference).await
}

/// Stops the guest and removes it with its own disk and snapshots.
pub(super) async fn destroy(proxmox: &Proxmox, reference: &Reference) -> Result<(), DriverError> {
    // The second try is for a guest that somebody started in between.
    let mut last = None;
    for _ in 0..2 {
        let (at, said) = match proxmox.current(reference).await {
            Ok(there) => there,
            Err(DriverError::NotFound { .. }) => return left_by(proxmox, reference).await,
            Err(error) => return Err(error),
        };
        if look::status(&said) != Status::Stopped {
            super::power::stop(proxmox, reference).await?;
        }
        disk::take_all_down(proxmox, &at).await?;
        match proxmox.act(reference, SETTLED_IN, guest::destroy).await {
            Ok(()) | Err(Trouble::NoGuest(_)) => {
                proxmox.forget(reference);
                return left_by(proxmox, reference).await;
            }
            Err(trouble @ Trouble::Runs(_)) => last = Some(trouble),
            Err(trouble) => return Err(trouble.into()),
        }
    }
    Err(last.map_or_else(|| DriverError::unavailable("the guest starts again and again"), DriverError::from))
}
