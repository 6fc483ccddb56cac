//! An operation's steps, live: one line each, with a spinner while it runs.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures::StreamExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use reqwest::{Method, Response};
use serde_json::Value;

use super::api::{Api, checked};
use super::show;
use crate::outcome::{Outcome, fail};

/// How long a server may say nothing new: its database may be away, or it is being restarted. The work goes on when it is back.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long to wait before it is asked again.
const PAUSE: Duration = Duration::from_secs(2);

/// Follows operation `id` to its end; fails if it fails. A connection that ends earlier is made anew.
pub async fn follow(api: &Api, id: &str) -> Outcome {
    let mut seen = Seen { bars: MultiProgress::new(), known: HashMap::new(), last: Value::Null, at: Instant::now() };
    // Whoever may not look at it hears that at once.
    let mut stream = Some(open(api, id).await?);
    while !seen.has_ended() {
        let broken = match stream.take() {
            Some(response) => seen.read(api, response).await.err(),
            None => None,
        };
        if seen.has_ended() {
            break;
        }
        if seen.at.elapsed() > PATIENCE {
            let why = broken.map_or_else(|| "The server says nothing.".to_owned(), |failure| failure.to_string());
            return fail(format!("{why} What you asked for goes on once it is back; look at it then."));
        }
        tokio::time::sleep(PAUSE).await;
        stream = open(api, id).await.ok();
    }
    if api.json {
        show::json(&seen.last)?;
    }
    match text(&seen.last, "state") {
        "succeeded" => Ok(()),
        state => fail(format!("{}: {} ({state})", text(&seen.last, "title"), text(&seen.last, "error"))),
    }
}

async fn open(api: &Api, id: &str) -> Outcome<Response> {
    checked(api.request(Method::GET, &format!("/v1/operations/{id}/watch")).header("Accept", "text/event-stream").send().await?).await
}

/// What was heard of an operation so far, and how it is drawn.
struct Seen {
    bars: MultiProgress,
    known: HashMap<String, ProgressBar>,
    last: Value,
    /// When something was heard last.
    at: Instant,
}

impl Seen {
    fn has_ended(&self) -> bool {
        matches!(text(&self.last, "state"), "succeeded" | "failed" | "undone" | "needs_operator")
    }

    /// Reads events until the connection ends.
    async fn read(&mut self, api: &Api, response: Response) -> Outcome {
        let mut pending = Vec::new();
        let mut body = response.bytes_stream();
        while let Some(chunk) = body.next().await {
            pending.extend_from_slice(&chunk?);
            self.at = Instant::now();
            while let Some(end) = pending.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = pending.drain(..end + 2).collect();
                let text = String::from_utf8_lossy(&event);
                let data: String = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
                if let Ok(operation) = serde_json::from_str::<Value>(&data) {
                    if !api.json {
                        draw(&self.bars, &mut self.known, &operation, "");
                    }
                    self.last = operation;
                }
            }
        }
        Ok(())
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

fn draw(bars: &MultiProgress, known: &mut HashMap<String, ProgressBar>, operation: &Value, indent: &str) {
    for step in operation.get("steps").and_then(Value::as_array).into_iter().flatten() {
        let key = format!("{}/{}", text(operation, "id"), text(step, "name"));
        let bar = known.entry(key).or_insert_with(|| {
            let bar = bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar
        });
        let note = step.get("error").and_then(Value::as_str).unwrap_or("");
        let line = |mark: &str| format!("{indent}{mark} {} {note}", text(step, "title"));
        match text(step, "state") {
            "done" if !bar.is_finished() => bar.finish_with_message(line("✓")),
            "failed" if !bar.is_finished() => bar.finish_with_message(line("✗")),
            "undone" => bar.finish_with_message(line("↩")),
            "running" => {
                bar.set_message(line("…"));
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            "waiting" => bar.set_message(line("·")),
            _ => {}
        }
        if let Some(child @ Value::Object(_)) = step.get("child") {
            draw(bars, known, child, "    ");
        }
    }
}
