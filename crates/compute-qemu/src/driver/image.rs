//! Images that are taken in, and what must not be taken away from guests.

use std::fs;

use compute_driver::{DriverError, ImageSpec, Progress, Reference};

use super::Qemu;
use crate::{guest::place::guests, image::imported};

/// Finds the image or takes it in.
pub(super) async fn ensure(qemu: &Qemu, image: &ImageSpec) -> Result<Progress<()>, DriverError> {
    imported::take_in(&qemu.settings.data_dir, image).await.map(Progress::Done)
}

/// Removes the image unless a guest is made of it.
pub(super) async fn remove(qemu: &Qemu, name: &str) -> Result<(), DriverError> {
    let entries = fs::read_dir(guests(&qemu.settings.data_dir)).into_iter().flatten().flatten();
    let mut references = entries.filter_map(|entry| Reference::parse(entry.file_name().to_str()?).ok());
    if references.any(|reference| qemu.known(&reference).is_ok_and(|(_, record)| record.spec.template == name)) {
        return Err(DriverError::conflict("a guest is made of this image"));
    }
    imported::remove(&qemu.settings.data_dir, name)
}
