//! Creating, rebuilding and destroying. A container's folder takes and loses its name in one move, so half of one is never seen.

use std::{fs, io, path::Path};

use compute_driver::{DriverError, Guest, GuestSpec, Reference};
use compute_host::{
    folder::{self, remove},
    lock::Lock,
    network::{Seat, change},
    process,
    record::{self, trouble},
};

use super::{Oci, look, network as private, power};
use crate::{
    guest::{
        address::{self, Numbers},
        disk, network,
        place::{DISK, Place, WELCOME, guests},
        record::{FILE, Record},
        welcome::Welcome,
    },
    host,
    image::{self, Template},
    supervisor::{APART, Fill, Orders, Source},
};

/// What a container's disk is made from.
pub(super) struct Origin {
    pub(super) source: Source,
    pub(super) template_version: String,
}

impl Origin {
    fn template(template: &Template) -> Self {
        Self { source: Source::Template(template.root()), template_version: template.version().to_owned() }
    }
}

/// Finds the container or makes it, stopped.
pub(super) async fn ensure(oci: &Oci, spec: &GuestSpec) -> Result<Guest, DriverError> {
    let template = accept(oci, spec)?;
    let _lock = Lock::guest(&oci.settings.data_dir, &spec.reference).await?;
    if let Ok((place, record)) = oci.known(&spec.reference) {
        if !record.spec.same_shape(spec) {
            return Err(DriverError::conflict("a guest with this reference has another shape"));
        }
        return Ok(look::guest(oci, &place, &record).await);
    }
    create(oci, spec, &Origin::template(&template)).await
}

/// Gives the container a fresh disk. A crash in the middle leaves the old container or the new one.
pub(super) async fn rebuild(oci: &Oci, spec: &GuestSpec) -> Result<Guest, DriverError> {
    oci.known(&spec.reference)?;
    let template = accept(oci, spec)?;
    replace(oci, spec, &Origin::template(&template)).await
}

/// Gives the container that `spec` names a disk from `origin`: in place when it is there, as a new container when it is not.
pub(super) async fn replace(oci: &Oci, spec: &GuestSpec, origin: &Origin) -> Result<Guest, DriverError> {
    let _lock = Lock::guest(&oci.settings.data_dir, &spec.reference).await?;
    let Ok((place, before)) = oci.known(&spec.reference) else { return create(oci, spec, origin).await };
    let lan = change::lan_of(&oci.settings.networks, spec.card.as_ref())?;
    // What leads to a container and what passes belongs to its place in the network, not to its disk.
    let seat = Seat { lan, ..before.seat };
    let (template_version, ssh_port) = (origin.template_version.clone(), spec.ssh_port.unwrap_or(before.ssh_port));
    let record = Record { spec: spec.clone(), template_version, ssh_port, seat, ..before };
    // The old container is left alone until the new disk is there: a host without room costs nobody their machine.
    let draft = place.draft();
    if let Err(error) = furnish(oci, &draft, &record, origin, false).await {
        remove(&draft)?;
        return Err(error);
    }
    power::cut(oci, &place).await?;
    if place.traffic().exists() {
        // What passed the cable was used, whatever is on the disk now.
        fs::copy(place.traffic(), draft.join("traffic.json")).map_err(trouble("cannot keep the traffic's count"))?;
    }
    // The two folders change places in one step (renameat2(2)), so there is a whole container at any time.
    let exchange = rustix::fs::renameat_with(rustix::fs::CWD, &draft, rustix::fs::CWD, &place.dir, rustix::fs::RenameFlags::EXCHANGE);
    exchange.map_err(|error| trouble("cannot put the new disk in place")(error.into()))?;
    remove(&draft)?;
    Ok(look::guest(oci, &place, &record).await)
}

/// Stops and removes the container, and whatever an interrupted call left of it.
pub(super) async fn destroy(oci: &Oci, reference: &Reference) -> Result<(), DriverError> {
    let place = oci.place(reference);
    let settings = &oci.settings;
    let _lock = Lock::guest(&settings.data_dir, reference).await?;
    let record = oci.known(reference).ok().map(|(_, record)| record);
    power::cut(oci, &place).await?;
    let trash = place.trash();
    remove(&trash)?;
    let was_there = match fs::rename(&place.dir, &trash) {
        Ok(()) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(trouble("cannot remove the container")(error)),
    };
    remove(&trash)?;
    remove(&place.draft())?;
    remove(&place.run)?;
    if was_there {
        let _lock = Lock::ports(&settings.data_dir).await?;
        if fs::read_dir(guests(&settings.data_dir)).is_ok_and(|mut left| left.next().is_none()) {
            // The next start makes what it needs.
            let _closed = network::close_way_out(&place).await;
        }
    }
    private::gone(oci, record.as_ref()).await
}

/// Makes a container that is not there. The caller holds its lock.
async fn create(oci: &Oci, spec: &GuestSpec, origin: &Origin) -> Result<Guest, DriverError> {
    host::check()?;
    let settings = &oci.settings;
    let place = oci.place(&spec.reference);
    fs::create_dir_all(guests(&settings.data_dir)).map_err(trouble("cannot make the folder of containers"))?;
    let draft = place.draft();
    let _ports = Lock::ports(&settings.data_dir).await?;
    let seat = Seat::new(change::lan_of(&settings.networks, spec.card.as_ref())?);
    let Numbers { ssh_port, first_id, ipv4 } = address::choose(settings, spec)?;
    let record = Record { spec: spec.clone(), template_version: origin.template_version.clone(), ssh_port, first_id, ipv4, seat };
    let made = furnish(oci, &draft, &record, origin, true).await;
    let placed = made.and_then(|()| fs::rename(&draft, &place.dir).map_err(trouble("cannot give the container its folder")));
    if let Err(error) = placed {
        remove(&draft)?;
        return Err(error);
    }
    Ok(look::guest(oci, &place, &record).await)
}

/// The template of a spec that can be made here.
fn accept(oci: &Oci, spec: &GuestSpec) -> Result<Template, DriverError> {
    spec.check()?;
    if !image::TEMPLATES.contains(&spec.template.as_str()) {
        return Err(DriverError::refused(format!("there is no template named {}", spec.template)));
    }
    image::find(&oci.settings.images_dir, &spec.template).ok_or_else(|| DriverError::unavailable(format!("the image of {} has not been built", spec.template)))
}

/// Fills a folder with all that a container needs.
async fn furnish(oci: &Oci, draft: &Path, record: &Record, origin: &Origin, new: bool) -> Result<(), DriverError> {
    remove(draft)?;
    fs::create_dir_all(draft).map_err(trouble("cannot make the container's folder"))?;
    let path = draft.join(DISK);
    disk::create(&path, record.spec.disk_gib, record.first_id).await?;
    task(oci, draft, &Orders::Fill(Fill { disk: path, source: origin.source.clone(), first_id: record.first_id })).await?;
    // An archive's machine may go on elsewhere, with its own keys.
    let stranger = new && matches!(origin.source, Source::Archive(_));
    record::write(&draft.join(WELCOME), &Welcome::new(&record.spec, stranger)).map_err(trouble("cannot write the container's welcome"))?;
    record::write(&draft.join(FILE), record).map_err(trouble("cannot write the container's record"))
}

/// Lets our program do a task on a disk, in a mount namespace of its own.
pub(super) async fn task(oci: &Oci, dir: &Path, orders: &Orders) -> Result<(), DriverError> {
    let file = dir.join("task.json");
    record::write(&file, orders).map_err(trouble("cannot write what there is to do"))?;
    let supervisor = &oci.settings.supervisor;
    let [program, arguments @ ..] = APART;
    let words = arguments.iter().map(AsRef::as_ref).chain([supervisor.exe.as_os_str()]).chain(supervisor.args.iter().map(AsRef::as_ref));
    process::run(program, words.chain([file.as_os_str()])).await?;
    folder::remove_file(&file)
}

/// Writes the record of a container that is there.
pub(super) fn note(place: &Place, record: &Record) -> Result<(), DriverError> {
    record::write(&place.dir.join(FILE), record).map_err(trouble("cannot write the container's record"))
}
