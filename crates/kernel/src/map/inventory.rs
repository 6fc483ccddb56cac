//! What the program uses besides its database, and its comparison with the map, both directions:
//! log fields, cookies and browser storage, hosts that something is sent to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lint::{Fault, fault};
use super::registry::DataMap;

/// One thing that the program uses, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Used {
    /// The name of a log field, cookie or storage key.
    pub name: String,
    /// A file of the source, for the person who mends it.
    pub place: String,
}

/// Who runs a host that the operator chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The legal name, as the policy prints it: "Example Mail GmbH".
    pub name: String,
    /// ISO 3166 country.
    pub country: String,
    /// Basis of the transfer (GDPR Art. 45 to 49), when the country is not the operator's.
    #[serde(default)]
    pub transfer: String,
}

/// Where messages for a recipient go, as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goes {
    /// Nowhere: it is switched off, so the policy does not name it and egress refuses it.
    Nowhere,
    /// To one host; `provider` says whose it is.
    To {
        /// The host.
        host: String,
        /// Who runs it; not needed on the operator's own machine, nor where the map names somebody.
        provider: Option<Provider>,
    },
    /// To a host that the operator runs, wherever it stands on their network.
    ToOwn {
        /// The host.
        host: String,
    },
    /// Wherever customers say, for systems of theirs.
    WhereCustomersSay,
    /// To systems of the operator's own that are enrolled while the program runs; the database knows them.
    WhereEnrolled,
}

/// One recipient's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The recipient's key in the map.
    pub recipient: &'static str,
    /// The configuration key that decides it.
    pub place: &'static str,
    /// Where messages go.
    pub goes: Goes,
}

/// Everything that the program uses besides its database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Fields of log events.
    pub log_fields: Vec<Used>,
    /// Cookies and browser storage keys.
    pub client_keys: Vec<Used>,
    /// Where messages go.
    pub endpoints: Vec<Endpoint>,
}

impl Inventory {
    /// Without what is switched off, as the running map is.
    #[must_use]
    pub fn engaged(&self) -> Self {
        let mut on = self.clone();
        on.endpoints.retain(|one| one.goes != Goes::Nowhere);
        on
    }
}

impl DataMap {
    /// Everything in `used` that the map does not know, and everything in the map that nothing uses.
    pub fn lint_inventory(&self, used: &Inventory) -> Vec<Fault> {
        let log_fields = self.log_fields.iter().map(|one| one.name);
        let client_keys = self.client_keys.iter().map(|one| one.name);
        let mut faults = both_ways("log field", "a LogField", &used.log_fields, log_fields);
        faults.extend(both_ways("cookie or storage key", "a ClientKey", &used.client_keys, client_keys));
        self.lint_endpoints(&used.endpoints, &mut faults);
        faults.sort();
        faults
    }

    fn lint_endpoints(&self, endpoints: &[Endpoint], faults: &mut Vec<Fault>) {
        for key in self.recipients.keys().filter(|key| !endpoints.iter().any(|one| one.recipient == **key)) {
            faults.push(fault(*key, "a recipient in the map, but no configuration says where messages to it go; add it to the server's endpoints"));
        }
        for one in endpoints {
            let Some(recipient) = self.recipients.get(one.recipient) else {
                faults.push(fault(
                    one.recipient,
                    format!("{} sends something there, but the map knows no such recipient; add it to the domain's data_map.rs", one.place),
                ));
                continue;
            };
            let Goes::To { host, provider } = &one.goes else { continue };
            match provider {
                None if recipient.country == super::table::OPERATORS_CHOICE && !is_own(host) => faults.push(fault(
                    one.place,
                    format!("{} goes to {host}, but nobody says who that is; name the provider and its country, or the policy could not", one.recipient),
                )),
                Some(provider) if provider.country.len() != 2 || !names_somebody(&provider.name) => {
                    faults.push(fault(one.place, "the provider needs a name of its own and a country of two letters"));
                }
                _ => {}
            }
        }
    }

    /// The map of this installation: recipients that are switched off are gone, and those that the
    /// operator chose have their names.
    #[must_use]
    pub fn engaged(mut self, endpoints: &[Endpoint]) -> Self {
        let mut hosts: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for one in endpoints {
            match &one.goes {
                Goes::Nowhere => {
                    self.recipients.remove(one.recipient);
                }
                Goes::WhereCustomersSay | Goes::WhereEnrolled => {}
                Goes::ToOwn { host } => hosts.entry(one.recipient).or_default().push(host.clone()),
                Goes::To { host, provider } => {
                    hosts.entry(one.recipient).or_default().push(host.clone());
                    if let (Some(provider), Some(recipient)) = (provider, self.recipients.get_mut(one.recipient)) {
                        // The map lives as long as the process, and so may the words in it.
                        recipient.name = provider.name.clone().leak();
                        recipient.country = provider.country.clone().leak();
                        recipient.transfer = provider.transfer.clone().leak();
                    }
                }
            }
        }
        self.hosts = hosts;
        self
    }
}

/// What is used but not in the map, and the other way round. A name in the map that ends in `*`
/// stands for all that begin like it.
fn both_ways<'a>(kind: &str, entry: &str, used: &[Used], mapped: impl Iterator<Item = &'a str> + Clone) -> Vec<Fault> {
    let fits = |mapped: &str, used: &str| mapped.strip_suffix('*').map_or(mapped == used, |start| used.starts_with(start));
    let unmapped = used.iter().filter(|one| !mapped.clone().any(|name| fits(name, &one.name)));
    let unmapped =
        unmapped.map(|one| fault(&one.name, format!("a {kind} that {} uses and the map does not know; add {entry} to the domain's data_map.rs", one.place)));
    let unused = mapped.clone().filter(|name| !used.iter().any(|one| fits(name, &one.name)));
    let unused = unused.map(|name| fault(name, format!("a {kind} in the map that nothing uses; remove its entry")));
    unmapped.chain(unused).collect()
}

/// True for hosts that are this machine: nothing leaves the operator.
fn is_own(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// False for names of classes, such as "e-mail providers": somebody in particular has a capital letter or a digit.
pub(super) fn names_somebody(name: &str) -> bool {
    name.trim().len() > 1 && name.chars().any(|letter| letter.is_uppercase() || letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::{ClientKey, LogField, Recipient, purpose};

    const MAIL: Recipient = Recipient {
        key: "mail",
        name: "our own mail server",
        role: "carries mail",
        purposes: &[&purpose::NOTICE],
        entries: &[],
        country: "operator",
        transfer: "",
        sale: false,
    };

    fn map() -> DataMap {
        DataMap::new()
            .with_log_fields(&[LogField { name: "route", text: "a pattern", personal: false, days: 30 }])
            .with_client_keys(&[ClientKey::necessary("session", &purpose::ACCOUNT, super::super::Necessary::Session, "a number", 60)])
            .with_recipients(&[MAIL])
    }

    fn used(name: &str) -> Used {
        Used { name: name.to_owned(), place: "here.rs".to_owned() }
    }

    fn mail(goes: Goes) -> Endpoint {
        Endpoint { recipient: "mail", place: "mail.host", goes }
    }

    fn to(host: &str, provider: Option<Provider>) -> Goes {
        Goes::To { host: host.to_owned(), provider }
    }

    fn all() -> Inventory {
        Inventory { log_fields: vec![used("route")], client_keys: vec![used("session")], endpoints: vec![mail(Goes::Nowhere)] }
    }

    #[track_caller]
    fn only_fault(inventory: &Inventory) -> String {
        let faults = map().lint_inventory(inventory);
        assert_eq!(faults.len(), 1, "{faults:?}");
        faults[0].to_string()
    }

    #[test]
    fn what_is_used_and_not_mapped_is_named_with_its_place_and_what_is_mapped_and_not_used_too() {
        assert_eq!(map().lint_inventory(&all()), Vec::new());
        let mut more = all();
        more.log_fields.push(used("email"));
        let fault = only_fault(&more);
        assert!(fault.starts_with("email: a log field that here.rs uses"), "{fault}");
        let mut more = all();
        more.client_keys.push(used("_track"));
        assert!(only_fault(&more).starts_with("_track: a cookie or storage key that here.rs uses"));
        assert!(only_fault(&Inventory { log_fields: Vec::new(), ..all() }).starts_with("route: a log field in the map that nothing uses"));
        assert!(only_fault(&Inventory { client_keys: Vec::new(), ..all() }).starts_with("session: a cookie or storage key in the map"));
    }

    #[test]
    fn every_recipient_is_configured_and_every_host_belongs_to_a_recipient() {
        assert!(only_fault(&Inventory { endpoints: Vec::new(), ..all() }).starts_with("mail: a recipient in the map, but no configuration"));
        let mut more = all();
        more.endpoints.push(Endpoint { recipient: "tracker", place: "ads.host", goes: to("ads.example", None) });
        assert!(only_fault(&more).starts_with("tracker: ads.host sends something there"));
    }

    #[test]
    fn a_host_of_somebody_else_has_a_name_and_a_country() {
        let with = |goes| Inventory { endpoints: vec![mail(goes)], ..all() };
        let provider = |name: &str, country: &str| Some(Provider { name: name.to_owned(), country: country.to_owned(), transfer: String::new() });
        assert_eq!(map().lint_inventory(&with(to("localhost", None))), Vec::new());
        assert_eq!(map().lint_inventory(&with(to("mx.example", provider("Example Mail GmbH", "DE")))), Vec::new());
        assert!(only_fault(&with(to("mx.example", None))).starts_with("mail.host: mail goes to mx.example, but nobody says who that is"));
        assert!(only_fault(&with(to("mx.example", provider("email providers", "DE")))).starts_with("mail.host: the provider needs"));
        assert!(only_fault(&with(to("mx.example", provider("Example Mail GmbH", "Germany")))).starts_with("mail.host: the provider needs"));
    }

    #[test]
    fn hosts_of_the_operator_need_no_name_and_egress_knows_all_of_them() {
        let own = |host: &str| mail(Goes::ToOwn { host: host.to_owned() });
        let inventory = Inventory { endpoints: vec![own("10.0.0.1"), own("10.0.0.2")], ..all() };
        assert_eq!(map().lint_inventory(&inventory), Vec::new());
        assert_eq!(map().engaged(&inventory.endpoints).hosts["mail"], ["10.0.0.1", "10.0.0.2"]);
        let enrolled = map().engaged(&[mail(Goes::WhereEnrolled)]);
        assert!(enrolled.recipients.contains_key("mail") && enrolled.hosts.is_empty(), "hosts that come later are bound by their lines");
    }

    #[test]
    fn what_is_off_is_not_in_the_running_map_and_what_is_on_has_its_name() {
        assert!(map().engaged(&[mail(Goes::Nowhere)]).recipients.is_empty());
        let provider = Some(Provider { name: "Example Mail GmbH".to_owned(), country: "DE".to_owned(), transfer: "none needed".to_owned() });
        let map = map().engaged(&[mail(to("mx.example", provider))]);
        assert_eq!((map.recipients["mail"].name, map.recipients["mail"].country), ("Example Mail GmbH", "DE"));
        assert_eq!(map.hosts["mail"], ["mx.example"]);
    }
}
