//! Rows of any table, by what the map and the database say of it: for backups and for moving an
//! installation from one engine to the other. Exports and erasures read cells with it too.

mod cell;
mod copy;

pub use cell::{Cell, Kind, Kinds};
pub use copy::{Digest, Pages, Row, Shape, clear, insert, kinds, restart_counters};
