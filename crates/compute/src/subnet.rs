//! A block of IPv4 addresses in CIDR notation (RFC 4632).

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

/// An IPv4 block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subnet {
    /// Its first address.
    pub(crate) address: Ipv4Addr,
    /// How many leading bits count.
    pub(crate) prefix: u8,
}

impl Subnet {
    /// First and last address.
    pub(crate) fn range(self) -> (u32, u32) {
        let host = u32::MAX.checked_shr(self.prefix.into()).unwrap_or(0);
        let first = u32::from(self.address) & !host;
        (first, first | host)
    }

    /// Whether `address` is in it.
    pub(crate) fn holds(self, address: Ipv4Addr) -> bool {
        let (first, last) = self.range();
        (first..=last).contains(&u32::from(address))
    }

    /// Whether the two share an address.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        let ((a, b), (c, d)) = (self.range(), other.range());
        a <= d && c <= b
    }

    /// Whether it is for private use (RFC 1918).
    pub(crate) fn is_private(self) -> bool {
        let (first, last) = self.range();
        Ipv4Addr::from(first).is_private() && Ipv4Addr::from(last).is_private()
    }
}

impl FromStr for Subnet {
    type Err = ();

    /// Reads `10.0.0.0/24`; a block must begin with its own address.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = text.trim().split_once('/').ok_or(())?;
        let block = Self { address: address.parse().map_err(drop)?, prefix: prefix.parse().map_err(drop)? };
        if block.prefix <= 32 && block.range().0 == u32::from(block.address) { Ok(block) } else { Err(()) }
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_they_are_written() {
        let block: Subnet = "10.0.1.0/24".parse().unwrap();
        assert_eq!((block.to_string().as_str(), block.is_private()), ("10.0.1.0/24", true));
        assert!(block.holds([10, 0, 1, 255].into()) && !block.holds([10, 0, 2, 0].into()));
        assert!(block.overlaps("10.0.0.0/16".parse().unwrap()) && !block.overlaps("10.0.2.0/24".parse().unwrap()));
        assert_eq!("0.0.0.0/0".parse::<Subnet>().unwrap().range(), (0, u32::MAX));
        for bad in ["10.0.0.1/24", "10.0.0.0/33", "10.0.0.0", "::/0", "10.0.0/8", ""] {
            assert!(bad.parse::<Subnet>().is_err(), "{bad}");
        }
    }
}
