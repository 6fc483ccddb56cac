//! Where a container's files and sockets are, and what it is called at the runtime and in the network.

use std::{
    io,
    path::{Path, PathBuf},
};

use compute_driver::Reference;
use compute_host::folder;
pub(crate) use compute_host::folder::guests;

/// The files, sockets and names of one container.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// `<data>/guests/<reference>`: what lasts.
    pub(crate) dir: PathBuf,
    /// A folder with a short name: what lasts while the container runs. Its name is the container's at the runtime.
    pub(crate) run: PathBuf,
    /// Digits that stand for the installation, in names that all installations of a host share.
    pub(crate) installation: String,
}

impl Place {
    pub(crate) fn of(data_dir: &Path, reference: &Reference) -> Self {
        let short = folder::digest(&format!("{}\n{reference}", data_dir.display()));
        Self { dir: guests(data_dir).join(reference.as_str()), run: folder::run_base(data_dir).join(short), installation: installation(data_dir) }
    }

    /// The container's name at the runtime and in the control groups.
    pub(crate) fn container(&self) -> String {
        self.run.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The host's end of the container's cable. Names of network cards have at most 15 characters.
    pub(crate) fn cable(&self) -> String {
        format!("{}{}", self.cables(), self.container().get(..8).unwrap_or_default())
    }

    /// How the cables of this installation begin.
    pub(crate) fn cables(&self) -> String {
        format!("fh{}", self.installation.get(..4).unwrap_or_default())
    }

    /// The folder under which the container is made before it takes its name, so that half a container is never seen.
    pub(crate) fn draft(&self) -> PathBuf {
        folder::beside(&self.dir, ".new")
    }

    /// The folder to which the container moves when it is destroyed, so that half a container is never seen.
    pub(crate) fn trash(&self) -> PathBuf {
        folder::beside(&self.dir, ".gone")
    }

    pub(crate) fn disk(&self) -> PathBuf {
        self.dir.join(DISK)
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.dir.join("snapshots")
    }

    /// What shall be written into the container at its next start.
    pub(crate) fn welcome(&self) -> PathBuf {
        self.dir.join(WELCOME)
    }

    /// What the serial line printed last.
    pub(crate) fn serial_log(&self) -> PathBuf {
        self.dir.join("serial.log")
    }

    /// What the runtime complained about at the last start.
    pub(crate) fn runtime_log(&self) -> PathBuf {
        self.dir.join("runtime.log")
    }

    pub(crate) fn supervisor_log(&self) -> PathBuf {
        self.dir.join("supervisor.log")
    }

    /// Held by the supervisor for as long as it lives, so that a container never has two.
    pub(crate) fn supervisor_lock(&self) -> PathBuf {
        self.dir.join("supervisor.lock")
    }

    pub(crate) fn orders(&self) -> PathBuf {
        self.dir.join("orders.json")
    }

    /// Where the runtime finds its configuration.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.dir.join("bundle")
    }

    /// How the container ended last; absent while it runs.
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

    /// The supervisor's socket, for any number of serial consoles.
    pub(crate) fn console(&self) -> PathBuf {
        self.run.join("con")
    }

    /// Where the runtime keeps its state.
    pub(crate) fn runtime_state(&self) -> PathBuf {
        self.run.join("rt")
    }

    /// There while the container is held for a moment to copy its disk.
    pub(crate) fn held(&self) -> PathBuf {
        self.run.join("held")
    }

    /// There while the file system waits for the next start to fill a disk that has grown.
    pub(crate) fn grown(&self) -> PathBuf {
        self.run.join("grown")
    }

    /// There when the container shall come back after its end.
    pub(crate) fn again(&self) -> PathBuf {
        self.run.join("again")
    }

    /// Makes the run folder, for us alone.
    pub(crate) fn make_run(&self) -> io::Result<()> {
        folder::private(self.run.parent().unwrap_or(&self.run))?;
        folder::private(&self.run)
    }
}

/// The disk's name in the container's folder.
pub(crate) const DISK: &str = "disk.img";
/// The name of what is written at the next start.
pub(crate) const WELCOME: &str = "welcome.json";

/// Digits that stand for the installation at `data_dir`.
pub(crate) fn installation(data_dir: &Path) -> String {
    folder::digest(&data_dir.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_and_cables_fit_whatever_the_data_folder_is_called() {
        let reference = Reference::parse(&"x".repeat(64)).unwrap();
        for data_dir in ["/d".to_owned(), format!("/{}", "y".repeat(300))] {
            let place = Place::of(Path::new(&data_dir), &reference);
            assert!(place.console().as_os_str().len() <= 107, "{}", place.console().display());
            assert!(place.cable().len() <= 15, "{}", place.cable());
        }
    }

    #[test]
    fn two_installations_share_no_names() {
        let reference = Reference::parse("vm_1").unwrap();
        let (one, two) = (Place::of(Path::new("/a"), &reference), Place::of(Path::new("/b"), &reference));
        assert_ne!(one.cables(), two.cables());
        assert_ne!(one.container(), two.container());
    }
}
