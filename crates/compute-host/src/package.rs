//! Packages that a driver needs on this host, and why.

use std::path::Path;

/// A Debian package that a driver or an image builder needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: &'static str,
    /// A file that it brings, by which its presence is known.
    pub brings: &'static str,
    /// Why it is needed, for the person who is asked to install it.
    pub reason: &'static str,
}

impl Package {
    /// A package that brings the file `brings`.
    pub const fn new(name: &'static str, brings: &'static str, reason: &'static str) -> Self {
        Self { name, brings, reason }
    }

    /// Whether it is there.
    pub fn is_there(&self) -> bool {
        Path::new(self.brings).exists()
    }
}
