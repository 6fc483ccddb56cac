//! Tiles (C2SP tlog-tiles): the tree cut into pieces of 256 hashes that any web cache can keep.

use kernel::{Cx, Error, Result};
use sea_orm::ConnectionTrait;
use tlog_tiles::stored_hash_index;

use super::store;

/// Hashes, or entries, of a full tile.
pub const WIDTH: u64 = 256;
/// Levels above this would hold more leaves than can be counted.
const HIGHEST: u8 = 7;

/// One tile's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Its level; `None` for the tiles that hold the leaves themselves.
    pub level: Option<u8>,
    /// Its number within the level.
    pub number: u64,
    /// How much of it there is, 1 to 256.
    pub width: u64,
}

impl Tile {
    /// Reads `<level>/<number>[.p/<width>]` as the specification writes it; any other text is no tile.
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let level = if level == "entries" { None } else { Some(level.parse().ok().filter(|level| *level <= HIGHEST)?) };
        let mut value: u64 = 0;
        for part in number.split('/') {
            let digits = part.strip_prefix('x').unwrap_or(part);
            value = value.checked_mul(1000)?.checked_add(digits.parse::<u64>().ok().filter(|part| *part < 1000)?)?;
        }
        let tile = Self { level, number: value, width };
        // Written back it must be the same text: leading zeros, signs and missing crosses are refused.
        (tile.path() == path).then_some(tile)
    }

    /// Its path below `tile/`.
    pub fn path(&self) -> String {
        let mut number = format!("{:03}", self.number % 1000);
        let mut rest = self.number / 1000;
        while rest > 0 {
            number = format!("x{:03}/{number}", rest % 1000);
            rest /= 1000;
        }
        let level = self.level.map_or_else(|| "entries".to_owned(), |level| level.to_string());
        let width = if self.width == WIDTH { String::new() } else { format!(".p/{}", self.width) };
        format!("{level}/{number}{width}")
    }

    /// The first hash or entry of its level that is not in it, if that can be counted.
    fn end(&self) -> Option<u64> {
        self.number.checked_mul(WIDTH)?.checked_add(self.width)
    }

    /// All tiles of a tree of `size` leaves: what a copy of the log consists of.
    pub fn all(size: u64) -> Vec<Self> {
        let mut tiles = Vec::new();
        for level in std::iter::once(None).chain((0..=HIGHEST).map(Some)) {
            let nodes = size >> (8 * u32::from(level.unwrap_or(0)));
            let full = nodes / WIDTH;
            tiles.extend((0..full).map(|number| Self { level, number, width: WIDTH }));
            if !nodes.is_multiple_of(WIDTH) {
                tiles.push(Self { level, number: full, width: nodes % WIDTH });
            }
        }
        tiles
    }

    /// True when a tree of `size` leaves has all of it.
    fn is_within(&self, size: u64) -> bool {
        let nodes = size >> (8 * u32::from(self.level.unwrap_or(0)));
        self.end().is_some_and(|end| end <= nodes)
    }
}

/// The bytes of a tile.
///
/// # Errors
/// `NotFound` when the log has not grown that far.
pub async fn read(cx: &Cx, tile: Tile) -> Result<Vec<u8>> {
    if !tile.is_within(store::size(cx.db()).await?) {
        return Err(Error::not_found("tile"));
    }
    bytes(cx.db(), tile).await
}

/// The bytes of a tile that is known to be there.
pub(super) async fn bytes(db: &impl ConnectionTrait, tile: Tile) -> Result<Vec<u8>> {
    let first = tile.number * WIDTH;
    let missing = || Error::internal("a part of the log is missing");
    let mut bytes = Vec::new();
    match tile.level {
        Some(level) => {
            let wanted: Vec<u64> = (first..first + tile.width).map(|node| stored_hash_index(8 * level, node)).collect();
            let found = store::hashes(db, &wanted).await?;
            for index in wanted {
                bytes.extend_from_slice(&found.get(&index).ok_or_else(missing)?.0);
            }
        }
        None => {
            let leaves = store::leaves(db, first, tile.width).await?;
            if leaves.len() as u64 != tile.width {
                return Err(missing());
            }
            for (_, leaf) in leaves {
                let length = u16::try_from(leaf.len()).map_err(|error| Error::internal("a leaf is too long").caused_by(error))?;
                bytes.extend_from_slice(&length.to_be_bytes());
                bytes.extend_from_slice(leaf.as_bytes());
            }
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_tile_survives_its_path(level in proptest::option::of(0_u8..=7), number in 0_u64..1 << 50, width in 1_u64..=256) {
            let tile = Tile { level, number, width };
            prop_assert_eq!(Tile::from_path(&tile.path()), Some(tile));
        }

        #[test]
        fn no_path_crashes_the_reader(path in "(entries|[0-9x]{1,3})/[x0-9/.p]{0,30}") {
            if let Some(tile) = Tile::from_path(&path) {
                prop_assert_eq!(tile.path(), path);
                tile.is_within(u64::MAX);
            }
        }
    }

    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = Tile { level: Some(0), number: 1_234_067, width: WIDTH };
        assert_eq!(tile.path(), "0/x001/x234/067");
        for wrong in ["0/1", "0/x000/001", "00/001", "0/001.p/0", "0/001.p/256", "8/000", "0/+01", "data/000", "0"] {
            assert_eq!(Tile::from_path(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_tree_has_exactly_its_tiles() {
        let paths: Vec<String> = Tile::all(70_000).iter().map(Tile::path).collect();
        assert!(paths.contains(&"entries/273.p/112".to_owned()));
        assert!(paths.contains(&"1/001.p/17".to_owned()));
        assert!(paths.contains(&"2/000.p/1".to_owned()));
        assert!(Tile::all(0).is_empty());
        assert!(Tile::all(70_000).iter().all(|tile| tile.is_within(70_000)));
    }
}
