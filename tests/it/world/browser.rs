//! Somebody with a browser: cookies, the CSRF header, and answers that are easy to look at.

use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::PASSWORD;

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub json: Value,
}

impl Answer {
    /// A text in the answer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer} in {self:?}"))
    }

    /// Fields that the answer complains about.
    pub fn wrong_fields(&self) -> Vec<&str> {
        self.json.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(|error| error["field"].as_str()).collect()
    }

    /// SQL statements that the answer took.
    pub fn statements(&self) -> u64 {
        self.headers
            .get("server-timing-statements")
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse().ok())
            .expect("the server counts statements")
    }
}

#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    url: String,
    csrf: Option<String>,
    bearer: Option<String>,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        let http = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(60)).build().unwrap();
        Self { http, url: url.to_owned(), csrf: None, bearer: None }
    }

    /// The same person through an API token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..Self::new(&self.url) }
    }

    /// Forgets the CSRF header, as a page of another site would not have it.
    pub fn without_csrf(&self) -> Self {
        Self { csrf: None, ..self.clone() }
    }

    pub async fn sign_in(&mut self, email: &str) {
        let answer = self.post("/v1/sessions", &json!({ "email": email, "password": PASSWORD })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self.csrf = Some(answer.text_at("/csrf_token").to_owned());
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(csrf) = &self.csrf {
            request = request.header("X-CSRF-Token", csrf);
        }
        if let Some(bearer) = &self.bearer {
            request = request.bearer_auth(bearer);
        }
        request
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("the answer is complete");
        Answer { status, headers, json: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    /// The same, waiting as long as the server says that it is asked too often.
    pub async fn send_patiently(&self, request: RequestBuilder) -> Answer {
        for _ in 0..60 {
            let answer = self.send(request.try_clone().expect("a body that can be sent again")).await;
            if answer.status != 429 {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("the server never had time");
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    /// A page or file.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        self.request(Method::GET, path).send().await.expect("the server answers").bytes().await.unwrap().to_vec()
    }

    pub async fn text(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path).await).unwrap()
    }

    /// An operation, once it has ended.
    pub async fn operation(&self, id: &str) -> Value {
        self.until(&format!("/v1/operations/{id}"), |operation| !matches!(operation["state"].as_str(), Some("running" | "undoing"))).await
    }

    /// What is at `path` once `holds` is true of it.
    pub async fn until(&self, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        for _ in 0..600 {
            last = self.get(path).await.json;
            if holds(&last) {
                return last;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("it never came true: {last:#}");
    }
}
