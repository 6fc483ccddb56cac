//! An operation's steps, live: one line each, with a spinner while it runs.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use reqwest::Method;
use serde_json::Value;

use super::api::{Api, checked};
use super::show;
use crate::outcome::{Outcome, fail};

/// Follows operation `id` to its end; fails if it fails.
pub async fn follow(api: &Api, id: &str) -> Outcome {
    let response = checked(api.request(Method::GET, &format!("/v1/operations/{id}/watch")).header("Accept", "text/event-stream").send().await?).await?;
    let bars = MultiProgress::new();
    let mut known: HashMap<String, ProgressBar> = HashMap::new();
    let mut last = Value::Null;
    let mut pending = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        pending.extend_from_slice(&chunk?);
        while let Some(end) = pending.windows(2).position(|pair| pair == b"\n\n") {
            let event: Vec<u8> = pending.drain(..end + 2).collect();
            let text = String::from_utf8_lossy(&event);
            let data: String = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim_start).collect();
            if let Ok(operation) = serde_json::from_str::<Value>(&data) {
                if !api.json {
                    draw(&bars, &mut known, &operation, "");
                }
                last = operation;
            }
        }
    }
    if api.json {
        show::json(&last)?;
    }
    match last.get("state").and_then(Value::as_str) {
        Some("succeeded") => Ok(()),
        Some(state) => fail(format!("{}: {} ({state})", text(&last, "title"), text(&last, "error"))),
        None => fail("The connection ended before the operation did."),
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
