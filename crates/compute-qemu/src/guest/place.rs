//! Where a guest's files and sockets are.

use std::{
    io,
    path::{Path, PathBuf},
};

use compute_driver::Reference;
use compute_host::folder;
pub(crate) use compute_host::folder::guests;

/// The files and sockets of one guest.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `<data>/guests/<reference>`: what lasts.
    pub(crate) dir: PathBuf,
    /// A folder with a short name: what lasts while the guest runs.
    pub(crate) run: PathBuf,
}

impl Place {
    pub(crate) fn of(data_dir: &Path, reference: &Reference) -> Self {
        let short = folder::digest(&format!("{}\n{reference}", data_dir.display()));
        Self { dir: guests(data_dir).join(reference.as_str()), run: folder::run_base(data_dir).join(short) }
    }

    /// The folder under which the guest is made before it takes its name, so that half a guest is never seen.
    pub(crate) fn draft(&self) -> PathBuf {
        folder::beside(&self.dir, ".new")
    }

    /// The folder to which the guest moves when it is destroyed, so that half a guest is never seen.
    pub(crate) fn trash(&self) -> PathBuf {
        folder::beside(&self.dir, ".gone")
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.dir.join("disk.qcow2")
    }

    pub(crate) fn seed(&self) -> PathBuf {
        self.dir.join("seed.iso")
    }

    /// What the serial line printed last.
    pub(crate) fn serial_log(&self) -> PathBuf {
        self.dir.join("serial.log")
    }

    /// What QEMU itself printed at its last start.
    pub(crate) fn emulator_log(&self) -> PathBuf {
        self.dir.join("qemu.log")
    }

    pub(crate) fn supervisor_log(&self) -> PathBuf {
        self.dir.join("supervisor.log")
    }

    pub(crate) fn orders(&self) -> PathBuf {
        self.dir.join("orders.json")
    }

    /// How QEMU ended last; absent while it runs.
    pub(crate) fn ending(&self) -> PathBuf {
        self.dir.join("ending.json")
    }

    pub(crate) fn traffic(&self) -> PathBuf {
        self.dir.join("traffic.json")
    }

    /// Who runs: the processes of the last start.
    pub(crate) fn processes(&self) -> PathBuf {
        self.run.join("pid")
    }

    pub(crate) fn qmp(&self) -> PathBuf {
        self.run.join("qmp")
    }

    pub(crate) fn screen(&self) -> PathBuf {
        self.run.join("vnc")
    }

    /// The supervisor's socket, for any number of serial consoles.
    pub(crate) fn console(&self) -> PathBuf {
        self.run.join("con")
    }

    /// QEMU's own serial socket, which only the supervisor uses.
    pub(crate) fn serial(&self) -> PathBuf {
        self.run.join("ser")
    }

    /// Copies of the frames that the guest receives.
    pub(crate) fn received(&self) -> PathBuf {
        self.run.join("in")
    }

    /// Copies of the frames that the guest sends.
    pub(crate) fn sent(&self) -> PathBuf {
        self.run.join("out")
    }

    /// Makes the run folder, for us alone.
    pub(crate) fn make_run(&self) -> io::Result<()> {
        folder::private(self.run.parent().unwrap_or(&self.run))?;
        folder::private(&self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_socket_fits_whatever_the_data_folder_is_called() {
        let reference = Reference::parse(&"x".repeat(64)).unwrap();
        for data_dir in ["/d".to_owned(), format!("/{}", "long/".repeat(15)), format!("/{}", "y".repeat(300))] {
            let place = Place::of(Path::new(&data_dir), &reference);
            for socket in [place.qmp(), place.screen(), place.console(), place.serial(), place.received(), place.sent()] {
                assert!(socket.as_os_str().len() <= 107, "{}", socket.display());
            }
        }
    }

    #[test]
    fn two_guests_and_two_installations_never_share_sockets() {
        let (one, two) = (Reference::parse("vm_1").unwrap(), Reference::parse("vm_2").unwrap());
        let long = format!("/{}", "y".repeat(300));
        assert_ne!(Place::of(Path::new(&long), &one).run, Place::of(Path::new(&long), &two).run);
        assert_ne!(Place::of(Path::new("/a"), &one).run, Place::of(Path::new("/b"), &one).run);
    }
}
