//! Whose request it is: the address of the connection, or what a trusted proxy says about it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request};
use axum::http::HeaderMap;
use ipnet::IpNet;
use kernel::Result;

use super::Peer;
use crate::config::{Forwarding, Proxies};

/// Proxies whose word counts.
#[derive(Clone)]
pub(crate) struct Clients {
    trusted: Arc<[IpNet]>,
    header: Forwarding,
}

impl Clients {
    /// As configured.
    ///
    /// # Errors
    /// As [`Proxies::networks`].
    pub(crate) fn behind(proxies: &Proxies) -> Result<Self> {
        Ok(Self { trusted: proxies.networks()?.into(), header: proxies.header })
    }

    /// The address that `request` comes from.
    pub(crate) fn of(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(address))| address.ip().to_canonical());
        peer.map(|peer| self.client(peer, request.headers()))
    }

    /// From the connection outward: each trusted proxy names the one before it. The first that is
    /// not trusted is the client; what it says about others is its own invention.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let name = match self.header {
            Forwarding::XForwardedFor => "x-forwarded-for",
            Forwarding::Forwarded => "forwarded",
        };
        let said = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|line| line.split(','));
        let said: Vec<Option<IpAddr>> = said.map(|one| if self.header == Forwarding::Forwarded { forwarded(one) } else { address(one) }).collect();
        let mut client = peer;
        for one in said.into_iter().rev() {
            match one {
                Some(before) if self.trusts(client) => client = before,
                _ => break,
            }
        }
        client
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|net| net.contains(&address))
    }
}

/// `for=` of one element (RFC 7239 §4).
fn forwarded(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| address(value.trim_matches('"')))?
    })
}

/// An address with or without a port, IPv6 in brackets where it has one.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let alone = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    alone.parse::<IpAddr>().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|both| both.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], header: Forwarding, peer: &str, said: &[(&'static str, &str)]) -> String {
        let trusted = trusted.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        for (name, value) in said {
            headers.append(*name, value.parse().unwrap());
        }
        Clients::behind(&Proxies { trusted, header }).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    const XFF: Forwarding = Forwarding::XForwardedFor;

    #[test]
    fn nobody_is_believed_unless_listed() {
        let lie: &[(&str, &str)] = &[("x-forwarded-for", "1.1.1.1"), ("forwarded", "for=1.1.1.1")];
        assert_eq!(client(&[], XFF, "203.0.113.7", lie), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/8"], XFF, "203.0.113.7", lie), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/8"], Forwarding::Forwarded, "203.0.113.7", lie), "203.0.113.7");
    }

    #[test]
    fn a_listed_proxy_names_its_client_and_no_lie_in_front_of_it_counts() {
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("x-forwarded-for", "203.0.113.7")]), "203.0.113.7");
        // The client sent a header of its own; the proxy added what it saw.
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.7")]), "203.0.113.7");
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.7, 10.2.2.2")]), "203.0.113.7");
        // The header that the proxy does not write is the client's own.
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("forwarded", "for=1.1.1.1")]), "10.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], XFF, "10.1.1.1", &[("x-forwarded-for", "1.1.1.1, nonsense")]), "10.1.1.1");
    }

    #[test]
    fn both_forms_and_both_families_are_read() {
        let rfc: &[(&str, &str)] = &[("forwarded", "for=192.0.2.43, For=\"[2001:db8:cafe::17]:4711\";proto=https;by=203.0.113.43")];
        assert_eq!(client(&["::1/128"], Forwarding::Forwarded, "::1", rfc), "2001:db8:cafe::17");
        assert_eq!(client(&["127.0.0.1/32"], XFF, "127.0.0.1", &[("x-forwarded-for", "[2001:db8::5]")]), "2001:db8::5");
        assert_eq!(client(&["127.0.0.1/32"], XFF, "127.0.0.1", &[("x-forwarded-for", "192.0.2.1:5000")]), "192.0.2.1");
        assert_eq!(client(&["127.0.0.1/32"], XFF, "127.0.0.1", &[("x-forwarded-for", "::ffff:192.0.2.1")]), "192.0.2.1");
    }
}
