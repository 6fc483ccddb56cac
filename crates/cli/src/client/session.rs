//! A session of one command, for what API tokens may not do: making tokens, and everything of the operator's staff.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::api::checked;
use super::terminal;
use crate::outcome::{Outcome, fail};

/// Somebody is signed in until [`Session::end`].
pub struct Session {
    http: Client,
    url: String,
    cookie: String,
    csrf: String,
}

impl Session {
    /// Signs in at `url`; the password is asked for.
    pub async fn open(url: &str, email: &str) -> Outcome<Self> {
        let password = terminal::secret("Password: ", "FAIRHOLD_PASSWORD")?;
        let http = Client::builder().user_agent("fairhold-cli").build()?;
        let answer = checked(http.post(format!("{url}/v1/sessions")).json(&json!({ "email": email, "password": password })).send().await?).await?;
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next()).map(str::to_owned);
        let me: Value = answer.json().await?;
        match (cookie, me.get("csrf_token").and_then(Value::as_str)) {
            (Some(cookie), Some(csrf)) => Ok(Self { http, url: url.to_owned(), cookie, csrf: csrf.to_owned() }),
            _ => fail("The server opened no session."),
        }
    }

    /// Signs in as a member of the operator's staff, for one command.
    pub async fn of_staff(url: &str) -> Outcome<Self> {
        Self::open(url, &terminal::line("E-mail address: ", "FAIRHOLD_EMAIL")?).await
    }

    /// The request as this person's.
    pub fn authorise(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("X-CSRF-Token", &self.csrf).header("Cookie", &self.cookie)
    }

    /// POST.
    pub async fn create(&self, path: &str, body: &Value) -> Outcome<Value> {
        let request = self.authorise(self.http.post(format!("{}{path}", self.url))).json(body);
        Ok(checked(request.send().await?).await?.json().await?)
    }

    /// Signs out.
    pub async fn end(self) -> Outcome {
        checked(self.authorise(self.http.delete(format!("{}/v1/sessions/current", self.url))).send().await?).await?;
        Ok(())
    }
}
