//! What a security group is, and what its rules mean to a driver. No IO, no clock.

use compute_driver::{Direction, Network, Protocol, Rule, Verdict};
use kernel::{Checks, Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use super::store::Row;
use crate::block::block_or_address;
use crate::instance::InstanceId;
use crate::network::is_name;

kernel::id!(
    /// A security group.
    SecurityGroupId, "sgr");

kernel::field!(
    /// What its owner calls it.
    pub Name: String = "compute.security_group.name");

/// How many rules a group may have: a driver takes 200, some of which may be ours.
const MOST: usize = 100;

/// Which way, seen from the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleDirection {
    /// To the machine.
    Inbound,
    /// From the machine.
    Outbound,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleProtocol {
    /// Everything.
    Any,
    /// ICMP, a ping for example.
    Icmp,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// Ports of the receiver, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// Something that passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityRule {
    /// Which way. As soon as one rule is about what leaves, only what such rules name leaves.
    pub direction: RuleDirection,
    /// What it is about.
    pub protocol: RuleProtocol,
    /// Which ports, for TCP and UDP; all without.
    #[serde(default)]
    pub ports: Option<Ports>,
    /// Who is at the other end, `203.0.113.0/24` or `2001:db8::/32` for example; everyone without.
    #[serde(default)]
    pub peer: Option<String>,
}

/// A security group to be made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecurityGroup {
    /// What you call it; 1 to 100 characters.
    pub name: String,
    /// What passes; at most 100 rules.
    pub rules: Vec<SecurityRule>,
}

/// What changes about a group; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroupPatch {
    /// What you call it; 1 to 100 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// What passes from now on.
    #[serde(default)]
    pub rules: Option<Vec<SecurityRule>>,
}

/// Rules that a group might have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecurityRules {
    /// What would pass.
    pub rules: Vec<SecurityRule>,
}

/// A security group as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SecurityGroup {
    /// Its id.
    pub id: SecurityGroupId,
    /// What its owner calls it.
    pub name: String,
    /// What passes.
    pub rules: Vec<SecurityRule>,
    /// How many machines it stands for.
    pub machines: u64,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A machine that a change would be about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreviewMachine {
    /// Its id.
    pub id: InstanceId,
    /// What its owner calls it.
    pub name: String,
    /// Its address in its private network, or its own where it is in none.
    pub ipv4: Option<String>,
}

/// What a change of rules would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SecurityPreview)]
pub struct Preview {
    /// Whom it would be about.
    pub machines: Vec<PreviewMachine>,
    /// What passes then and does not now.
    pub opens: Vec<SecurityRule>,
    /// What passes now and does not then. Connections that are open stay open.
    pub shuts: Vec<SecurityRule>,
    /// Whether anything passes to the machines that no rule names: never.
    pub inbound_otherwise: bool,
    /// Whether anything leaves the machines that no rule names.
    pub outbound_otherwise: bool,
}

impl NewSecurityGroup {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(is_name(&self.name), "name", "use 1 to 100 characters").also(check(&self.rules));
        checks
    }
}

impl SecurityGroupPatch {
    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(self.name.as_deref().is_none_or(is_name), "name", "use 1 to 100 characters");
        checks.also(self.rules.as_deref().map_or(Ok(()), check));
        checks
    }
}

/// Whether a driver takes these rules.
pub(super) fn check(rules: &[SecurityRule]) -> Result<()> {
    if rules.len() > MOST {
        return Err(Error::invalid("rules", "use at most 100 rules"));
    }
    driver_rules(rules).map(drop)
}

/// The rules in the driver's words.
pub(crate) fn driver_rules(rules: &[SecurityRule]) -> Result<Vec<Rule>> {
    rules.iter().enumerate().map(|(index, rule)| driver_rule(rule).map_err(|why| Error::invalid("rules", format!("rule {}: {why}", index + 1)))).collect()
}

fn driver_rule(rule: &SecurityRule) -> std::result::Result<Rule, &'static str> {
    let ports = match rule.ports {
        Some(_) if !matches!(rule.protocol, RuleProtocol::Tcp | RuleProtocol::Udp) => return Err("only TCP and UDP have ports"),
        Some(Ports { from, to }) if from == 0 || from > to => return Err("name ports from 1 to 65535, the first one first"),
        Some(Ports { from, to }) => from..=to,
        None => 1..=u16::MAX,
    };
    let direction = match rule.direction {
        RuleDirection::Inbound => Direction::Inbound,
        RuleDirection::Outbound => Direction::Outbound,
    };
    let protocol = match rule.protocol {
        RuleProtocol::Any => Protocol::Any,
        RuleProtocol::Icmp => Protocol::Icmp,
        RuleProtocol::Tcp => Protocol::Tcp { ports },
        RuleProtocol::Udp => Protocol::Udp { ports },
    };
    let peer = rule.peer.as_deref().map(|text| peer(text).ok_or("name the other end as 203.0.113.0/24, 203.0.113.7 or 2001:db8::/32")).transpose()?;
    Ok(Rule { direction, protocol, peer, verdict: Verdict::Accept })
}

fn peer(text: &str) -> Option<Network> {
    block_or_address(text).map(|block| Network { address: block.network(), prefix: block.prefix_len() })
}

/// The rules of a row.
pub(crate) fn rules_of(row: &Row) -> Result<Vec<SecurityRule>> {
    serde_json::from_str(&row.rules).map_err(|error| Error::internal("a security group's rules are damaged").caused_by(error))
}

/// The rules as a row keeps them.
pub(super) fn text_of(rules: &[SecurityRule]) -> Result<String> {
    serde_json::to_string(rules).map_err(|error| Error::internal("cannot encode rules").caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: RuleProtocol, ports: Option<Ports>, peer: Option<&str>) -> SecurityRule {
        SecurityRule { direction: RuleDirection::Inbound, protocol, ports, peer: peer.map(str::to_owned) }
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_told_by_its_number() {
        let good = rule(RuleProtocol::Tcp, Some(Ports { from: 22, to: 22 }), Some("203.0.113.7"));
        assert!(check(std::slice::from_ref(&good)).is_ok());
        for peer in ["2001:db8::/32", "2001:db8::7"] {
            assert!(check(&[rule(RuleProtocol::Any, None, Some(peer))]).is_ok(), "{peer}");
        }
        for bad in [
            rule(RuleProtocol::Icmp, Some(Ports { from: 1, to: 2 }), None),
            rule(RuleProtocol::Udp, Some(Ports { from: 9, to: 8 }), None),
            rule(RuleProtocol::Udp, Some(Ports { from: 0, to: 8 }), None),
            rule(RuleProtocol::Any, None, Some("203.0.113.7/24")),
            rule(RuleProtocol::Any, None, Some("2001:db8::1/64")),
            rule(RuleProtocol::Any, None, Some("example.org")),
        ] {
            let error = check(&[good.clone(), bad]).unwrap_err();
            assert!(error.fields()[0].field == "rules" && error.fields()[0].message.starts_with("rule 2: "), "{error:?}");
        }
        assert!(check(&vec![good; 101]).is_err());
    }
}
