//! Images of the simulated hypervisor: names. The file is looked at as a real one would read it.

use super::{Simulated, fault::Operation, hypervisor::State};
use crate::{DriverError, Feature, GuestSpec, ImageSpec, Progress, Reference, is_image};

const IMAGES: &str = "take in images";

/// The image of a spec that asks for one.
pub(super) fn is_there(state: &State, spec: &GuestSpec) -> Result<(), DriverError> {
    if is_image(&spec.template) && !state.images.contains(&spec.template) {
        return Err(DriverError::unavailable(format!("the image {} has not been taken in", spec.template)));
    }
    Ok(())
}

pub(super) async fn ensure(sim: &Simulated, image: &ImageSpec) -> Result<Progress<()>, DriverError> {
    image.check()?;
    let name = Reference::parse(&image.name)?;
    let taken = sim.work(Operation::EnsureImage, &name, |state| {
        state.can(Feature::Images, IMAGES)?;
        if !state.images.contains(&image.name) {
            let bytes = std::fs::metadata(&image.file).map(|file| file.len());
            match bytes {
                Ok(bytes) if bytes == image.bytes => {}
                Ok(bytes) => return Err(DriverError::failed(format!("{bytes} bytes came, {} were promised", image.bytes), "")),
                Err(error) => return Err(DriverError::failed(format!("the image's file cannot be read: {error}"), "")),
            }
            state.images.insert(image.name.clone());
        }
        Ok(())
    });
    Ok(taken.await?.unwrap_or(Progress::Done(())))
}

pub(super) async fn remove(sim: &Simulated, name: &str) -> Result<(), DriverError> {
    let reference = Reference::parse(name)?;
    let removed = sim.perform(Operation::RemoveImage, Some(&reference), |state| {
        state.can(Feature::Images, IMAGES)?;
        if state.guests.values().any(|machine| machine.spec.template == name) {
            return Err(DriverError::conflict("a guest is made of this image"));
        }
        state.images.remove(name);
        Ok(())
    });
    removed.await
}
