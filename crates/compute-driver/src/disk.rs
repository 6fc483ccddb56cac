//! Words for disks that guests have beside their own.

use serde::{Deserialize, Serialize};

use crate::{DriverError, Reference};

/// Disks that one guest can have beside its own; every driver that offers them has room for as many.
pub const DISKS_PER_GUEST: usize = 8;

/// The largest disk in GiB: 16 TiB, which the file systems of common guests still take.
const LARGEST_GIB: u32 = 16_384;

/// A disk to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiskSpec {
    /// The name it carries on the hypervisor, chosen before the first call.
    pub reference: Reference,
    /// How large it is, in GiB.
    pub gib: u32,
}

impl DiskSpec {
    /// Whether any hypervisor could make this disk.
    ///
    /// # Errors
    /// `Refused`, naming what to change.
    pub fn check(&self) -> Result<(), DriverError> {
        let fits = (1..=LARGEST_GIB).contains(&self.gib);
        if fits { Ok(()) } else { Err(DriverError::refused(format!("a disk has 1 to {LARGEST_GIB} GiB"))) }
    }
}

/// A disk as it is on the hypervisor. It is nobody's but ours, and outlives the guests that had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The name it carries.
    pub reference: Reference,
    /// How large it is, in GiB.
    pub gib: u32,
    /// The guest that has it.
    pub guest: Option<Reference>,
}

/// The serial number by which a guest knows the disk, for ever and wherever it is attached: Linux shows it as
/// `/dev/disk/by-id/virtio-<serial>`. A virtio disk has room for twenty characters, so it is the random end of the reference.
pub fn serial(reference: &Reference) -> String {
    let end = reference.as_str().rsplit('_').next().unwrap_or_default();
    format!("dsk-{}", end.get(end.len().saturating_sub(16)..).unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_fits_into_twenty_characters_and_tells_disks_apart() {
        let serial_of = |text: &str| serial(&Reference::parse(text).unwrap());
        let one = serial_of("dsk_01jzqv3c5e7x9f2m4k6n8p0r1s");
        assert_eq!((one.as_str(), one.len()), ("dsk-7x9f2m4k6n8p0r1s", 20));
        assert_ne!(one, serial_of("dsk_01jzqv3c5e7x9f2m4k6n8p0r1t"));
        assert_eq!(serial_of("short"), "dsk-short");
    }

    #[test]
    fn a_disk_without_room_or_beyond_all_measure_is_refused() {
        let spec = |gib| DiskSpec { reference: Reference::parse("dsk_1").unwrap(), gib };
        assert!(spec(1).check().is_ok() && spec(16_384).check().is_ok());
        assert!(spec(0).check().is_err() && spec(16_385).check().is_err());
    }
}
