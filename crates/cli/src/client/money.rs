//! Usage and invoices.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::api::Api;
use super::name::named;
use super::show;
use crate::outcome::Outcome;

/// `fairhold usage`
pub async fn usage(api: &Api) -> Outcome {
    let usage = api.read("/v1/usage").await?;
    if api.json {
        return show::json(&usage);
    }
    let rows = |name| usage.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    show::table(&rows("metered"), show::METERED)?;
    show::table(&rows("lines"), show::LINE)?;
    show::one(&usage, &[("From", "/period/from"), ("Until", "/as_of"), ("Net", "/net"), ("Tax", "/tax"), ("Total", "/gross")])
}

/// The file of an invoice. Operators choose what their numbers look like, so no part of one may name another folder.
fn file_of(invoice: &Value) -> PathBuf {
    let number = invoice.get("number").and_then(Value::as_str).unwrap_or("invoice");
    PathBuf::from(format!("{}.pdf", number.replace(['/', '\\'], "-")))
}

/// `fairhold invoice …`; invoices are called by id or number.
#[derive(Debug, Subcommand)]
pub enum Invoice {
    /// List them
    List,
    /// Show one
    Show { id: String },
    /// What the next one would say if the period ended now
    Preview,
    /// Save one as PDF
    Pdf {
        id: String,
        /// File to write; named by the invoice's number if not given
        #[arg(long, short)]
        output: Option<PathBuf>,
    },
    /// Save all of them, as PDF and JSON with their totals
    Archive {
        /// File to write
        #[arg(long, short, default_value = "invoices.zip")]
        output: PathBuf,
    },
    /// Pay an open one
    Pay {
        id: String,
        /// How to pay
        #[arg(long, default_value = "test_succeeds")]
        pay_with: String,
    },
}

impl Invoice {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::List => api.list("/v1/invoices", show::INVOICES).await,
            Self::Show { id } => detailed(api, api.read(&path(api, &id).await?).await?),
            Self::Preview => detailed(api, api.read("/v1/invoices/preview").await?),
            Self::Pdf { id, output } => {
                let path = path(api, &id).await?;
                let output = match output {
                    Some(output) => output,
                    None => file_of(&api.read(&path).await?),
                };
                std::fs::write(&output, api.download(&format!("{path}/pdf")).await?)?;
                show::say(format!("Saved {}.", output.display()));
                Ok(())
            }
            Self::Archive { output } => {
                std::fs::write(&output, api.download("/v1/invoices/archive").await?)?;
                show::say(format!("Saved {}.", output.display()));
                Ok(())
            }
            Self::Pay { id, pay_with } => {
                api.show(api.create(&format!("{}/pay", path(api, &id).await?), &json!({ "payment_method": pay_with })).await?, show::INVOICE)
            }
        }
    }
}

async fn path(api: &Api, invoice: &str) -> Outcome<String> {
    Ok(format!("/v1/invoices/{}", named(api, "/v1/invoices", invoice, "invoice").await?))
}

fn detailed(api: &Api, invoice: Value) -> Outcome {
    if api.json {
        return show::json(&invoice);
    }
    let lines = invoice.get("lines").and_then(Value::as_array).cloned().unwrap_or_default();
    show::table(&lines, show::LINE)?;
    show::one(&invoice, show::INVOICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_saved_in_the_present_folder() {
        assert_eq!(file_of(&json!({ "number": "FH/2026-000001" })), PathBuf::from("FH-2026-000001.pdf"));
        assert_eq!(file_of(&json!({ "number": "../../x" })).components().count(), 1);
        assert_eq!(file_of(&json!({ "number": null })), PathBuf::from("invoice.pdf"));
    }
}
