//! Another size for a machine, at a price that is shown before anything is charged.

use clap::Args;
use serde_json::{Value, json};

use super::api::Api;
use super::machine::finish;
use super::name::pick;
use super::{show, terminal};
use crate::outcome::Outcome;

/// `fairhold vm resize`
#[derive(Debug, Args)]
pub struct Resize {
    /// The machine, by id or name
    pub(super) id: String,
    /// Size, by id or name
    #[arg(long)]
    size: String,
    /// How to pay what is due now
    #[arg(long, default_value = "test_succeeds")]
    pay_with: String,
    /// Change it without asking
    #[arg(long)]
    yes: bool,
}

impl Resize {
    pub async fn run(self, api: &Api) -> Outcome {
        let size = pick(api, "/v1/sizes", Some(&self.size), "size").await?;
        let path = format!("/v1/instances/{}/size-changes", self.id);
        let quote = api.create(&format!("{path}/quote"), &json!({ "size_id": size })).await?;
        if !api.json {
            show::one(&quote, &[("Charged now", "/due_now"), ("New price", "/price"), ("From", "/price_from")])?;
        }
        // Nothing is charged for most machines that are billed by the hour; what costs money is asked for.
        let due = quote.pointer("/due_now/minor").and_then(Value::as_i64).unwrap_or(0);
        if due > 0 && !self.yes {
            terminal::confirm("Type yes to pay this and change the size: ", "yes")?;
        }
        let body = json!({ "size_id": size, "due_now": quote.get("due_now"), "payment_method": self.pay_with });
        let change = api.create(&path, &body).await?;
        finish(api, &change).await
    }
}
