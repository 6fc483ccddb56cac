//! Words for what a guest may send and receive.

use std::{net::IpAddr, ops::RangeInclusive};

use serde::{Deserialize, Serialize};

use crate::DriverError;

/// What happens to a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It passes.
    Accept,
    /// It vanishes.
    Drop,
}

/// Which way a packet goes, seen from the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the guest.
    Inbound,
    /// From the guest.
    Outbound,
}

/// What a rule is about. Ports are the receiver's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Protocol {
    /// Everything.
    Any,
    /// ICMP and ICMPv6.
    Icmp,
    /// TCP to one of these ports.
    Tcp {
        /// First to last.
        ports: RangeInclusive<u16>,
    },
    /// UDP to one of these ports.
    Udp {
        /// First to last.
        ports: RangeInclusive<u16>,
    },
}

/// A network or one address: `10.0.0.0/8`, `2001:db8::1/128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Network {
    /// Its address.
    pub address: IpAddr,
    /// How many leading bits count.
    pub prefix: u8,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// Which way.
    pub direction: Direction,
    /// What it is about.
    pub protocol: Protocol,
    /// Who is at the other end; everyone when there is none.
    pub peer: Option<Network>,
    /// What happens.
    pub verdict: Verdict,
}

/// Everything that is filtered for one guest. The first rule that fits decides; answers to what was accepted pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Whether packets with a sender other than the guest's own addresses vanish.
    pub anti_spoofing: bool,
    /// The rules, in order.
    pub rules: Vec<Rule>,
    /// What happens to packets to the guest for which there is no rule.
    pub inbound: Verdict,
    /// What happens to packets from the guest for which there is no rule.
    pub outbound: Verdict,
}

impl Filter {
    /// Nothing is filtered.
    pub fn open() -> Self {
        Self { anti_spoofing: false, rules: Vec::new(), inbound: Verdict::Accept, outbound: Verdict::Accept }
    }

    /// Whether any hypervisor could apply this.
    ///
    /// # Errors
    /// `Refused`, naming the first thing to change.
    pub fn check(&self) -> Result<(), DriverError> {
        if self.rules.len() > 200 {
            return Err(DriverError::refused("a guest can have at most 200 rules"));
        }
        for rule in &self.rules {
            if let Protocol::Tcp { ports } | Protocol::Udp { ports } = &rule.protocol
                && ports.is_empty()
            {
                return Err(DriverError::refused("a range of ports ends before it begins"));
            }
            let longest = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
            if rule.peer.is_some_and(|peer| peer.prefix > longest(peer.address)) {
                return Err(DriverError::refused("a network has more leading bits than its address"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::reversed_empty_ranges, reason = "that is what is refused")]
    fn a_filter_that_can_never_work_is_refused() {
        let rule = |protocol, peer| Filter { rules: vec![Rule { direction: Direction::Inbound, protocol, peer, verdict: Verdict::Accept }], ..Filter::open() };
        let peer = |prefix| Some(Network { address: IpAddr::from([10, 0, 0, 0]), prefix });
        assert!(rule(Protocol::Tcp { ports: 22..=22 }, peer(8)).check().is_ok());
        assert!(rule(Protocol::Udp { ports: 9..=8 }, None).check().is_err());
        assert!(rule(Protocol::Any, peer(33)).check().is_err());
    }
}
