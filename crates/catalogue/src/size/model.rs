//! What a size is. No IO.

use billing::meter::{Cycle, Rates};
use billing::quote::Price;
use billing::rate::Decimal;
use compute::{Shape, SizeId};
use kernel::Money;
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
    /// Whether it is on sale.
    pub visible: bool,
}

/// What can be changed. Machines that exist keep their prices.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SizePatch {
    /// A month in advance, without tax.
    pub monthly: Option<Money>,
    /// An hour of running, without tax.
    pub hourly: Option<Money>,
    /// Whether it is on sale.
    pub visible: Option<bool>,
}

impl Size {
    /// How large the machine will be.
    pub(crate) fn shape(&self) -> Shape {
        Shape { size_id: self.id, size_name: self.name.clone(), cpus: self.cpus, memory_mib: self.memory_mib, disk_gib: self.disk_gib }
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
