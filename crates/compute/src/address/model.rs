//! What a public address is and what a valid request about one looks like. No IO, no clock.

use kernel::{Checks, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::OperationId;

use crate::instance::InstanceId;
use crate::region::RegionId;

kernel::id!(
    /// A public address that a project holds.
    AddressId, "adr");

/// An address to be had.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// For machines of which region.
    pub region_id: RegionId,
}

/// Where an address shall lead.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressAssignment {
    /// To which machine, which must be in a private network or have a card of its own (`own_card` among its features), where its system has
    /// to be told of the address; nowhere without.
    #[serde(default)]
    pub instance_id: Option<InstanceId>,
}

/// What may change about an address.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressPatch {
    /// The name that the address shall resolve to, `mail.example.org` for example; none without.
    #[serde(default)]
    pub reverse_name: Option<String>,
}

impl AddressPatch {
    /// The name as it is kept: lower case, without the dot at its end.
    pub(super) fn name(&self) -> Option<String> {
        let name = self.reverse_name.as_deref().map(str::trim).map(|name| name.strip_suffix('.').unwrap_or(name).to_lowercase());
        name.filter(|name| !name.is_empty())
    }

    /// What is wrong with what a person typed.
    pub fn checks(&self) -> Checks {
        let mut checks = Checks::new();
        checks.that(self.name().is_none_or(|name| is_domain(&name)), "reverse_name", "use a whole name with its domain, such as mail.example.org");
        checks
    }
}

/// Two labels or more that a host can have (RFC 1123 §2.1), the last of which is no number.
fn is_domain(name: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-') && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last_is_a_word = name.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    name.len() <= 253 && name.contains('.') && name.split('.').all(label) && last_is_a_word
}

/// A public address as its holder sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Address {
    /// Its id.
    pub id: AddressId,
    /// The address.
    pub ipv4: String,
    /// The machine that it leads to.
    pub instance_id: Option<InstanceId>,
    /// The name that it shall resolve to.
    pub reverse_name: Option<String>,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// Since when the project holds it.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reverse_name_is_a_whole_name() {
        let patch = |name: &str| AddressPatch { reverse_name: Some(name.to_owned()) };
        for good in ["mail.example.org", "Mail.Example.org.", "a.b", "xn--bcher-kva.example", "", "1.2.example"] {
            assert!(patch(good).checks().done().is_ok(), "{good}");
        }
        for bad in ["mail", "mail..org", "-a.example", "a_b.example", "203.0.113.7", &format!("{}.org", "x".repeat(64))] {
            assert_eq!(patch(bad).checks().done().unwrap_err().fields()[0].field, "reverse_name", "{bad}");
        }
        assert_eq!(patch("Mail.Example.org.").name().as_deref(), Some("mail.example.org"));
    }
}
