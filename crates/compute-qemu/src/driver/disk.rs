//! Extra disks: made beside the guests, plugged into one that runs, and put behind its ports at each start.

use std::{fs, io, time::Duration};

use compute_driver::{DISKS_PER_GUEST, Disk, DiskSpec, DriverError, Reference};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::{Qemu, look, make::remove as clear, power, snapshot::runs};
use crate::{
    guest::{
        command,
        disk::{self, create_empty},
        extra::{self, Extra},
        lock::Lock,
        place::Place,
        record::trouble,
    },
    process::run,
};

const GIB: u64 = 1024 * 1024 * 1024;
/// How long a guest may take to let go of a disk. Linux does it in a fraction of a second once it has booted.
const LETS_GO: Duration = Duration::from_secs(10);

/// Finds the disk or makes it.
pub(super) async fn create(qemu: &Qemu, wanted: &DiskSpec) -> Result<Disk, DriverError> {
    wanted.check()?;
    let data_dir = &qemu.settings.data_dir;
    let _lock = Lock::disk(data_dir, &wanted.reference).await?;
    if let Some(found) = extra::find(data_dir, &wanted.reference) {
        if found.disk.gib != wanted.gib {
            return Err(DriverError::conflict("a disk with this reference has another size"));
        }
        return Ok(found.disk);
    }
    let draft = extra::draft(data_dir, &wanted.reference);
    clear(&draft)?;
    fs::create_dir_all(&draft).map_err(trouble("cannot make the disk's folder"))?;
    let made = Extra { disk: Disk { reference: wanted.reference.clone(), gib: wanted.gib, guest: None }, port: None };
    let furnished = async {
        create_empty(&draft.join("disk.qcow2"), wanted.gib).await?;
        extra::note(&draft, &made)?;
        fs::rename(&draft, extra::dir(data_dir, &wanted.reference)).map_err(trouble("cannot give the disk its folder"))
    };
    if let Err(error) = furnished.await {
        clear(&draft)?;
        return Err(error);
    }
    Ok(made.disk)
}

/// Every disk.
pub(super) fn list(qemu: &Qemu) -> Result<Vec<Disk>, DriverError> {
    Ok(extra::all(&qemu.settings.data_dir)?.into_iter().map(|extra| extra.disk).collect())
}

/// Gives the guest the disk. What is remembered comes first, so that a call that was cut off is taken up by the next.
pub(super) async fn attach(qemu: &Qemu, disk: &Reference, guest: &Reference) -> Result<(), DriverError> {
    let data_dir = &qemu.settings.data_dir;
    qemu.known(guest)?;
    let _guest_lock = Lock::guest(data_dir, guest).await?;
    let _lock = Lock::disk(data_dir, disk).await?;
    let (place, _) = qemu.known(guest)?;
    let before = extra::known(data_dir, disk)?;
    let mut now = before.clone();
    match &before.disk.guest {
        Some(holder) if holder != guest => return Err(DriverError::conflict("another guest has this disk")),
        Some(_) => {}
        None => {
            let full = || DriverError::conflict(format!("a guest has room for {DISKS_PER_GUEST} extra disks"));
            now.port = Some(extra::free_port(&extra::of_guest(data_dir, guest)?).ok_or_else(full)?);
            now.disk.guest = Some(guest.clone());
            extra::note(&extra::dir(data_dir, disk), &now)?;
        }
    }
    if !runs(look::status_at(&place).await)? {
        return Ok(());
    }
    let plugged = plug(qemu, &place, &now).await;
    // What QEMU refused is not there at the next start either: whoever asked is told no.
    if matches!(plugged, Err(DriverError::Conflict { .. })) && before.disk.guest.is_none() {
        extra::note(&extra::dir(data_dir, disk), &before)?;
    }
    plugged
}

/// Takes the disk from whichever guest has it.
pub(super) async fn detach(qemu: &Qemu, disk: &Reference) -> Result<(), DriverError> {
    let data_dir = &qemu.settings.data_dir;
    let Some(guest) = extra::find(data_dir, disk).and_then(|extra| extra.disk.guest) else { return Ok(()) };
    let _guest_lock = Lock::guest(data_dir, &guest).await?;
    let _lock = Lock::disk(data_dir, disk).await?;
    let Some(mut now) = extra::find(data_dir, disk) else { return Ok(()) };
    if now.disk.guest.as_ref() != Some(&guest) {
        return Err(DriverError::unavailable("another change of this disk is still under way"));
    }
    if let Ok((place, _)) = qemu.known(&guest)
        && runs(look::status_at(&place).await)?
    {
        unplug(&place, &now).await?;
    }
    (now.disk.guest, now.port) = (None, None);
    extra::note(&extra::dir(data_dir, disk), &now)
}

/// Makes the disk larger, through QEMU where it has it open.
pub(super) async fn grow(qemu: &Qemu, disk: &Reference, gib: u32) -> Result<(), DriverError> {
    let data_dir = &qemu.settings.data_dir;
    let guest = extra::known(data_dir, disk)?.disk.guest;
    let _guest_lock = match &guest {
        Some(guest) => Some(Lock::guest(data_dir, guest).await?),
        None => None,
    };
    let _lock = Lock::disk(data_dir, disk).await?;
    let mut now = extra::known(data_dir, disk)?;
    if now.disk.guest != guest {
        return Err(DriverError::unavailable("another change of this disk is still under way"));
    }
    if gib < now.disk.gib {
        return Err(DriverError::refused("a disk cannot become smaller"));
    }
    DiskSpec { reference: disk.clone(), gib }.check()?;
    let place = guest.as_ref().and_then(|guest| qemu.known(guest).ok()).map(|(place, _)| place);
    let open = match place {
        Some(place) if runs(look::status_at(&place).await)? && has_node(&place, &now.name()).await? => Some(place),
        _ => None,
    };
    let (file, bytes) = (extra::file(data_dir, disk), u64::from(gib) * GIB);
    match open {
        Some(place) => power::told(&place, "block_resize", json!({ "node-name": now.name(), "size": bytes })).await?,
        // One that has the size already is left alone: qemu-img does nothing then.
        None if disk::virtual_bytes(&file).await? < bytes => {
            let bytes = bytes.to_string();
            run("qemu-img", ["resize".as_ref(), "-q".as_ref(), "-f".as_ref(), "qcow2".as_ref(), file.as_os_str(), bytes.as_ref()]).await?;
        }
        None => {}
    }
    now.disk.gib = gib;
    extra::note(&extra::dir(data_dir, disk), &now)
}

/// Removes the disk, and whatever an interrupted call left of it.
pub(super) async fn remove(qemu: &Qemu, disk: &Reference) -> Result<(), DriverError> {
    let data_dir = &qemu.settings.data_dir;
    let _lock = Lock::disk(data_dir, disk).await?;
    if extra::find(data_dir, disk).is_some_and(|extra| extra.disk.guest.is_some()) {
        return Err(DriverError::conflict("a guest has this disk"));
    }
    let trash = extra::trash(data_dir, disk);
    clear(&trash)?;
    match fs::rename(extra::dir(data_dir, disk), &trash) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(trouble("cannot remove the disk")(error)),
        _ => {}
    }
    clear(&trash)?;
    clear(&extra::draft(data_dir, disk))
}

/// A guest is gone: its disks are nobody's. The caller holds the guest's lock.
pub(super) async fn left_by(qemu: &Qemu, guest: &Reference) -> Result<(), DriverError> {
    let data_dir = &qemu.settings.data_dir;
    for mut left in extra::of_guest(data_dir, guest)? {
        let _lock = Lock::disk(data_dir, &left.disk.reference).await?;
        (left.disk.guest, left.port) = (None, None);
        extra::note(&extra::dir(data_dir, &left.disk.reference), &left)?;
    }
    Ok(())
}

/// Memory knows what was on the guest's other disks when it was kept, and they do not go back with it.
pub(super) fn none_for_memory(qemu: &Qemu, guest: &Reference) -> Result<(), DriverError> {
    if extra::of_guest(&qemu.settings.data_dir, guest)?.is_empty() {
        return Ok(());
    }
    Err(DriverError::conflict("memory can only be kept and brought back while the guest has no extra disks"))
}

/// Plugs the disk into a QEMU that runs; what is there already is left alone.
async fn plug(qemu: &Qemu, place: &Place, extra: &Extra) -> Result<(), DriverError> {
    if !has_node(place, &extra.name()).await? {
        let file = extra::file(&qemu.settings.data_dir, &extra.disk.reference);
        power::told(place, "blockdev-add", command::block_node("qcow2", &extra.name(), &file, false)).await?;
    }
    if has_device(place, &extra.device()).await? {
        return Ok(());
    }
    let added = power::told(place, "device_add", command::extra_device(extra)).await;
    if matches!(added, Err(DriverError::Conflict { .. })) {
        power::told(place, "blockdev-del", json!({ "node-name": extra.name() })).await?;
        // A QEMU that was started by an older version has no ports.
        return added.map_err(|error| DriverError::conflict(format!("the guest must be stopped and started before it can get a disk ({error})")));
    }
    added
}

/// Asks the guest to let go of the disk, and closes its file.
async fn unplug(place: &Place, extra: &Extra) -> Result<(), DriverError> {
    let device = extra.device();
    let deadline = Instant::now() + LETS_GO;
    let mut asked = false;
    while has_device(place, &device).await? {
        if !asked {
            match power::told(place, "device_del", json!({ "id": device })).await {
                // It was asked before, by a call that was cut off, and has not answered yet.
                Ok(()) | Err(DriverError::Conflict { .. }) => asked = true,
                Err(error) => return Err(error),
            }
        }
        if Instant::now() > deadline {
            return Err(DriverError::unavailable("the guest does not let go of the disk; unmount it there, or switch the guest off"));
        }
        sleep(Duration::from_millis(50)).await;
    }
    // QEMU lets go of the file a moment after the device is gone.
    while has_node(place, &extra.name()).await? {
        match power::told(place, "blockdev-del", json!({ "node-name": extra.name() })).await {
            Err(DriverError::Conflict { .. }) if Instant::now() < deadline => sleep(Duration::from_millis(50)).await,
            Err(DriverError::Conflict { reason }) => return Err(DriverError::unavailable(reason)),
            other => return other,
        }
    }
    Ok(())
}

async fn has_node(place: &Place, name: &str) -> Result<bool, DriverError> {
    let nodes = power::asked(place, "query-named-block-nodes", json!({ "flat": true })).await?;
    Ok(names(&nodes, "node-name").any(|one| one == name))
}

async fn has_device(place: &Place, id: &str) -> Result<bool, DriverError> {
    let devices = power::asked(place, "qom-list", json!({ "path": "/machine/peripheral" })).await?;
    Ok(names(&devices, "name").any(|one| one == id))
}

fn names<'a>(list: &'a Value, key: &'a str) -> impl Iterator<Item = &'a str> {
    list.as_array().into_iter().flatten().filter_map(move |one| one.get(key)?.as_str())
}
