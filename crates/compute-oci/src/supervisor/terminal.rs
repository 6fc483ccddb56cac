//! The serial line: a terminal of the container's own, whose other end we hold.
//!
//! It is opened in the container's `/dev/pts` and shown as `/etc/fairhold/line`, where the container's init runs a shell. A supervisor
//! that takes over from one that was killed opens another one and moves the link; the shell hung up with the old one, and init starts
//! the next on the new.

use std::{io, os::fd::OwnedFd};

use rustix::{
    fs::OFlags,
    pty::{ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use tokio::net::unix::pipe::{Receiver, Sender};

use crate::guest::inside::Root;

/// Where init finds it.
const LINE: &str = "/etc/fairhold/line";
/// What a shell is told, so that it does not ask each console.
const SIZE: Winsize = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };

/// Our end of the terminal, in both directions.
///
/// A terminal is read and written like two pipes, which the types of Tokio for pipes allow ("unchecked").
pub(super) struct Terminal {
    pub(super) from_guest: Receiver,
    pub(super) to_guest: Sender,
}

/// Keeps the terminal alive between two shells.
pub(super) struct KeptOpen {
    _theirs: OwnedFd,
}

impl Terminal {
    /// Opens a terminal in the container and makes it its line.
    pub(super) fn open(root: &Root) -> io::Result<(Self, KeptOpen)> {
        let ours = root.open("/dev/pts/ptmx", OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?.into_string().map_err(|_| io::ErrorKind::InvalidData)?;
        tcsetwinsize(&ours, SIZE)?;
        let theirs = root.open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK)?;
        root.folder("/etc/fairhold", 0o755)?;
        root.link(LINE, &name)?;
        let to_guest = Sender::from_owned_fd_unchecked(ours.try_clone()?)?;
        let from_guest = Receiver::from_owned_fd_unchecked(ours)?;
        Ok((Self { from_guest, to_guest }, KeptOpen { _theirs: theirs }))
    }
}
