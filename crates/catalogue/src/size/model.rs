//! What a size is. No IO.

use billing::meter::{Cycle, Rates};
use billing::quote::Price;
use billing::rate::Decimal;
use compute::node::{CLASS, is_class};
use compute::{Shape, SizeId};
use kernel::{Checks, Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How large a machine is and what it costs, without tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Size {
    /// Its id.
    pub id: SizeId,
    /// For people.
    pub name: String,
    /// Virtual processors.
    pub cpus: i32,
    /// Memory in MiB.
    pub memory_mib: i32,
    /// Disk in GiB.
    pub disk_gib: i32,
    /// A month in advance.
    pub monthly: Money,
    /// An hour of running, billed afterwards.
    pub hourly: Money,
    /// The class of nodes that its machines are placed on; without one, on nodes without a class.
    pub class: Option<String>,
    /// Whether it is on sale.
    pub visible: bool,
}

/// A size to be offered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSize {
    /// For people, unique; 1 to 60 characters.
    pub name: String,
    /// Virtual processors; 1 to 256.
    pub cpus: i32,
    /// Memory in MiB; 64 to 4,194,304.
    pub memory_mib: i32,
    /// Disk in GiB; 1 to 100,000.
    pub disk_gib: i32,
    /// A month in advance, without tax, in the installation's currency.
    pub monthly: Money,
    /// An hour of running, without tax, in the installation's currency.
    pub hourly: Money,
    /// The class of nodes that its machines are placed on, as `nvme`; without one, on nodes without a class.
    #[serde(default)]
    pub class: Option<String>,
}

impl NewSize {
    /// What is wrong with what a person typed, in an installation that sells in `currency`.
    pub fn checks(&self, currency: Currency) -> Checks {
        let name = self.name.trim();
        let mut checks = Checks::new();
        checks
            .that((1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control), "name", "use 1 to 60 characters")
            .that((1..=256).contains(&self.cpus), "cpus", "use 1 to 256")
            .that((64..=4_194_304).contains(&self.memory_mib), "memory_mib", "use 64 to 4194304 MiB")
            .that((1..=100_000).contains(&self.disk_gib), "disk_gib", "use 1 to 100000 GiB")
            .that(self.class.as_deref().is_none_or(is_class), "class", CLASS);
        for (field, price) in [("monthly", self.monthly), ("hourly", self.hourly)] {
            checks.that(is_price(price, currency), field, &price_rule(currency));
        }
        checks
    }
}

/// Whether a size can cost so much.
pub(super) fn is_price(price: Money, currency: Currency) -> bool {
    price.minor >= 0 && price.currency == currency
}

/// What [`is_price`] asks for.
pub(super) fn price_rule(currency: Currency) -> String {
    format!("use an amount in {currency} that is not negative")
}

/// What can be changed. Machines that exist keep their prices.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SizePatch {
    /// A month in advance, without tax.
    pub monthly: Option<Money>,
    /// An hour of running, without tax.
    pub hourly: Option<Money>,
    /// The class of nodes that new machines are placed on. Nothing between the quotes takes the class away.
    pub class: Option<String>,
    /// Whether it is on sale.
    pub visible: Option<bool>,
}

impl Size {
    /// How large the machine will be.
    pub(crate) fn shape(&self) -> Shape {
        Shape {
            size_id: self.id,
            size_name: self.name.clone(),
            cpus: self.cpus,
            memory_mib: self.memory_mib,
            disk_gib: self.disk_gib,
            class: self.class.clone(),
        }
    }

    /// What it costs in `cycle`. Nothing is charged that a quote does not show.
    pub(crate) fn price(&self, cycle: Cycle) -> Price {
        let rates = Rates {
            currency: self.monthly.currency,
            cycle,
            monthly_minor: self.monthly.minor,
            hourly: Decimal::from_minor(self.hourly.minor, self.hourly.currency),
            stopped_disk_gib_hour: Decimal::ZERO,
            traffic_gib: Decimal::ZERO,
            disk_gib: i64::from(self.disk_gib),
        };
        Price { description: description(&self.name), rates }
    }
}

/// What stands on documents: product words, never a name that a person chose.
pub(crate) fn description(size: &str) -> String {
    format!("{size} machine")
}
