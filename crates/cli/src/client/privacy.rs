//! What is held about a person: see it, export it, erase it, keep the proof.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::api::Api;
use super::{progress, show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold privacy …`
#[derive(Debug, Subcommand)]
pub enum Privacy {
    /// What is held about you
    Holdings,
    /// Export everything into a file
    Export {
        /// File to write
        #[arg(long, short, default_value = "fairhold-export.zip")]
        output: PathBuf,
    },
    /// Erase your account and everything that no law keeps
    Erase {
        /// Your e-mail address, to confirm; asked for if not given
        #[arg(long)]
        confirm_email: Option<String>,
        /// File for the certificate
        #[arg(long, short, default_value = "fairhold-certificate.json")]
        certificate: PathBuf,
    },
}

impl Privacy {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::Holdings => {
                let holdings = api.read("/v1/privacy/holdings").await?;
                if api.json {
                    return show::json(&holdings);
                }
                show::table(&holdings.get("sections").and_then(Value::as_array).cloned().unwrap_or_default(), show::HOLDING)
            }
            Self::Export { output } => {
                let export = api.create("/v1/privacy/exports", &json!({})).await?;
                follow(api, &export).await?;
                let id = export.get("id").and_then(Value::as_str).unwrap_or_default();
                std::fs::write(&output, api.download(&format!("/v1/privacy/exports/{id}/download")).await?)?;
                show::say(format!("Saved {}.", output.display()));
                Ok(())
            }
            Self::Erase { confirm_email, certificate } => erase(api, confirm_email, certificate).await,
        }
    }
}

async fn follow(api: &Api, answer: &Value) -> Outcome {
    match answer.get("operation_id").and_then(Value::as_str) {
        Some(id) => progress::follow(api, id).await,
        None => fail("The server started no operation."),
    }
}

async fn erase(api: &Api, confirm_email: Option<String>, certificate: PathBuf) -> Outcome {
    let preview = api.read("/v1/privacy/erasure-preview").await?;
    let part = |key: &str| preview.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    if !api.json {
        show::table(&part("goes"), show::GOES)?;
        show::table(&part("stays"), show::STAYS)?;
    }
    let email = match confirm_email {
        Some(email) => email,
        None => {
            let me = api.read("/v1/me").await?;
            let email = me.get("email").and_then(Value::as_str).unwrap_or_default().to_owned();
            terminal::confirm("This cannot be undone. Type your e-mail address: ", &email)?;
            email
        }
    };
    let erasure = api.create("/v1/privacy/erasures", &json!({ "confirm_email": email })).await?;
    // The account ends on the way, and the right to watch with it: the certificate is public.
    let Some(id) = erasure.get("certificate_id").and_then(Value::as_str) else { return fail("The server named no certificate.") };
    for _ in 0..600 {
        match api.read(&format!("/v1/certificates/{id}")).await {
            Ok(document) => {
                std::fs::write(&certificate, serde_json::to_vec_pretty(&document)?)?;
                show::say(format!(
                    "Erased. The certificate is in {}; check it with: fairhold verify-certificate {}",
                    certificate.display(),
                    certificate.display()
                ));
                return Ok(());
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(500)).await,
        }
    }
    fail("The erasure goes on; ask for its certificate again later.")
}
