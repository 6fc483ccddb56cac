//! Blocks of addresses in CIDR notation (RFC 4632, RFC 4291), as people and rows write them.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Reads `10.0.0.0/24` or `2001:db8::/48`; a block must begin with its own address.
pub(crate) fn block(text: &str) -> Option<IpNet> {
    text.trim().parse().ok().filter(|block: &IpNet| block.addr() == block.network())
}

/// The same for IPv4 only.
pub(crate) fn ipv4_block(text: &str) -> Option<Ipv4Net> {
    match block(text) {
        Some(IpNet::V4(block)) => Some(block),
        _ => None,
    }
}

/// A block, or an address as the block of itself.
pub(crate) fn block_or_address(text: &str) -> Option<IpNet> {
    block(text).or_else(|| text.trim().parse::<IpAddr>().ok().map(IpNet::from))
}

/// Whether the two share an address: of two blocks that do, one is within the other.
pub(crate) fn overlap(one: IpNet, other: IpNet) -> bool {
    one.contains(&other) || other.contains(&one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_as_they_are_written() {
        for good in ["10.0.1.0/24", " 2001:db8::/48", "0.0.0.0/0"] {
            assert_eq!(block(good).unwrap().to_string(), good.trim());
        }
        for bad in ["10.0.0.1/24", "10.0.0.0/33", "10.0.0.0", "2001:db8::1/64", "10.0.0/8", ""] {
            assert_eq!(block(bad), None, "{bad}");
        }
        assert_eq!(ipv4_block("::/0"), None);
        assert_eq!(block_or_address("10.0.0.7").unwrap().to_string(), "10.0.0.7/32");
        assert_eq!(block_or_address("10.0.0.7/24"), None);
    }

    #[test]
    fn blocks_that_share_an_address_overlap_both_ways() {
        let [wide, narrow, other] = ["10.0.0.0/16", "10.0.1.0/24", "10.1.0.0/24"].map(|text| block(text).unwrap());
        assert!(overlap(wide, narrow) && overlap(narrow, wide) && !overlap(narrow, other));
        assert!(!overlap(block("0.0.0.0/0").unwrap(), block("::/0").unwrap()));
    }
}
