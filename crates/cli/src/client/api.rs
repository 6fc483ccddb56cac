//! The HTTP client: address and token of this computer, problems turned into words, lists paged.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use reqwest::{Method, RequestBuilder, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::session::Session;
use super::show::{self, Columns};
use crate::outcome::{Failure, Outcome, fail};

/// What this computer remembers, in a file only its owner can read.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Remembered {
    url: Option<String>,
    token: Option<String>,
    token_id: Option<String>,
}

/// A client of one Fairhold.
pub struct Api {
    http: reqwest::Client,
    remembered: Remembered,
    session: Option<Session>,
    url: String,
    /// Print JSON instead of tables.
    pub json: bool,
}

fn file() -> Outcome<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config")));
    match base {
        Some(base) => Ok(base.join("fairhold/credentials.json")),
        None => fail("Set HOME or XDG_CONFIG_HOME: credentials are kept there."),
    }
}

impl Api {
    /// With `url`, or the address that this computer signed in to last.
    pub fn load(url: Option<String>, json: bool) -> Outcome<Self> {
        let remembered: Remembered = match std::fs::read(file()?) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(_) => Remembered::default(),
        };
        let url = url.or_else(|| remembered.url.clone()).unwrap_or_else(|| "http://127.0.0.1:8080".to_owned()).trim_end_matches('/').to_owned();
        Ok(Self { http: reqwest::Client::builder().user_agent("fairhold-cli").build()?, remembered, session: None, url, json })
    }

    /// Signs in as a member of the operator's staff: a token belongs to one organisation and holds nothing of the installation.
    pub async fn enter_as_staff(&mut self) -> Outcome {
        self.session = Some(Session::of_staff(&self.url).await?);
        Ok(())
    }

    /// Signs out again, and hands on how the command between ended.
    pub async fn leaving<T>(&mut self, done: Outcome<T>) -> Outcome<T> {
        if let Some(session) = self.session.take() {
            session.end().await?;
        }
        done
    }

    /// Keeps a token for this computer.
    pub fn remember(&mut self, token: Option<(String, String)>) -> Outcome {
        let (id, token) = token.unzip();
        self.remembered = Remembered { url: Some(self.url.clone()), token, token_id: id };
        let path = file()?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
        file.write_all(&serde_json::to_vec_pretty(&self.remembered)?)?;
        Ok(())
    }

    /// The id of the remembered token.
    pub fn token_id(&self) -> Option<&str> {
        self.remembered.token_id.as_deref()
    }

    /// The address of the installation.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The remembered token.
    pub fn token(&self) -> Option<&str> {
        std::env::var("FAIRHOLD_TOKEN").ok().map(|token| &*token.leak()).or(self.remembered.token.as_deref())
    }

    /// A request with the token, for callers that need the raw answer.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(session) = &self.session {
            return session.authorise(request);
        }
        match self.token() {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// GET.
    pub async fn read(&self, path: &str) -> Outcome<Value> {
        json(checked(self.request(Method::GET, path).send().await?).await?).await
    }

    /// POST with a fresh idempotency key, so that a retry by the network layer does nothing twice.
    pub async fn create(&self, path: &str, body: &Value) -> Outcome<Value> {
        let request = self.request(Method::POST, path).header("Idempotency-Key", Uuid::new_v4().to_string()).json(body);
        json(checked(request.send().await?).await?).await
    }

    /// Any other method.
    pub async fn change(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Value> {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        json(checked(request.send().await?).await?).await
    }

    /// A download, to be read piece by piece.
    pub async fn open(&self, path: &str) -> Outcome<Response> {
        checked(self.request(Method::GET, path).send().await?).await
    }

    /// The bytes of a download.
    pub async fn download(&self, path: &str) -> Outcome<Vec<u8>> {
        Ok(self.open(path).await?.bytes().await?.to_vec())
    }

    /// Prints one thing.
    pub fn show(&self, value: Value, columns: Columns) -> Outcome {
        if self.json {
            return show::json(&value);
        }
        show::one(&value, columns)
    }

    /// Prints a whole list.
    pub async fn list(&self, path: &str, columns: Columns) -> Outcome {
        let items = self.items(path).await?;
        if self.json { show::json(&Value::Array(items)) } else { show::table(&items, columns) }
    }

    /// A whole list, page after page.
    pub async fn items(&self, path: &str) -> Outcome<Vec<Value>> {
        let mut items = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut request = self.request(Method::GET, path).query(&[("limit", "200")]);
            if let Some(after) = &after {
                request = request.query(&[("after", after)]);
            }
            let page = json(checked(request.send().await?).await?).await?;
            match page {
                Value::Array(all) => {
                    items.extend(all);
                    break;
                }
                Value::Object(mut page) => {
                    if let Some(Value::Array(part)) = page.remove("items") {
                        items.extend(part);
                    }
                    after = page.get("next").and_then(Value::as_str).map(str::to_owned);
                    if after.is_none() {
                        break;
                    }
                }
                _ => break,
            }
        }
        Ok(items)
    }
}

async fn json(response: Response) -> Outcome<Value> {
    let bytes = response.bytes().await?;
    if bytes.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&bytes)?) }
}

/// Turns a problem document into the words for the person at the shell.
pub async fn checked(response: Response) -> Outcome<Response> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let problem: Value = serde_json::from_slice(&response.bytes().await?).unwrap_or(Value::Null);
    let mut text = problem.get("detail").and_then(Value::as_str).map_or_else(|| status.to_string(), str::to_owned);
    for error in problem.get("errors").and_then(Value::as_array).into_iter().flatten() {
        if let (Some(field), Some(message)) = (error.get("field").and_then(Value::as_str), error.get("message").and_then(Value::as_str)) {
            text.push_str(&format!("\n  {field}: {message}"));
        }
    }
    if let Some(id) = problem.get("request_id").and_then(Value::as_str) {
        text.push_str(&format!("\n  (request {id})"));
    }
    if status == reqwest::StatusCode::UNAUTHORIZED {
        text.push_str("\nSign in with: fairhold sign-in");
    }
    Err(Failure(text))
}
