//! Sign-up, sign-in and the token of this computer.

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::api::Api;
use super::session::Session;
use super::{show, terminal};
use crate::outcome::{Outcome, fail};

/// `fairhold sign-up`
#[derive(Debug, Args)]
pub struct SignUp {
    /// Your e-mail address
    #[arg(long)]
    email: String,
    /// Your name
    #[arg(long)]
    name: String,
    /// Confirms that you are 16 or older; no birth date is asked for or kept
    #[arg(long)]
    over_16: bool,
}

impl SignUp {
    pub async fn run(self, api: &Api) -> Outcome {
        let password = terminal::secret("Password: ", "FAIRHOLD_PASSWORD")?;
        let body = json!({ "email": self.email, "name": self.name, "password": password, "over_16": self.over_16 });
        api.create("/v1/sign-up", &body).await?;
        show::say("Check your mail, then run: fairhold verify <token>");
        Ok(())
    }
}

/// `fairhold verify`
#[derive(Debug, Args)]
pub struct Verify {
    /// The token: what follows # in the link of the mail
    #[arg(allow_hyphen_values = true)]
    token: String,
}

impl Verify {
    pub async fn run(self, api: &Api) -> Outcome {
        let token = self.token.rsplit('#').next().unwrap_or(&self.token);
        api.create("/v1/email-verifications", &json!({ "token": token })).await?;
        show::say("Your e-mail address is confirmed.");
        Ok(())
    }
}

/// `fairhold sign-in`
#[derive(Debug, Args)]
pub struct SignIn {
    /// Your e-mail address
    #[arg(long)]
    email: String,
    /// How this computer is called in the list of your API tokens
    #[arg(long, default_value = "Command line")]
    name: String,
}

impl SignIn {
    /// A session is opened only to make an API token, and ends at once.
    pub async fn run(self, api: &mut Api) -> Outcome {
        let url = api.url().to_owned();
        let session = Session::open(&url, &self.email).await?;
        let made = session.create("/v1/api-tokens", &json!({ "name": self.name })).await?;
        session.end().await?;
        match (made.get("id").and_then(Value::as_str), made.get("secret").and_then(Value::as_str)) {
            (Some(id), Some(token)) => api.remember(Some((id.to_owned(), token.to_owned())))?,
            _ => return fail("The server gave no token."),
        }
        show::say(format!("Signed in to {url}."));
        Ok(())
    }
}

/// `fairhold sign-out`
pub async fn sign_out(api: &mut Api) -> Outcome {
    if let Some(id) = api.token_id().map(str::to_owned) {
        api.change(Method::DELETE, &format!("/v1/api-tokens/{id}"), None).await?;
    }
    api.remember(None)?;
    show::say("Signed out; the token is revoked.");
    Ok(())
}
