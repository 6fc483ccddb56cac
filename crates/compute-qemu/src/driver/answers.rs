//! The trait's questions, each led to the function that answers it.

use std::sync::Arc;

use compute_driver::{Answer, Capabilities, ConsoleKind, ConsoleStream, Driver, DriverError, Guest, GuestSpec, Measurement, Reference, Status};

use super::{console, look, make, power};
use crate::{
    guest::{
        place::Place,
        record::{self, Record},
    },
    settings::Settings,
};

/// QEMU on this host. Clones and other processes with the same settings are the same hypervisor.
#[derive(Clone, Debug)]
pub struct Qemu {
    pub(super) settings: Arc<Settings>,
}

impl Qemu {
    /// The driver for `settings`. Nothing is touched before the first call.
    pub fn new(settings: Settings) -> Self {
        Self { settings: Arc::new(settings) }
    }

    pub(super) fn place(&self, reference: &Reference) -> Place {
        Place::of(&self.settings.data_dir, reference)
    }

    /// Where the guest is and what is remembered of it.
    pub(super) fn known(&self, reference: &Reference) -> Result<(Place, Record), DriverError> {
        let place = self.place(reference);
        let record = record::read(&place.dir.join(record::FILE)).ok_or_else(|| DriverError::not_found(reference))?;
        Ok((place, record))
    }
}

impl Driver for Qemu {
    fn name(&self) -> &'static str {
        "qemu"
    }

    fn capabilities(&self) -> Answer<'_, Capabilities> {
        Box::pin(look::capabilities(self))
    }

    fn ensure<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(make::ensure(self, spec))
    }

    fn find<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Option<Guest>> {
        Box::pin(look::find(self, reference))
    }

    fn list(&self) -> Answer<'_, Vec<Guest>> {
        Box::pin(look::list(self))
    }

    fn status<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Status> {
        Box::pin(look::status(self, reference))
    }

    fn start<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::start(self, reference))
    }

    fn stop<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::stop(self, reference))
    }

    fn shutdown<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::shutdown(self, reference))
    }

    fn reboot<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::reboot(self, reference))
    }

    fn reset<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(power::reset(self, reference))
    }

    fn rebuild<'a>(&'a self, spec: &'a GuestSpec) -> Answer<'a, Guest> {
        Box::pin(make::rebuild(self, spec))
    }

    fn destroy<'a>(&'a self, reference: &'a Reference) -> Answer<'a, ()> {
        Box::pin(make::destroy(self, reference))
    }

    fn console<'a>(&'a self, reference: &'a Reference, kind: ConsoleKind) -> Answer<'a, Box<dyn ConsoleStream>> {
        Box::pin(console::open(self, reference, kind))
    }

    fn console_backlog<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Vec<u8>> {
        Box::pin(console::backlog(self, reference))
    }

    fn measure<'a>(&'a self, reference: &'a Reference) -> Answer<'a, Measurement> {
        Box::pin(look::measure(self, reference))
    }
}
