//! What is held about a person: see it, export it, ask for something about it, erase it, keep the proof.

use std::path::PathBuf;

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::api::Api;
use super::{progress, show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold privacy …`
#[derive(Debug, Subcommand)]
pub enum Privacy {
    /// What is held about you
    Holdings,
    /// Your rights, by where you live
    Rights {
        /// Where you live: DE, US-CA, …
        #[arg(long)]
        place: Option<String>,
    },
    /// Export everything into a file
    Export {
        /// File to write
        #[arg(long, short, default_value = "fairhold-export.zip")]
        output: PathBuf,
    },
    /// Ask for something about your data
    Ask {
        /// access, portability, rectification, erasure, complaint or enquiry
        kind: String,
        /// In your own words
        #[arg(long)]
        text: Option<String>,
        /// Where you live: DE, US-CA, …
        #[arg(long)]
        place: Option<String>,
    },
    /// Have a value put right wherever it is kept
    Correct {
        /// name, legal_name, address, country or tax_id
        field: String,
        /// What is right
        value: String,
    },
    /// What you asked for, or one request
    Requests {
        /// Its id
        id: Option<String>,
    },
    /// Take a request back
    Withdraw {
        /// Its id
        id: String,
    },
    /// Restrict the use of your data to storage, claims and your own access
    Restrict {
        /// End the restriction
        #[arg(long)]
        end: bool,
    },
    /// Object to a use, or see what you can object to
    Object {
        /// The use, such as marketing
        purpose: Option<String>,
        /// Take the objection back
        #[arg(long, requires = "purpose")]
        end: bool,
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

/// Where requests are filed.
const REQUESTS: &str = "/v1/privacy/requests";

impl Privacy {
    pub async fn run(self, api: &Api) -> Outcome {
        match self {
            Self::Holdings => part(api, "/v1/privacy/holdings", "sections", show::HOLDING).await,
            Self::Rights { place } => rights(api, place).await,
            Self::Export { output } => export(api, &output).await,
            Self::Ask { kind, text, place } => file(api, &kind, [("text", text), ("place", place)]).await,
            Self::Correct { field, value } => {
                let request = api.create(REQUESTS, &json!({ "kind": "rectification", "correction": { "field": field, "value": value } })).await?;
                follow(api, &request).await?;
                let id = request.get("id").and_then(Value::as_str).unwrap_or_default();
                api.show(api.read(&format!("{REQUESTS}/{id}")).await?, show::REQUEST)
            }
            Self::Requests { id: None } => api.list(REQUESTS, show::REQUESTS).await,
            Self::Requests { id: Some(id) } => api.show(api.read(&format!("{REQUESTS}/{id}")).await?, show::REQUEST),
            Self::Withdraw { id } => api.show(api.create(&format!("{REQUESTS}/{id}/withdraw"), &json!({})).await?, show::REQUEST),
            Self::Restrict { end } => restrict(api, end).await,
            Self::Object { purpose: None, .. } => part(api, "/v1/privacy/objections", "purposes", show::OBJECTION).await,
            Self::Object { purpose: Some(purpose), end: false } => file(api, "objection", [("purpose", Some(purpose))]).await,
            Self::Object { purpose: Some(purpose), end: true } => {
                api.change(Method::DELETE, &format!("/v1/privacy/objections/{purpose}"), None).await?;
                show::say("The objection is taken back.");
                Ok(())
            }
            Self::Erase { confirm_email, certificate } => erase(api, confirm_email, certificate).await,
        }
    }
}

/// Prints the list that is part of an answer.
async fn part(api: &Api, path: &str, key: &str, columns: show::Columns) -> Outcome {
    let answer = api.read(path).await?;
    if api.json {
        return show::json(&answer);
    }
    show::table(&answer.get(key).and_then(Value::as_array).cloned().unwrap_or_default(), columns)
}

async fn file<const N: usize>(api: &Api, kind: &str, more: [(&str, Option<String>); N]) -> Outcome {
    let mut body = Map::from_iter([("kind".to_owned(), json!(kind))]);
    body.extend(more.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))));
    api.show(api.create(REQUESTS, &Value::Object(body)).await?, show::REQUEST)
}

async fn rights(api: &Api, place: Option<String>) -> Outcome {
    let path = place.map_or_else(|| "/v1/laws".to_owned(), |place| format!("/v1/laws?place={place}"));
    let rights = api.read(&path).await?;
    if api.json {
        return show::json(&rights);
    }
    show::table(&rights.get("laws").and_then(Value::as_array).cloned().unwrap_or_default(), show::LAW)?;
    if let Some(authority) = rights.get("authority").filter(|authority| !authority.is_null()) {
        show::one(authority, &[("Authority", "/name"), ("", "/url")])?;
    }
    Ok(())
}

async fn restrict(api: &Api, end: bool) -> Outcome {
    let method = if end { Method::DELETE } else { Method::PUT };
    let answer = api.change(method, "/v1/privacy/restriction", None).await?;
    if api.json {
        return show::json(&answer);
    }
    show::say(if end { "Your data is used as before." } else { "Your data is kept, and used for nothing but legal claims, your rights and your own access." });
    Ok(())
}

async fn export(api: &Api, output: &std::path::Path) -> Outcome {
    let export = api.create("/v1/privacy/exports", &json!({})).await?;
    follow(api, &export).await?;
    let id = export.get("id").and_then(Value::as_str).unwrap_or_default();
    std::fs::write(output, api.download(&format!("/v1/privacy/exports/{id}/download")).await?)?;
    let ready = api.read(&format!("/v1/privacy/exports/{id}")).await?;
    if api.json {
        return show::json(&ready);
    }
    show::say(format!("Saved {}.", output.display()));
    show::one(&ready, &[("Content SHA-256", "/content_sha256")])
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
        if !part("bills").is_empty() {
            show::table(&part("bills"), show::BILLS)?;
        }
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
        let document = api.read(&format!("/v1/certificates/{id}")).await.unwrap_or_default();
        if document.get("certificate").is_some() {
            std::fs::write(&certificate, serde_json::to_vec_pretty(&document)?)?;
            show::say(format!("Erased. The certificate is in {}; check it with: fairhold verify-certificate {}", certificate.display(), certificate.display()));
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    fail(format!("The erasure goes on. Its certificate will be at {}/v1/certificates/{id}", api.url()))
}
