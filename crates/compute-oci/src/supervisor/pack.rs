//! Putting what is on a disk into a tar archive, with the owners that the container's own users see.

use std::{fmt::Write, fs, io};

use super::{
    fill::{mount, told},
    orders::Pack,
};
use crate::guest::{address::IDS, config::ROOT};

/// Carries out the orders.
pub(super) fn pack(orders: &Pack) -> io::Result<()> {
    let (disk, archive) = (orders.disk.display().to_string(), orders.archive.display().to_string());
    mount(&["-o", "loop,ro,nodev", &disk])?;
    let map = orders.archive.with_extension("ids");
    fs::write(&map, ids(orders.first_id))?;
    let (users, groups) = (format!("--owner-map={}", map.display()), format!("--group-map={}", map.display()));
    let options = ["--numeric-owner", "--sparse", "--exclude=./lost+found", "--warning=no-file-ignored", &users, &groups, "-C", ROOT, "-cf", &archive, "."];
    told("tar", &options)?;
    fs::remove_file(&map)?;
    told("umount", &[ROOT])
}

/// The host's ids with the container's, as `tar --owner-map` reads them.
fn ids(first_id: u32) -> String {
    (0..IDS).fold(String::new(), |mut text, id| {
        // Writing to a text cannot fail.
        let _written = writeln!(text, "+{} +{id}", first_id + id);
        text
    })
}
