//! Creating, rebuilding and destroying. A guest's folder takes and loses its name in one move, so half a guest is never seen.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use compute_driver::{DriverError, Guest, GuestSpec, Reference, is_image};
pub(super) use compute_host::folder::remove;
use compute_host::network::{Seat, change};

use super::{Qemu, disk as disk_of, look, network, power};
use crate::{
    guest::{
        disk,
        lock::Lock,
        place::{Place, guests},
        port,
        record::{self, Record, trouble},
        seed,
    },
    image::{self, Template},
};

/// Finds the guest or makes it, stopped.
pub(super) async fn ensure(qemu: &Qemu, spec: &GuestSpec) -> Result<Guest, DriverError> {
    let template = accept(qemu, spec)?;
    let settings = &qemu.settings;
    let _guest_lock = Lock::guest(&settings.data_dir, &spec.reference).await?;
    if let Ok((place, record)) = qemu.known(&spec.reference) {
        if !record.spec.same_shape(spec) {
            return Err(DriverError::conflict("a guest with this reference has another shape"));
        }
        return Ok(look::guest(qemu, &place, &record).await);
    }

    let place = qemu.place(&spec.reference);
    fs::create_dir_all(guests(&settings.data_dir)).map_err(trouble("cannot make the folder of guests"))?;
    let draft = place.draft();
    let _port_lock = Lock::ports(&settings.data_dir).await?;
    let lan = change::lan_of(&settings.networks, spec.card.as_ref())?;
    let record = Record::new(spec, template.version(), port::choose(settings, spec.ssh_port)?, lan);
    let made = furnish(&draft, &record, &Source::Template(template))
        .await
        .and_then(|()| fs::rename(&draft, &place.dir).map_err(trouble("cannot give the guest its folder")));
    if let Err(error) = made {
        remove(&draft)?;
        return Err(error);
    }
    Ok(look::guest(qemu, &place, &record).await)
}

/// Gives the guest a fresh disk and seed. A crash in the middle leaves the old guest or the new one.
pub(super) async fn rebuild(qemu: &Qemu, spec: &GuestSpec) -> Result<Guest, DriverError> {
    qemu.known(&spec.reference)?;
    let template = accept(qemu, spec)?;
    replace(qemu, spec, Source::Template(template)).await
}

/// Gives the guest that `spec` names a disk from `source`: in place when it is there, as a new guest when it is not.
pub(super) async fn replace(qemu: &Qemu, spec: &GuestSpec, source: Source) -> Result<Guest, DriverError> {
    let settings = &qemu.settings;
    let _guest_lock = Lock::guest(&settings.data_dir, &spec.reference).await?;
    let place = qemu.place(&spec.reference);
    let draft = place.draft();
    let lan = change::lan_of(&settings.networks, spec.card.as_ref())?;
    let Ok((_, before)) = qemu.known(&spec.reference) else {
        fs::create_dir_all(guests(&settings.data_dir)).map_err(trouble("cannot make the folder of guests"))?;
        let _port_lock = Lock::ports(&settings.data_dir).await?;
        let record = Record::new(spec, source.version(), port::choose(settings, spec.ssh_port)?, lan);
        let made = furnish(&draft, &record, &source).await.and_then(|()| fs::rename(&draft, &place.dir).map_err(trouble("cannot give the guest its folder")));
        if let Err(error) = made {
            remove(&draft)?;
            return Err(error);
        }
        return Ok(look::guest(qemu, &place, &record).await);
    };
    // The old guest is left alone until the new disk is there: a host without room costs nobody their machine.
    let fresh = Record::new(spec, source.version(), spec.ssh_port.unwrap_or(before.ssh_port), None);
    // What leads to a guest and what passes belongs to its place in the network, not to its disk.
    let record = Record { generation: before.generation + 1, seat: Seat { lan, ..before.seat }, ..fresh };
    if let Err(error) = furnish(&draft, &record, &source).await {
        remove(&draft)?;
        return Err(error);
    }
    power::cut(&place).await?;
    // Traffic counts from the guest's creation, which this is not.
    if let Some(traffic) = record::read::<record::Traffic>(&place.traffic()) {
        let kept = draft.join(place.traffic().file_name().unwrap_or_default());
        record::write(&kept, &traffic).map_err(trouble("cannot keep the traffic's count"))?;
    }
    // The two folders change places in one step (renameat2(2)), so there is a whole guest at any time.
    let exchange = rustix::fs::renameat_with(rustix::fs::CWD, &draft, rustix::fs::CWD, &place.dir, rustix::fs::RenameFlags::EXCHANGE);
    exchange.map_err(|error| trouble("cannot put the new disk in place")(error.into()))?;
    remove(&draft)?;
    Ok(look::guest(qemu, &place, &record).await)
}

/// Stops and removes the guest, and whatever an interrupted call left of it.
pub(super) async fn destroy(qemu: &Qemu, reference: &Reference) -> Result<(), DriverError> {
    let place = qemu.place(reference);
    let _guest_lock = Lock::guest(&qemu.settings.data_dir, reference).await?;
    let record = qemu.known(reference).ok().map(|(_, record)| record);
    power::cut(&place).await?;
    let trash = place.trash();
    remove(&trash)?;
    match fs::rename(&place.dir, &trash) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(trouble("cannot remove the guest")(error));
        }
        _ => {}
    }
    remove(&trash)?;
    remove(&place.draft())?;
    remove(&place.run)?;
    disk_of::left_by(qemu, reference).await?;
    network::gone(qemu, record.as_ref()).await
}

/// The template of a spec that can be made here.
fn accept(qemu: &Qemu, spec: &GuestSpec) -> Result<Template, DriverError> {
    spec.check()?;
    if is_image(&spec.template) {
        let found = image::imported::find(&qemu.settings.data_dir, &spec.template);
        let found = found.ok_or_else(|| DriverError::unavailable(format!("the image {} has not been taken in", spec.template)))?;
        if found.disk_gib() > spec.disk_gib {
            return Err(DriverError::refused(format!("the image needs a disk of {} GiB", found.disk_gib())));
        }
        return Ok(found);
    }
    if !image::TEMPLATES.contains(&spec.template.as_str()) {
        return Err(DriverError::refused(format!("there is no template named {}", spec.template)));
    }
    image::find(&qemu.settings.images_dir, &spec.template).ok_or_else(|| DriverError::unavailable(format!("the image of {} has not been built", spec.template)))
}

/// Fills a folder with all that a guest needs.
async fn furnish(draft: &Path, record: &Record, source: &Source) -> Result<(), DriverError> {
    remove(draft)?;
    fs::create_dir_all(draft).map_err(trouble("cannot make the guest's folder"))?;
    let inside = Place { dir: draft.to_owned(), run: draft.to_owned() };
    match source {
        Source::Template(template) => disk::create(&inside.disk(), record.spec.disk_gib, template).await?,
        Source::Archive { file, .. } => disk::copy(&inside.disk(), record.spec.disk_gib, file).await?,
    }
    seed::write(&inside.seed(), &draft.join("seed"), record).await?;
    record::write(&draft.join(record::FILE), record).map_err(trouble("cannot write the guest's record"))
}

/// What a disk is made from.
pub(super) enum Source {
    Template(Template),
    /// A backup's disk, and the version of the template whose kernel boots it.
    Archive {
        file: PathBuf,
        template_version: String,
    },
}

impl Source {
    fn version(&self) -> &str {
        match self {
            Self::Template(template) => template.version(),
            Self::Archive { template_version, .. } => template_version,
        }
    }
}
