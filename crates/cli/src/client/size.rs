//! Sizes, for the operator: what is offered, what it costs, and on which nodes its machines go.

use clap::Subcommand;
use kernel::{Currency, Money};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::name::named;
use super::show;
use crate::outcome::{Outcome, fail};

const ALL: &str = "/v1/operator/sizes";

/// `fairhold size …`; prices are without tax, in the installation's currency.
#[derive(Debug, Subcommand)]
pub enum Size {
    /// List all sizes, those that are not on sale included
    List,
    /// Offer another one
    Create {
        /// What it is called
        #[arg(long)]
        name: String,
        /// Virtual processors
        #[arg(long)]
        cpus: u32,
        /// Memory in MiB
        #[arg(long, value_name = "MIB")]
        memory: u32,
        /// Disk in GiB
        #[arg(long, value_name = "GIB")]
        disk: u32,
        /// Price of a month, 9.00 for example
        #[arg(long)]
        monthly: String,
        /// Price of an hour of running, 0.02 for example
        #[arg(long)]
        hourly: String,
        /// The class of nodes that its machines are placed on; without one, nodes without a class
        #[arg(long)]
        class: Option<String>,
    },
    /// Change what is given; machines that exist keep their prices and places
    Change {
        /// Its id or name
        size: String,
        /// Price of a month
        #[arg(long)]
        monthly: Option<String>,
        /// Price of an hour of running
        #[arg(long)]
        hourly: Option<String>,
        /// The class of nodes that new machines are placed on; "" for nodes without a class
        #[arg(long)]
        class: Option<String>,
        /// Whether it is on sale
        #[arg(long)]
        on_sale: Option<bool>,
    },
}

impl Size {
    /// Carries it out.
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list(ALL, show::SIZE_OF_OPERATOR).await,
            Self::Create { name, cpus, memory, disk, monthly, hourly, class } => {
                let currency = currency(api).await?;
                let new = json!({
                    "name": name, "cpus": cpus, "memory_mib": memory, "disk_gib": disk, "class": class,
                    "monthly": amount(&monthly, currency)?, "hourly": amount(&hourly, currency)?,
                });
                api.show(api.create("/v1/sizes", &new).await?, show::SIZE_OF_OPERATOR)
            }
            Self::Change { size, monthly, hourly, class, on_sale } => {
                let id = named(api, ALL, &size, "size").await?;
                let mut patch = Map::new();
                for (field, text) in [("monthly", monthly), ("hourly", hourly)] {
                    if let Some(text) = text {
                        patch.insert(field.to_owned(), amount(&text, currency(api).await?)?);
                    }
                }
                let rest = [("class", class.map(Value::from)), ("visible", on_sale.map(Value::from))];
                patch.extend(rest.into_iter().filter_map(|(field, value)| Some((field.to_owned(), value?))));
                api.show(api.change(Method::PATCH, &format!("/v1/sizes/{id}"), Some(&patch.into())).await?, show::SIZE_OF_OPERATOR)
            }
        }
    }
}

/// What the installation sells in.
async fn currency(api: &Api) -> Outcome<Currency> {
    let price = api.read("/v1/disk-price").await?;
    let code = price.pointer("/gib_month/currency").and_then(Value::as_str).unwrap_or_default();
    Currency::from_code(code).or_else(|error| fail(error.to_string()))
}

fn amount(text: &str, currency: Currency) -> Outcome<Value> {
    let money = Money::of_decimal(text, currency)
        .or_else(|error| fail(format!("{text:?} is no price: {}", error.fields().first().map_or("", |field| &field.message))))?;
    Ok(json!({ "minor": money.minor, "currency": money.currency.code() }))
}
